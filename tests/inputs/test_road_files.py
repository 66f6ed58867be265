"""A road file that cannot fit into memory is refused from its size and head, before it is read."""

from __future__ import annotations

import time
import zlib

import pytest
from shapely.geometry import LineString

from geoplan.inputs import road_files
from geoplan.inputs.road_files import pbf_bounds

CHINA = (73.5, 134.8, 18.1, 53.6)
LINE = LineString([(114.50, 37.05), (114.52, 37.06)])


def varint(number):
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def pbf(path, size, bounds=CHINA, *, packed=True):
    """The head of an extract of a country, and then nothing, for gigabytes that take no room on disk."""
    zigzag = [((each << 1) ^ (each >> 63)) for each in (round(edge * 1e9) for edge in bounds)]
    west, east, south, north = zigzag
    box = field(1, west) + field(2, east) + field(3, north) + field(4, south)
    block = field(1, box) + field(4, b"OsmSchema-V0.6")
    blob = field(2, len(block)) + field(3, zlib.compress(block)) if packed else field(1, block)
    header = field(1, b"OSMHeader") + field(3, len(blob))
    with path.open("wb") as stream:
        stream.write(len(header).to_bytes(4, "big") + header + blob)
        stream.truncate(size)
    return path


@pytest.fixture
def machine(monkeypatch):
    """A computer with 8,000 MB free; nothing of a file may be read by GDAL."""
    monkeypatch.setattr(road_files, "available_mb", lambda: 8_000.0)
    monkeypatch.setattr("geoplan.inputs.osm.read_frame", lambda *_arguments, **_more: pytest.fail("it was read"))


def test_the_extract_of_a_country_is_refused_with_figures_bounds_and_the_command(town, machine):
    pbf(town.folder / "china.osm.pbf", 1_400_000_000)
    town.layer("roads", 'path = "china.osm.pbf"\nbarriers = "none"')
    finding = town.finding("too-large", "error")
    assert finding.what == (
        "The road file has 1,400 MB; its roads would take 12,600 MB of memory at least; this computer has room for "
        "5,600 MB. It was not read. It covers 73.50-134.80° E, 18.10-53.60° N."
    )
    assert "osmium extract --bbox" in finding.fix


def test_what_may_be_used_is_said_by_the_project_first(town, machine):
    pbf(town.folder / "province.osm.pbf", 60_000_000)
    town.layer("roads", 'path = "province.osm.pbf"\nbarriers = "none"\nmemory_mb = 500')
    assert "540 MB of memory at least; memory_mb of [layers.roads] allows 500 MB" in town.finding("too-large").what


@pytest.mark.parametrize("free", [None, 1e6])
def test_where_there_is_room_or_nobody_knows_the_file_goes_to_its_reader(town, monkeypatch, free):
    monkeypatch.setattr(road_files, "available_mb", lambda: free)
    pbf(town.folder / "china.osm.pbf", 1_400_000_000)
    town.layer("roads", 'path = "china.osm.pbf"\nbarriers = "none"')
    assert town.codes() == ["unreadable-file"]  # it holds nothing but its head


def test_only_roads_are_asked(town, machine, monkeypatch):
    monkeypatch.setattr(road_files, "LEAST_BYTES", 0)
    monkeypatch.setattr(road_files, "available_mb", lambda: 0.0)
    assert town.codes() == []


def test_of_a_geopackage_only_the_share_of_the_layer_counts(town, monkeypatch):
    rows = {"name": [f"r{n}" for n in range(9)]}
    town.save("all.gpkg", {"name": ["r"]}, [LINE], layer="roads", driver="GPKG")
    town.save("all.gpkg", rows, [LINE] * 9, layer="buildings", driver="GPKG")
    town.layer("roads", 'path = "all.gpkg"\nlayer = "roads"\nbarriers = "none"')
    size_mb = (town.folder / "all.gpkg").stat().st_size / 1e6
    monkeypatch.setattr(road_files, "LEAST_BYTES", 0)
    monkeypatch.setattr(road_files, "available_mb", lambda: size_mb * 0.2 / 0.7 + 1e-9)
    assert town.codes() == []
    monkeypatch.setattr(road_files, "available_mb", lambda: size_mb * 0.19 / 0.7)
    assert town.codes() == ["too-large"]


@pytest.mark.parametrize("packed", [True, False])
def test_the_bounds_of_a_head_are_read_west_and_south_too(tmp_path, packed):
    bounds = (-70.25, -69.5, -33.5, -33.0)
    assert pbf_bounds(pbf(tmp_path / "a.pbf", 4_096, bounds, packed=packed)) == bounds


def test_a_head_that_is_none_has_no_bounds(tmp_path):
    path = pbf(tmp_path / "a.pbf", 4_096)
    content = path.read_bytes()
    for length in range(0, 90, 3):
        path.write_bytes(content[:length])
        assert pbf_bounds(path) in {None, CHINA}
    path.write_bytes(b"\x00\x00\x00\x10" + b"\xff" * 4_000)
    assert pbf_bounds(path) is None


def test_a_number_without_end_in_the_head_is_no_head(tmp_path):
    """Put together bit by bit, 65 kB of it would take long, and the 1 MB of a blob hours."""
    path = tmp_path / "a.pbf"
    path.write_bytes((65_536).to_bytes(4, "big") + b"\xff" * 70_000)
    began = time.perf_counter()
    assert pbf_bounds(path) is None
    assert time.perf_counter() - began < 0.2
