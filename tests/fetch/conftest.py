"""A server in this process that answers like Overpass, from a small town, faults included; and a proxy before it."""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from geoplan.fetch import Kind, Order, Patience, area_of, fetch_osm
from geoplan.fetch.patience import Clock

MOMENT = "2026-11-20T08:00:00Z"
DATE = "Sat, 21 Nov 2026 09:00:00 GMT"
BBOX = "114.46,37.01,114.54,37.04"
"""Two cells: west and east of 114.5."""
_STATEMENT = re.compile(r"(node|way|relation)((?:\[[^\]]+\])+)\(([-\d.,]+)\);")
_FILTER = re.compile(r'\["([^"]+)"(?:(=|~)"([^"]*)")?\]')


def node(number, lon, lat, **tags):
    return {"type": "node", "id": number, "lat": lat, "lon": lon, **({"tags": tags} if tags else {})}


def way(number, nodes, **tags):
    return {"type": "way", "id": number, "nodes": nodes, "tags": tags}


TOWN = [
    *(node(10 + step, 114.46 + 0.01 * step, 37.02) for step in range(9)),  # along the street, through both cells
    node(30, 114.47, 37.01, barrier="gate", access="private"),
    node(31, 114.47, 37.03),
    node(32, 114.47, 37.02, barrier="gate"),
    node(40, 114.48, 37.03, amenity="kindergarten", name="一幼 <b>&\"'"),
    *(node(50 + step, *at) for step, at in enumerate([(114.52, 37.03), (114.521, 37.03), (114.521, 37.031)])),
    *(node(60 + step, 114.495, 37.0 + 0.02 * step) for step in range(4)),
    node(70, 114.6, 37.02, barrier="gate"),  # beyond both cells
    way(1, list(range(10, 19)), highway="residential", name="中华大街"),
    way(2, [30, 32, 31], highway="service"),
    way(3, [50, 51, 52, 50], building="yes"),
    way(4, [50, 51, 52, 50], amenity="school", name="二中"),
    way(5, list(range(60, 64)), waterway="river"),
    {"type": "relation", "id": 7, "tags": {"type": "multipolygon", "natural": "water"},
     "members": [{"type": "way", "ref": 3, "role": "outer"}]},
]  # fmt: skip


def evaluate(query, elements=TOWN):
    """The little of Overpass QL that geoplan speaks: filters in a box, then everything they hang on."""
    by_key = {(each["type"], each["id"]): each for each in elements}
    found = {}
    for kind, filters, box in _STATEMENT.findall(query):
        south, west, north, east = map(float, box.split(","))
        for key, each in by_key.items():
            if key[0] == kind and _fits(each.get("tags", {}), filters):
                places = [by_key["node", ref] for ref in _nodes(each, by_key)]
                if any(south <= at["lat"] <= north and west <= at["lon"] <= east for at in places):
                    found[key] = each
    for each in list(found.values()):
        found.update({("way", member["ref"]): by_key["way", member["ref"]] for member in each.get("members", ())})
    for each in list(found.values()):
        found.update({("node", ref): by_key["node", ref] for ref in each.get("nodes", ())})
    order = ("node", "way", "relation")
    return sorted(found.values(), key=lambda each: (order.index(each["type"]), each["id"]))


def _fits(tags, filters):
    return all(
        key in tags and (not sign or (tags[key] == value if sign == "=" else re.search(value, tags[key])))
        for key, sign, value in _FILTER.findall(filters)
    )


def _nodes(each, by_key):
    if each["type"] == "node":
        return [each["id"]]
    members = [ref for member in each.get("members", ()) for ref in by_key["way", member["ref"]]["nodes"]]
    return each.get("nodes", members)


class Reply:
    """What a server says to one question. `content` of another length than `length` is a cut answer."""

    def __init__(self, content=b"", status=200, kind="application/json", length=None, **headers):
        self.content, self.status, self.kind, self.headers = content, status, kind, headers
        self.length = len(content) if length is None else length

    def send(self, handler):
        handler.send_response_only(self.status)
        handler.send_header("Date", DATE)
        if self.kind:
            handler.send_header("Content-Type", self.kind)
        for name, value in self.headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Connection", "close")
        handler.send_header("Content-Length", str(self.length))
        handler.end_headers()
        handler.wfile.write(self.content)
        handler.close_connection = True


def answer(query, elements=TOWN, moment=MOMENT, **more):
    told = {"version": 0.6, "osm3s": {"timestamp_osm_base": moment}, "elements": evaluate(query, elements), **more}
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


class Server:
    """`replies` is taken from first to last: None answers well, a Reply says that, a function is called."""

    def __init__(self):
        self.queries, self.paths, self.headers, self.replies = [], [], [], []
        self.elements, self.moment = TOWN, MOMENT
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                query = parse_qs(body.decode())["data"][0]
                outer.queries.append(query)
                outer.paths.append(self.path)
                outer.headers.append(dict(self.headers))
                reply = outer.replies.pop(0) if outer.replies else None
                if callable(reply):
                    reply = reply(query, self)
                if reply != "nothing":
                    (reply or Reply(answer(query, outer.elements, outer.moment))).send(self)

            def log_message(self, *_arguments):
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    @property
    def root(self):
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def endpoint(self):
        return f"{self.root}/api/interpreter"

    def close(self):
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class FakeClock:
    """Time that passes only when somebody sleeps."""

    def __init__(self):
        self.seconds, self.slept = 0.0, []

    def now(self):
        return self.seconds

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.seconds += seconds


@pytest.fixture
def server():
    running = Server()
    yield running
    running.close()


@pytest.fixture
def reply():
    """What a server may say: `reply(content, status=…)`, and `reply.answer(query)` for a good one."""
    Reply.answer = staticmethod(answer)
    return Reply


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def fetch(server, clock, tmp_path):
    """`fetch_osm` from the local server, without waiting; `.told` holds what progress heard."""

    def run(*, bbox=BBOX, kinds=(Kind.ROADS,), limits=None, out=None, **more):
        order = Order(area_of(bbox), kinds, out or tmp_path / "data", **{"endpoint": server.endpoint, **more})
        patience = Patience(clock=Clock(clock.now, clock.sleep))
        run.told.clear()
        options = {} if limits is None else {"limits": limits}
        return fetch_osm(order, patience=patience, progress=run.told.append, **options)

    run.told = []
    return run
