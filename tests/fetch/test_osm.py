"""An area becomes one extract that geoplan reads, with its record; interrupted, it goes on where it was."""

from __future__ import annotations

import os
import signal
import tomllib

import pytest

from geoplan.config import LayerConfig
from geoplan.errors import FetchError
from geoplan.fetch import Kind
from geoplan.files import sha256
from geoplan.inputs.osm import EXTRACTS, read_osm
from geoplan.inputs.raw import Request
from geoplan.inputs.schema import COORDINATES, read_schema


def read(file, role, layer=None):
    source = LayerConfig(role, file.name, layer=layer)
    return read_osm(Request(file, source, read_schema(None, role), read_schema(None, COORDINATES)))


def test_roads_of_two_cells_become_one_extract_that_geoplan_reads(fetch, server):
    fetched = fetch()
    assert len(server.queries) == 2
    raw = read(fetched.file, "roads")
    assert sorted(raw.attributes.index) == ["way/1", "way/2"]
    assert dict(zip(raw.attributes.index, raw.attributes["name"], strict=True))["way/1"] == "中华大街"
    assert [finding.code for finding in raw.findings] == ["roads-closed-at-gates"]
    assert (fetched.origin.counts.nodes, fetched.origin.counts.ways) == (12, 2)


@pytest.mark.parametrize(
    ("kind", "layer", "ids"),
    [
        (Kind.ROADS, "highways", {"way/1", "way/2"}),
        (Kind.ROADS, "gates", {"node/32"}),
        (Kind.BARRIERS, "waterways", {"way/5", "relation/7"}),
        (Kind.BARRIERS, "gates", {"node/32"}),
        (Kind.SCHOOLS, "schools", {"node/40", "way/4"}),
        (Kind.BUILDINGS, "buildings", {"way/3"}),
    ],
)
def test_what_a_kind_asks_for_is_what_geoplan_reads_from_an_extract(fetch, kind, layer, ids):
    fetched = fetch(kinds=(kind,))
    role = {"schools": "schools", "buildings": "population"}.get(layer, "barriers")
    assert layer in EXTRACTS
    assert set(read(fetched.file, role, layer).attributes.index) == ids


def test_osmnx_reads_the_same_streets_from_the_extract(fetch):
    import osmnx

    fetched = fetch()
    graph = osmnx.graph_from_xml(fetched.file, simplify=False, retain_all=True)
    assert len(graph.nodes) == fetched.origin.counts.nodes
    assert {number for _, _, number in graph.edges(data="osmid")} == {1, 2}


def test_hostile_names_come_through_as_they_are(fetch):
    fetched = fetch(kinds=(Kind.SCHOOLS,))
    names = read(fetched.file, "schools").attributes["name"]
    assert names["node/40"] == "一幼 <b>&\"'"


def test_the_record_says_origin_moment_licence_and_digest(fetch, server):
    fetched = fetch(kinds=(Kind.ROADS, Kind.BARRIERS))
    assert fetched.file.name == "osm-roads-barriers.osm"
    told = tomllib.loads(fetched.record.read_text(encoding="utf-8"))
    assert told["credit"] == "© OpenStreetMap contributors"
    assert told["licence"] == "ODbL-1.0"
    assert told["osm_base"] == "2026-11-20T08:00:00Z"
    assert told["fetched"] == "2026-11-21"
    assert told["endpoints"] == [server.endpoint]
    assert told["sha256"] == sha256(fetched.file)
    assert told["bounds"] == [114.46, 37.01, 114.54, 37.04]
    assert 'way["highway"]({{bbox}});' in told["query"]
    assert fetched.origin.credit == "© OpenStreetMap contributors, ODbL 1.0, 2026-11-20"


def test_the_same_answers_give_the_same_bytes_in_another_folder(fetch, tmp_path):
    one, other = fetch(), fetch(out=tmp_path / "other")
    assert one.file.read_bytes() == other.file.read_bytes()
    assert one.record.read_bytes() == other.record.read_bytes()


def test_a_second_fetch_asks_nothing_and_fresh_asks_again(fetch, server):
    fetch()
    again = fetch()
    assert (again.asked, again.stored, len(server.queries)) == (0, 2, 2)
    assert fetch.told[0] == "2 cells, all stored"
    assert fetch(fresh=True).asked == 2


def test_a_larger_area_asks_only_for_the_cells_that_are_new(fetch, server):
    fetch()
    assert fetch(bbox="114.46,37.01,114.56,37.04").asked == 1


def ctrl_c(_query, _handler):
    os.kill(os.getpid(), signal.SIGINT)
    return "nothing"


@pytest.fixture
def interruptible():
    """Ctrl-C as a terminal sends it; the processes of pytest-xdist ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("stop", ["Ctrl-C", "refused"])
def test_an_interrupted_fetch_keeps_its_cells_writes_nothing_and_goes_on(fetch, server, reply, tmp_path, stop):
    server.replies = [None, ctrl_c if stop == "Ctrl-C" else reply(status=403)]
    with pytest.raises(KeyboardInterrupt if stop == "Ctrl-C" else FetchError):
        fetch()
    assert [path.name for path in (tmp_path / "data").iterdir()] == [".fetch"]
    fetched = fetch()
    assert (fetched.asked, fetched.stored, len(server.queries)) == (1, 1, 3)
    assert sorted(read(fetched.file, "roads").attributes.index) == ["way/1", "way/2"]


def test_a_failed_fetch_leaves_the_extract_of_before(fetch, server, reply):
    before = fetch()
    content = before.file.read_bytes()
    server.replies = [reply(status=403)]
    with pytest.raises(FetchError):
        fetch(fresh=True)
    assert before.file.read_bytes() == content


def test_cells_of_two_days_are_told_and_the_newer_element_wins(fetch, server):
    fetch(bbox="114.46,37.01,114.49,37.04")
    server.moment = "2026-12-01T08:00:00Z"
    town = server.elements
    server.elements = [each | {"tags": {**each["tags"], "name": "新名"}} if each["id"] == 1 else each for each in town]
    fetched = fetch()
    (note,) = fetched.notes
    assert "of 2026-11-20T08:00:00Z … 2026-12-01T08:00:00Z; elements that differed between them: 1;" in note
    assert fetched.origin.day == "2026-11-20"
    assert read(fetched.file, "roads").attributes.loc["way/1", "name"] == "新名"


def test_an_area_that_nobody_has_mapped_is_told(fetch, server):
    server.elements = []
    fetched = fetch()
    assert fetched.notes == ("The servers know nothing of this kind here: the extract is empty.",)


def test_an_extract_that_geoplan_would_refuse_is_told_with_the_command_that_helps(fetch, monkeypatch):
    monkeypatch.setattr("geoplan.fetch.finish.MAX_TEXT_BYTES", 100)
    assert "osmium cat osm-roads.osm -o osm-roads.osm.pbf" in fetch().notes[0]


def test_a_server_without_date_and_moment_leaves_them_empty(fetch, server, reply):
    server.replies = [lambda query, _handler: reply(reply.answer(query, moment=""))] * 2
    fetched = fetch()
    assert (fetched.origin.oldest, fetched.origin.day) == ("", "2026-11-21")
