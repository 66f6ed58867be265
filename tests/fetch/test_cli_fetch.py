"""`geoplan fetch osm` as typed: what it prints, writes, refuses, and how it ends."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import box

from geoplan.config import read_project
from geoplan.inputs import load_layers

ONE = "114.46,37.01,114.49,37.04"


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "town"
    (folder / "data").mkdir(parents=True)
    frame = gpd.GeoDataFrame(
        {"name": ["襄都区"], "people": [1]}, geometry=[box(114.47, 37.012, 114.48, 37.03)], crs=4490
    )
    frame.to_file(folder / "data" / "districts.gpkg")
    (folder / "project.toml").write_text(
        '[project]\nname = "town"\n[layers.districts]\npath = "data/districts.gpkg"\n', encoding="utf-8"
    )
    return folder


def test_the_districts_are_fetched_and_the_lines_to_paste_are_read_by_geoplan(geoplan, project, server):
    code, out, err = geoplan("fetch", "osm", project, "--margin-m", 1_000, "--endpoint", server.endpoint)
    assert code == 0, err
    assert "1 cell to fetch, 25 km²: about 0.9 MB in the country, up to 35 MB in a city core" in err
    assert "1 of 1 cell, 0.0 MB" in err
    assert "署名 / credit:  © OpenStreetMap contributors, ODbL 1.0, 2026-11-20" in err
    comment, lines = out.split("\n", 1)
    assert tomllib.loads(lines) == {"layers": {"roads": {"path": "data/osm-roads-barriers.osm"}}}
    assert "notices = [" in comment
    notices = tomllib.loads(comment.split(":  ", 1)[1])["notices"]
    assert notices[1] == "Roads and other base data © OpenStreetMap contributors, ODbL 1.0, 2026-11-20"
    assert (project / "data" / "osm-roads-barriers.source.toml").is_file()
    with (project / "project.toml").open("a", encoding="utf-8") as stream:
        stream.write(lines)
    layers = load_layers(read_project(project), roles=("districts", "roads", "barriers"))
    assert list(layers.roads.frame.index) == ["way/1", "way/2"]
    assert "way/5" in layers.barriers.frame.index  # from the roads' own file


def test_one_district_and_json(geoplan, project, server):
    code, out, _ = geoplan(
        "fetch", "osm", project, "--district", "襄都区", "--what", "all", "--endpoint", server.endpoint,
        "--margin-m", 0, "--name", "base", "--json",
    )  # fmt: skip
    told = json.loads(out)
    assert code == 0
    assert told["file"].endswith("town/data/base.osm")
    assert (told["asked"], told["stored"], told["ways"]) == (1, 0, 3)
    assert "[layers.schools]" in told["project_toml"]


def test_a_box_needs_no_project(geoplan, server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, _ = geoplan("fetch", "osm", "--bbox", ONE, "--endpoint", server.endpoint, "--what", "schools")
    assert code == 0
    assert (tmp_path / "data" / "osm-schools.osm").is_file()
    assert f"path = {json.dumps(str(tmp_path / 'data' / 'osm-schools.osm'))}" in out


def test_a_dry_run_asks_nobody_and_writes_nothing(geoplan, server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, _ = geoplan("fetch", "osm", "--bbox", ONE, "--endpoint", server.endpoint, "--dry-run", "--json")
    assert (code, json.loads(out)["cells"], server.queries) == (0, 1, [])
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_says_that_the_cells_are_kept(geoplan, tmp_path, monkeypatch):
    def interrupted(*_arguments, **_more):
        raise KeyboardInterrupt

    monkeypatch.setattr("geoplan.fetch.fetch_osm", interrupted)
    code, _, err = geoplan("fetch", "osm", "--bbox", ONE, "--out", tmp_path)
    assert code == 130
    assert "the same command goes on from there" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--bbox", "1,2,3"], "--bbox: expected W,S,E,N"),
        (["--bbox", ONE, "--what", "road"], "Did you mean 'roads'?"),
        (["--bbox", ONE, "--district", "x"], "give one of them"),
        (["--bbox", ONE, "--name", "../x"], "--name: expected a plain file name"),
        (["--bbox", ONE, "--name", "校" * 100], "--name: expected a name of 200 bytes at most, found one of 300"),
        (["--bbox", ONE, "--endpoint", "ftp://user:secret@host/"], "--endpoint: expected the http(s) address"),
        ([], "There is no project.toml here"),
    ],
)
def test_wrong_use_is_refused_with_exit_code_2(geoplan, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    code, _, err = geoplan("fetch", "osm", *arguments)
    assert code == 2
    assert words in err
    assert "secret" not in err


def test_a_project_without_districts_needs_a_box(geoplan, project):
    (project / "project.toml").write_text('[project]\nname = "town"\n', encoding="utf-8")
    code, _, err = geoplan("fetch", "osm", project)
    assert code == 2
    assert "has no [layers.districts]: say --bbox" in err


def test_the_document_names_every_option(geoplan, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    _, out, _ = geoplan("fetch", "osm", "--help")
    page = (Path(__file__).parents[2] / "docs" / "fetch.md").read_text(encoding="utf-8")
    options = set(re.findall(r"--[a-z-]+", out)) - {"--help"}
    assert len(options) >= 9
    assert not [option for option in options if f"`{option}" not in page]


def test_help_is_light(tmp_path):
    import subprocess
    import sys

    code = "import sys; import geoplan.cli; sys.exit(any(m in sys.modules for m in ('requests', 'shapely', 'osmnx')))"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=tmp_path).returncode == 0
