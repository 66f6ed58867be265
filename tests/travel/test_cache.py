from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import shapely

from geoplan.travel import build_network, cache
from geoplan.travel.cache import cache_folder, content_key, open_network

LINES = [(-500, 0), (0, 0), (300, 0), (500, 0)], [(0, -200), (0, 0), (0, 200)], [(700, 0), (800, 0)]


@pytest.fixture
def town(layer, streets):
    barriers = layer("barriers", [shapely.LineString(LINES[0]), shapely.Point(300, 0)], kind=["arterial", "crossing"])
    return streets(*LINES), barriers


@pytest.fixture
def opened(town, tmp_path):
    """opened(…) -> the network and what was said."""

    def run(roads=town[0], barriers=town[1], **options):
        said = []
        options = {"folder": tmp_path, "least_vertices": 0} | options
        return open_network(roads, barriers, progress=said.append, **options), " ".join(said)

    return run


def assert_same(one, other):
    for each in dataclasses.fields(one):
        mine, theirs = getattr(one, each.name), getattr(other, each.name)
        if each.name == "edge_line":
            assert shapely.equals_identical(mine, theirs).all()
        elif each.name == "barriers":
            assert mine.equals(theirs)
        elif each.name == "findings":
            assert mine == theirs
        else:
            assert np.array_equal(mine, theirs)
            assert mine.dtype == theirs.dtype


def test_the_second_time_the_very_same_network_comes_from_the_cache(town, opened, tmp_path):
    first, _ = opened()
    assert [path.suffix for path in tmp_path.iterdir()] == [".npz"]
    again, said = opened()
    assert "from the cache" in said
    assert_same(first, again)
    assert_same(build_network(*town), again)


def test_other_content_options_or_version_are_another_network(town, streets, opened, tmp_path, monkeypatch):
    opened()
    moved = streets([(-500, 0), (0, 0), (300, 0), (500, 0.1)], *LINES[1:])
    marked = streets(*LINES, crossing=[False, True, False])
    for change in ({"roads": moved}, {"roads": marked}, {"barriers": None}, {"join_m": 2.0}):
        assert "from the cache" not in opened(**change)[1]
    monkeypatch.setattr(cache, "version", lambda _name: "0.0.1")
    assert "from the cache" not in opened()[1]
    assert len(list(tmp_path.iterdir())) == 6


@pytest.mark.parametrize("damage", ["cut", "empty", "flipped", "foreign", "wild index", "pickle"])
def test_a_damaged_or_foreign_file_is_told_and_built_again(town, opened, tmp_path, damage):
    first, _ = opened()
    (path,) = tmp_path.iterdir()
    content = path.read_bytes()
    if damage in {"wild index", "foreign", "pickle"}:
        with np.load(path) as stored:
            arrays = {name: stored[name] for name in stored.files}
        if damage == "wild index":
            arrays["neighbour"] = arrays["neighbour"] + 10**9
        elif damage == "pickle":
            arrays["findings"] = np.array([{"a": 1}], dtype=object)
        else:
            arrays["key"] = np.frombuffer(b"another program's file", dtype=np.uint8)
        np.savez(path, **arrays)
    else:
        middle = len(content) // 2
        flipped = content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]
        path.write_bytes({"cut": content[:middle], "empty": b"", "flipped": flipped}[damage])
    again, said = opened()
    assert "is not used" in said
    assert_same(first, again)
    assert "from the cache" in opened()[1]
    assert "not used" not in opened()[1]


def test_small_networks_leave_no_files_and_a_folder_that_cannot_be_written_is_no_fault(opened, tmp_path):
    opened(least_vertices=1000)
    assert not list(tmp_path.iterdir())
    opened(folder=None)
    (tmp_path / "file").write_text("")
    _, said = opened(folder=tmp_path / "file")
    assert "was not written" in said


def test_only_the_newest_eight_are_kept(opened, tmp_path):
    for number in range(12):
        opened(join_m=float(number + 1))
    assert len(list(tmp_path.iterdir())) == 8


def test_the_folder_can_be_named_and_switched_off(monkeypatch, tmp_path):
    monkeypatch.setenv("GEOPLAN_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.setenv("GEOPLAN_CACHE", "off")
    assert cache_folder() is None
    monkeypatch.delenv("GEOPLAN_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    assert cache_folder() == tmp_path / "geoplan"


def test_the_key_does_not_depend_on_columns_that_do_not_matter(town):
    roads, barriers = town
    named = dataclasses.replace(roads, frame=roads.frame.assign(name="街"))
    assert content_key(roads, barriers, join_m=0) == content_key(named, barriers, join_m=0)
