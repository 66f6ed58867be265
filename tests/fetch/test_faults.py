"""What goes wrong with free servers and proxies: waited for, asked for in parts, or told; never taken for data."""

from __future__ import annotations

import contextlib
import gzip
import threading

import pytest
import requests

from geoplan.errors import FetchError
from geoplan.fetch import Kind, Limits
from geoplan.fetch.answer import FaultError
from geoplan.fetch.transport import ask

ONE = "114.46,37.01,114.49,37.04"
"""One cell."""
PAGE = b"<html><head><title>x</title></head><body><p><strong>Error</strong>: runtime&nbsp;too busy</p></body></html>"


def test_too_many_requests_waits_as_long_as_the_server_says(fetch, server, clock, reply):
    server.replies = [reply(status=429, Retry_After="7")]
    assert fetch(bbox=ONE).asked == 2
    assert clock.slept == [7.0]
    assert "(429); asking again in 7 s (2 of 5)" in fetch.told[1]


def test_a_date_in_retry_after_is_held_against_the_servers_own_clock(fetch, server, clock, reply):
    server.replies = [reply(status=503, Retry_After="Sat, 21 Nov 2026 09:01:40 GMT")]
    fetch(bbox=ONE)
    assert clock.slept == [100.0]


def test_a_server_that_asks_to_wait_for_an_hour_ends_the_run_with_what_it_said(fetch, server, clock, reply):
    server.replies = [None, reply(status=429, Retry_After="3600")]
    with pytest.raises(FetchError, match=r"asks to wait 3,600 s\. 1 of 2 cells are stored.*goes on from there"):
        fetch()
    assert clock.slept == [1.0]  # between the two cells


def test_a_server_that_fails_is_asked_five_times_with_doubled_pauses(fetch, server, clock, reply):
    server.replies = [reply(status=502)] * 9
    with pytest.raises(FetchError, match=r"\(502\) \(asked 5 times\)"):
        fetch(bbox=ONE)
    assert clock.slept == [5.0, 10.0, 20.0, 40.0]
    assert len(server.queries) == 5


def test_a_gateway_timeout_that_comes_back_puts_the_cell_in_four(fetch, server, reply):
    server.replies = [reply(PAGE, status=504, kind="text/html")] * 2
    fetched = fetch(bbox=ONE)
    assert (fetched.origin.cells, fetched.asked) == (4, 6)
    assert fetched.origin.counts.ways == 2
    assert fetch(bbox=ONE).asked == 0  # the four are remembered


@pytest.mark.parametrize(
    "words", ['Query timed out in "query" at line 3 after 181 seconds.', "Query run out of memory"]
)
def test_an_answer_that_the_server_broke_off_is_no_answer_and_is_asked_in_four(fetch, server, reply, words):
    server.replies = [lambda query, _handler: reply(reply.answer(query, [], remark=f"runtime error: {words}"))]
    fetched = fetch(bbox=ONE)
    assert (fetched.origin.cells, fetched.origin.counts.ways) == (4, 2)
    assert any("the server broke off" in line and "four parts" in line for line in fetch.told)


def test_a_remark_on_the_servers_own_trouble_is_waited_for(fetch, server, clock, reply):
    told = "runtime error: open64: 2 No such file or directory /osm3s_osm_base"
    server.replies = [lambda query, _handler: reply(reply.answer(query, [], remark=told))]
    assert fetch(bbox=ONE).origin.cells == 1
    assert clock.slept == [5.0]


def test_a_remark_that_is_no_error_changes_nothing(fetch, server, clock, reply):
    server.replies = [lambda query, _handler: reply(reply.answer(query, remark="runtime remark: slow"))]
    assert fetch(bbox=ONE).asked == 1
    assert clock.slept == []


