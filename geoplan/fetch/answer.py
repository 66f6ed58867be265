"""Is an answer whole and sound? Overpass says 200 also where it broke off, and a proxy where it asks for a password."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from html import unescape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import requests

_SHOWN = 200
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_LARGEST_ID = 2**63 - 1
_HINTS = {
    400: "the server does not understand the question",
    401: "the server asks for a password",
    403: "the server refuses",
    404: "there is no Overpass interpreter at this address",
    406: "the server refuses this program",
    407: "the proxy asks for a password: HTTP_PROXY=http://name:password@host:port",
}
_BUSY = {429: "the server has had enough questions for now", 503: "the server is busy"}


class Cure(StrEnum):
    """What helps against a fault."""

    WAIT = "wait"
    WAIT_THEN_SPLIT = "wait, then split"
    SPLIT = "split"
    NONE = "none"


class FaultError(Exception):
    """One question failed. Never leaves this room.

    Attributes:
        what: a sentence for people.
        cure: wait and ask again, ask for less, or nothing.
        after_s: how long the server asks to wait, if it says.
        reached: the server said something; False where no connection came about.
    """

    def __init__(self, what: str, cure: Cure, *, after_s: float | None = None, reached: bool = True) -> None:
        super().__init__(what)
        self.what, self.cure, self.after_s, self.reached = what, cure, after_s, reached


@dataclass(frozen=True, eq=False)
class Answer:
    """A whole and sound answer.

    Attributes:
        content: its bytes, JSON.
        osm_base: the moment of the data, as the server says it (`2026-11-20T08:00:00Z`); '' where it does not.
        date: the server's own day of the answer (HTTP `Date`); '' where it does not say.
    """

    content: bytes
    osm_base: str
    date: str


def sound(response: requests.Response, content: bytes) -> Answer:
    """The answer, once nothing is wrong with it.

    Raises:
        FaultError: a status other than 200, no JSON, no elements, a remark that the server broke off, or ways without
            their nodes.
    """
    _check_status(response, content)
    kind = response.headers.get("Content-Type", "").casefold()
    if kind and "json" not in kind:
        what = f"an answer of the kind {_line(kind.partition(';')[0])} in place of JSON: {_words(content)}"
        raise FaultError(what, Cure.WAIT)
    try:
        told = json.loads(content)
    except (ValueError, RecursionError) as fault:
        raise FaultError("the answer was cut off, or is no JSON", Cure.WAIT) from fault
    if not isinstance(told, dict) or not isinstance(told.get("elements"), list):
        raise FaultError("the answer is no list of elements: this is no Overpass server", Cure.NONE)
    if "runtime error" in (remark := str(told.get("remark", ""))):
        raise FaultError(f"the server broke off: {_line(remark)}", _cure_of(remark))
    _check_elements(told["elements"])
    if _SURROGATE.search(content) and not _is_text(told["elements"]):
        raise FaultError("the answer holds signs that are no text", Cure.WAIT)
    base = told.get("osm3s")
    moment = str(base.get("timestamp_osm_base", "")) if isinstance(base, dict) else ""
    return Answer(content, moment if _MOMENT.fullmatch(moment) else "", _date(response))


def _cure_of(remark: str) -> Cure:
    """Out of time or memory: ask for less. Anything else (a disk, a dispatcher) may pass."""
    return Cure.SPLIT if re.search(r"timed out|out of memory|timeout", remark) else Cure.WAIT


def _check_elements(elements: list[Any]) -> None:
    """Every element has type and id, every node a place, every way all its nodes, every member its own type and id."""
    try:
        nodes = {each["id"] for each in elements if each["type"] == "node" and _is_place(each["lon"], each["lat"])}
        absent = sum(not nodes.issuperset(each["nodes"]) for each in elements if each["type"] == "way")
        whole = all(_is_id(each["id"]) and isinstance(each.get("tags", {}), dict) for each in elements)
        for each in elements:
            for member in each["members"] if each["type"] == "relation" else ():
                whole = whole and _is_id(member["ref"]) and isinstance(member["type"], str)
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise FaultError(f"the answer holds an element that is none ({type(fault).__name__})", Cure.WAIT) from fault
    if not whole:
        raise FaultError("the answer holds an element without a number", Cure.WAIT)
    if absent:
        raise FaultError(f"{absent:,} ways of the answer lack some of their nodes", Cure.WAIT)


def _is_id(number: object) -> bool:
    """A whole number that files and databases can hold."""
    return isinstance(number, int) and not isinstance(number, bool) and abs(number) <= _LARGEST_ID


def _is_text(elements: list[Any]) -> bool:
    """No half of a surrogate pair, which JSON may spell and no file can hold."""
    try:
        json.dumps(elements, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_place(lon: float, lat: float) -> bool:
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise ValueError("off the globe")
    return True


def _check_status(response: requests.Response, content: bytes) -> None:
    status = response.status_code
    if status == 200:
        return
    if status in {301, 302, 303, 307, 308}:
        where = _line(response.headers.get("Location", "elsewhere"))
        raise FaultError(f"the server has moved: --endpoint {where}", Cure.NONE)
    if status == 413:
        raise FaultError("the server finds the question too large (413)", Cure.SPLIT)
    if status in {429, 500, 502, 503, 504}:
        what = f"{_BUSY.get(status, 'the server failed')} ({status})"
        cure = Cure.WAIT_THEN_SPLIT if status == 504 else Cure.WAIT
        raise FaultError(what, cure, after_s=_after_s(response))
    what = f"{_HINTS.get(status, 'the server answered')} ({status}): {_words(content)}"
    raise FaultError(what, Cure.NONE)


def _after_s(response: requests.Response) -> float | None:
    """Retry-After: seconds, or a date held against the answer's own."""
    said = response.headers.get("Retry-After", "").strip()
    if said.isdigit():
        return float(said)
    try:
        wait = parsedate_to_datetime(said) - parsedate_to_datetime(response.headers.get("Date", ""))
    except (ValueError, TypeError):  # no date, or one without its zone beside one with it
        return None
    return max(0.0, wait.total_seconds())


def _date(response: requests.Response) -> str:
    try:
        return parsedate_to_datetime(response.headers.get("Date", "")).date().isoformat()
    except (ValueError, TypeError):  # the server gives no date
        return ""


def _words(content: bytes) -> str:
    """What a page says to people, in one line."""
    text = content[:20_000].decode("utf-8", errors="replace")
    text = re.sub(r"(?is)<(script|style|head)\b.*?</\1>|<[^>]*>", " ", text)
    return _line(unescape(text)) or "nothing"


def _line(text: str) -> str:
    """The server's words in one short line, without signs that would steer a terminal."""
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return text[:_SHOWN] + "…" if len(text) > _SHOWN else text
