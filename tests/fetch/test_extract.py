"""Joining cells: each element once, the newer of two, whatever the order."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.fetch.extract import write_extract
from geoplan.fetch.store import Stored

BOUNDS = (114.0, 37.0, 114.1, 37.1)


def stored(moment, *elements):
    return Stored(json.dumps({"elements": elements}).encode(), moment, "2026-11-21", "http://host")


def at(number, lon=114.05, lat=37.05, **tags):
    return {"type": "node", "id": number, "lon": lon, "lat": lat, "tags": tags}


def test_of_an_element_that_changed_between_cells_the_newer_is_kept_in_any_order(tmp_path):
    old, new = (
        stored("2026-11-01T00:00:00Z", at(1, name="old"), at(2)),
        stored("2026-11-20T00:00:00Z", at(1, name="new")),
    )
    texts = []
    for place, answers in enumerate([(old, new), (new, old)]):
        counts = write_extract(answers, tmp_path / f"{place}.osm", bounds=BOUNDS)
        assert (counts.nodes, counts.changed) == (2, 1)
        texts.append((tmp_path / f"{place}.osm").read_bytes())
    assert texts[0] == texts[1]
    assert b'v="new"' in texts[0]
    assert b'v="old"' not in texts[0]


def test_elements_stand_in_the_order_that_readers_want_and_no_scratch_is_left(tmp_path):
    way = {"type": "way", "id": 1, "nodes": [2, 9], "tags": {"highway": "path"}}
    write_extract([stored("", way, at(9), at(2), {"type": "count", "id": 0})], tmp_path / "a.osm", bounds=BOUNDS)
    root = ET.parse(tmp_path / "a.osm").getroot()  # noqa: S314  written a line ago
    assert [(each.tag, each.get("id")) for each in root if each.get("id")] == [
        ("node", "2"),
        ("node", "9"),
        ("way", "1"),
    ]
    assert root.find("meta") is None
    assert [path.name for path in tmp_path.iterdir()] == ["a.osm"]


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=4))
def test_whatever_stands_in_a_tag_the_file_stays_well_formed(tmp_path_factory, tags):
    target = tmp_path_factory.mktemp("x") / "a.osm"
    write_extract([stored("", at(1) | {"tags": tags})], target, bounds=BOUNDS)
    root = ET.parse(target).getroot()  # noqa: S314  written a line ago
    read = {tag.get("k"): tag.get("v") for tag in root.iter("tag")}
    assert len(read) <= len(tags)
    for key, value in tags.items():
        if key.isprintable() and value.isprintable():
            assert read[key] == value