@pytest.mark.parametrize(
    "broken",
    [
        lambda reply, good: reply(good[:300], length=len(good)),
        lambda reply, good: reply(good[:300]),
        lambda reply, good: reply(good, kind="text/plain"),
        lambda reply, _good: reply(PAGE, kind="text/html"),
        lambda reply, _good: reply(b"\xff\xfe\x00"),
        lambda reply, _good: reply(b"[" * 100_000),
        lambda reply, _good: reply(b'{"elements": [{"type": "way", "id": 1, "nodes": [1, 2]}]}'),
        lambda reply, _good: reply(b'{"elements": [{"type": "node", "id": 1, "lat": 91, "lon": 0}]}'),
        lambda reply, _good: reply(b'{"elements": [{"type": "node", "id": 1, "lat": NaN, "lon": 0}]}'),
        lambda reply, _good: reply(b'{"elements": [{"type": "node", "id": "1", "lat": 1, "lon": 0}]}'),
        lambda reply, _good: reply(b'{"elements": [{"type": "relation", "id": 1, "members": [{"ref": "x"}]}]}'),
        lambda reply, _good: reply(b'{"elements": [{"type": "relation", "id": 1, "members": [{"ref": 1}]}]}'),
        lambda reply, _good: reply(b'{"elements": [{"type": "node", "id": 1%s, "lat": 1, "lon": 0}]}' % (b"0" * 30)),
        lambda reply, _good: reply(b'{"elements": [{"type": "way", "id": 1, "nodes": [], "tags": {"a": "\\ud800"}}]}'),
        lambda reply, _good: reply(b'{"elements": [7]}'),
    ],
)
def test_half_an_answer_a_web_page_and_elements_that_are_none_are_asked_again(fetch, server, clock, reply, broken):
    server.replies = [lambda query, _handler: broken(reply, reply.answer(query))]
    fetched = fetch(bbox=ONE)
    assert (fetched.asked, clock.slept) == (2, [5.0])
    assert fetched.origin.counts.ways == 2


def test_what_a_server_says_cannot_steer_the_terminal_nor_name_another_moment(fetch, server, reply):
    server.replies = [lambda query, _handler: reply(reply.answer(query, moment="\x1b[2J<script>"))]
    assert fetch(bbox=ONE).origin.credit == "© OpenStreetMap contributors, ODbL 1.0, 2026-11-21"
    told = reply(b'{"elements": [], "remark": "runtime error: \\u001b[2J wiped"}')
    server.replies = [told] * 5
    with pytest.raises(FetchError, match=r"broke off: runtime error: \[2J wiped"):
        fetch(bbox=ONE, fresh=True)


def test_a_web_page_that_stays_is_quoted_without_its_tags(fetch, server, reply):
    server.replies = [reply(PAGE, kind="text/html; charset=utf-8")] * 5
    with pytest.raises(FetchError, match=r"of the kind text/html in place of JSON: Error : runtime too busy \(asked 5"):
        fetch(bbox=ONE)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "does not understand the question (400): Error : runtime too busy"),
        (403, "the server refuses (403)"),
        (404, "there is no Overpass interpreter at this address (404)"),
        (407, "HTTP_PROXY=http://name:password@host:port"),
        (418, "the server answered (418)"),
    ],
)
def test_a_refusal_is_told_at_once(fetch, server, clock, reply, status, words):
    server.replies = [reply(PAGE, status=status, kind="text/html")]
    with pytest.raises(FetchError) as caught:
        fetch(bbox=ONE)
    assert words in str(caught.value)
    assert clock.slept == []


def test_json_of_another_service_is_told_at_once(fetch, server, reply):
    server.replies = [reply(b'{"message": "hello"}')]
    with pytest.raises(FetchError, match="this is no Overpass server"):
        fetch(bbox=ONE)


def test_a_server_that_has_moved_is_not_followed_with_half_a_question(fetch, server, reply):
    server.replies = [reply(status=302, Location="https://other.example/api/interpreter")]
    with pytest.raises(FetchError, match=r"has moved: --endpoint https://other\.example/api/interpreter"):
        fetch(bbox=ONE)


def test_a_refused_connection_is_tried_three_times(fetch, clock):
    with pytest.raises(FetchError, match=r"no connection \(Connection refused\) \(asked 3 times\).*0 of 1 cell"):
        fetch(bbox=ONE, endpoint="http://127.0.0.1:9/api")
    assert clock.slept == [5.0, 10.0]


def test_a_host_that_does_not_exist_is_told_without_a_traceback_of_addresses(fetch):
    with pytest.raises(FetchError, match="no connection") as caught:
        fetch(bbox=ONE, endpoint="http://user:secret@overpass.invalid/api")
    assert "secret" not in str(caught.value)


