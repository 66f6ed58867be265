"""Answers of many cells joined into one OSM XML file: each element once, sorted, whatever the number of cells.

The elements wait in a SQLite file beside the output, so that memory holds one cell at a time; GDAL wants nodes before
ways before relations, and equal contents give equal bytes.
"""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

from geoplan.errors import PublishError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from geoplan.fetch.store import Stored

CREDIT = "© OpenStreetMap contributors"
LICENCE = "ODbL-1.0"
LICENCE_URL = "https://opendatacommons.org/licenses/odbl/1-0/"
_KINDS = ("node", "way", "relation")
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_AS_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


@dataclass(frozen=True)
class Counts:
    """What an extract holds; `changed` elements differed between cells, and the newer answer was taken."""

    nodes: int
    ways: int
    relations: int
    changed: int


def write_extract(answers: Iterable[Stored], target: Path, *, bounds: tuple[float, float, float, float]) -> Counts:
    """Join the answers.

    Args:
        answers: in any order.
        target: the file; a scratch database of its name with `.db` is made beside it and removed.
        bounds: west, south, east, north in degrees, for the head of the file.

    Raises:
        PublishError: it cannot be written.
    """
    scratch = target.with_suffix(".db")
    try:
        with closing(sqlite3.connect(scratch)) as base:
            base.execute("PRAGMA journal_mode = OFF")
            base.execute("PRAGMA synchronous = OFF")
            for name in ("element", "temp.incoming"):
                columns = "kind INTEGER, id INTEGER, moment TEXT, body TEXT, PRIMARY KEY (kind, id)"
                base.execute(f"CREATE TABLE {name} ({columns}) WITHOUT ROWID")
            changed = sum(_take(base, answer) for answer in answers)
            base.commit()
            counts = dict(base.execute("SELECT kind, count(*) FROM element GROUP BY kind"))
            with target.open("w", encoding="utf-8", newline="\n") as stream:
                stream.writelines(_lines(base, bounds))
    except (sqlite3.Error, OSError) as fault:  # the disk is full, the name too long
        raise PublishError(f"Cannot write {target.name}: {fault}. Choose another --out or --name.") from fault
    finally:
        scratch.unlink(missing_ok=True)
    nodes, ways, relations = (int(counts.get(place, 0)) for place in range(3))
    return Counts(nodes, ways, relations, changed)


def _take(base: sqlite3.Connection, answer: Stored) -> int:
    """Put an answer's elements in; one that is there and differs yields to the newer moment, and is counted."""
    rows = (
        (_KINDS.index(each["type"]), each["id"], answer.osm_base, _AS_JSON(each))
        for each in answer.elements
        if each["type"] in _KINDS
    )
    base.execute("DELETE FROM incoming")
    base.executemany("INSERT OR REPLACE INTO incoming VALUES (?, ?, ?, ?)", rows)
    (changed,) = base.execute(
        "SELECT count(*) FROM incoming JOIN element USING (kind, id) WHERE incoming.body <> element.body"
    ).fetchone()
    # of the same moment the greater text wins, so that the order of the cells never shows
    base.execute(
        "INSERT INTO element SELECT * FROM incoming WHERE true ON CONFLICT (kind, id) DO UPDATE "
        "SET moment = excluded.moment, body = excluded.body "
        "WHERE (excluded.moment, excluded.body) > (element.moment, element.body)"
    )
    return int(changed)


def _lines(base: sqlite3.Connection, bounds: tuple[float, float, float, float]) -> Iterator[str]:
    west, south, east, north = bounds
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield (
        f'<osm version="0.6" generator="geoplan" copyright={quoteattr(CREDIT)} attribution='
        f"{quoteattr('https://www.openstreetmap.org/copyright')} license={quoteattr(LICENCE_URL)}>\n"
    )
    (oldest,) = base.execute("SELECT min(moment) FROM element WHERE moment <> ''").fetchone()
    if oldest:
        yield f"  <meta osm_base={quoteattr(oldest)}/>\n"
    yield f'  <bounds minlat="{south:.7f}" minlon="{west:.7f}" maxlat="{north:.7f}" maxlon="{east:.7f}"/>\n'
    for kind, body in base.execute("SELECT kind, body FROM element ORDER BY kind, id"):
        yield from _element(_KINDS[kind], json.loads(body))
    yield "</osm>\n"


def _element(kind: str, each: dict[str, Any]) -> Iterator[str]:
    inner = [f'    <nd ref="{int(ref)}"/>\n' for ref in each.get("nodes", ())]
    inner += [
        f'    <member type={_text(member["type"])} ref="{int(member["ref"])}" role={_text(member.get("role", ""))}/>\n'
        for member in each.get("members", ())
    ]
    inner += [f"    <tag k={_text(key)} v={_text(value)}/>\n" for key, value in sorted(each.get("tags", {}).items())]
    place = f' lat="{each["lat"]:.7f}" lon="{each["lon"]:.7f}"' if kind == "node" else ""
    head = f'  <{kind} id="{int(each["id"])}"{place}'
    if not inner:
        yield f"{head}/>\n"
        return
    yield f"{head}>\n"
    yield from inner
    yield f"  </{kind}>\n"


def _text(value: object) -> str:
    """An attribute; signs that XML cannot hold become spaces."""
    return quoteattr(_NO_XML.sub(" ", str(value)), {"\n": "&#10;", "\t": "&#9;", "\r": "&#13;"})