def test_a_silent_server_is_left_and_then_asked_for_less(fetch, server):
    released = threading.Event()

    def silent(_query, _handler):
        released.wait(5)
        return "nothing"

    server.replies = [silent, silent]
    fetched = fetch(bbox=ONE, limits=Limits(silence_s=0.15))
    released.set()
    assert fetched.origin.cells in {1, 4}  # a time-out before the first byte, or in the middle
    assert any("silent for 0.15 s" in line for line in fetch.told)


def test_a_trickle_ends_with_the_time_of_the_whole_answer(server):
    """Two looks at the clock: when the body begins, and after its first block."""
    for seconds, whole in ((600.0, True), (601.0, False)):
        times = iter([0.0, seconds])
        with requests.Session() as session, contextlib.nullcontext() if whole else pytest.raises(FaultError) as caught:
            ask(session, server.endpoint, "[out:json];", Limits(answer_s=600.0), now=lambda times=times: next(times))
        assert whole or (caught.value.what, caught.value.cure) == ("the answer was not whole after 600 s", "split")


def test_an_answer_that_is_too_large_is_asked_in_parts_and_in_the_end_given_up(fetch, server):
    fetched = fetch(bbox=ONE, limits=Limits(answer_bytes=1_550), kinds=tuple(Kind))
    assert fetched.origin.cells > 1
    with pytest.raises(FetchError, match=r"more than 0 MB.*fewer kinds with --what"):
        fetch(bbox=ONE, limits=Limits(answer_bytes=10))


def test_an_answer_that_unfolds_to_gigabytes_is_not_unfolded(fetch, server, reply):
    bomb = gzip.compress(b" " * 50_000_000)
    server.replies = [reply(bomb, Content_Encoding="gzip")]
    fetched = fetch(bbox=ONE, limits=Limits(answer_bytes=1_000_000))
    assert any("more than 1 MB; asked again in four parts" in line for line in fetch.told)
    assert fetched.origin.counts.ways == 2


def test_no_password_of_an_address_is_printed_or_stored(fetch, server, reply, tmp_path):
    address = server.endpoint.replace("//", "//planner:secret@")
    server.replies = [None, reply(status=403)]
    with pytest.raises(FetchError) as caught:
        fetch(endpoint=address)
    assert "secret" not in str(caught.value)
    fetched = fetch(endpoint=address)
    assert server.headers[0]["Authorization"].startswith("Basic ")
    kept = [gzip.decompress(path.read_bytes()) for path in (tmp_path / "data" / ".fetch").glob("*.gz")]
    assert all(b"secret" not in content for content in [*kept, fetched.record.read_bytes()])


def test_a_proxy_of_the_environment_is_used(fetch, server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", server.root)
    monkeypatch.setenv("http_proxy", server.root)
    fetch(bbox=ONE, endpoint="http://overpass.invalid/api/interpreter")
    assert server.paths == ["http://overpass.invalid/api/interpreter"]


def test_no_proxy_of_the_environment_is_obeyed(fetch, server, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert fetch(bbox=ONE).asked == 1
    assert server.paths == ["/api/interpreter"]


def test_a_proxy_that_is_not_there_is_named_as_the_cause(fetch, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://planner:secret@127.0.0.1:9")
    with pytest.raises(FetchError, match=r"the proxy .* cannot be reached") as caught:
        fetch(bbox=ONE, endpoint="http://overpass.invalid/api")
    assert "secret" not in str(caught.value)


def test_osmnx_settings_name_the_server_and_the_sign_in(fetch, server, monkeypatch):
    from osmnx import settings

    monkeypatch.setattr(settings, "overpass_url", f"{server.root}/api")
    monkeypatch.setattr(settings, "requests_kwargs", {"auth": ("planner", "word"), "timeout": 1})
    fetch(bbox=ONE, endpoint=None)
    assert server.paths == ["/api/interpreter"]
    assert server.headers[0]["Authorization"].startswith("Basic ")


def test_osmnx_is_left_as_it_was(fetch):
    import socket

    from osmnx import settings

    before, resolver = dict(vars(settings)), socket.getaddrinfo
    fetch(bbox=ONE)
    assert {key: vars(settings)[key] for key in before} == before
    assert socket.getaddrinfo is resolver
