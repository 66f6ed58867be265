"""Remarks as readers send them back, checked: ids, positions, sizes, personal numbers, what came twice.

Whoever writes these files is a stranger: sizes are bounded, ids and numbers checked, and nothing in a text is
obeyed. What is refused or changed is a finding.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from geoplan.publish.clean import clean_text
from geoplan.publish.lint_personal import mask_numbers
from geoplan.publish.remarks_files import Near, Post, Remark, raw_remarks, remark_files
from geoplan.publish.version import is_version
from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MOST_REMARKS, LONGEST_TEXT, LONGEST_NAME = 20_000, 5_000, 100
KINDS = ("place", "school", "site", "gap", "district", "map")
_ID = re.compile(r"r-[0-9a-f]{8}")


def read_remarks(paths: Iterable[Path], *, is_local: bool = False) -> Post:
    """Every remark in files and folders, in the order of the files' names; each id stands once.

    Args:
        paths: files, or folders whose files (and those of their folders) are read.
        is_local: positions are metres without georeference.
    """
    post = Post()
    for path in remark_files(paths, post):
        for raw in raw_remarks(path, post):
            if len(post.by_id) >= MOST_REMARKS:
                post.note(
                    "too-many", f"More than {MOST_REMARKS:,} remarks; the rest was not read.", file=path.name,
                    fix="Read them in several runs with the same --out.", error=True,
                )  # fmt: skip
                return post
            remark = _remark(raw, path.name, post, is_local=is_local)
            if remark is not None:
                _add(remark, post)
    return post


def _remark(raw: dict[str, Any], file: str, post: Post, *, is_local: bool) -> Remark | None:
    """A remark with every field checked, or None without a text."""
    text = "\n".join(clean_text(_str(raw.get("text"))).splitlines()).strip()  # a workbook keeps one kind of line break
    identifier = _str(raw.get("id")).strip()
    shown = identifier if _ID.fullmatch(identifier) else ""
    if not text:
        post.note("no-text", "A remark without a text was left out.", file=file, row=shown)
        return None
    if len(text) > LONGEST_TEXT:
        what = f"A text of {len(text):,} characters was cut to {LONGEST_TEXT:,}."
        post.note("too-long", what, file=file, row=shown, fix="Read the original.")
        text = text[:LONGEST_TEXT]
    near = _near(raw.get("near"))
    text, numbers = mask_numbers(text)
    name, more = mask_numbers(near.name)
    plan, stage = _str(raw.get("plan")).strip(), _str(raw.get("stage")).strip()
    at = _position(raw, is_local=is_local)
    remark = Remark(
        id=shown,
        plan=plan if is_version(plan) else "",
        stage=stage if stage in tuple(Stage) else "",
        at=at,
        near=replace(near, name=name),
        text=text,
        date=_day(_str(raw.get("date")).strip()),
        file=file,
    )
    remark = remark if shown else replace(remark, id=own_id(remark))
    if not shown:
        what = f"No usable id ({identifier[:20]!r}); it is called {remark.id} here."
        post.note("id", what, file=file, row=remark.id)
    if numbers + more:
        what = f"{numbers + more} telephone or identity-card numbers were masked."
        post.note("personal-number", what, file=file, row=remark.id, fix="Answer by the original letter.")
    if at is None:
        what = "No usable position; the remark stands in the table, not on the map."
        post.note("no-position", what, file=file, row=remark.id)
    return remark


def _str(value: object) -> str:
    """Text of a field; numbers as they are, anything else as nothing."""
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""


def _near(value: object) -> Near:
    table = value if isinstance(value, dict) else {}
    kind, identifier, name = (clean_text(_str(table.get(key))).strip() for key in ("kind", "id", "name"))
    if kind not in KINDS:
        return Near()
    return Near(kind, _one_line(identifier), _one_line(name))


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)[:LONGEST_NAME]


def _position(raw: dict[str, Any], *, is_local: bool) -> tuple[float, float] | None:
    if "at" in raw and isinstance(raw["at"], list) and len(raw["at"]) == 2:
        pair = raw["at"]
    elif is_local and "x" in raw:
        pair = [raw.get("x"), raw.get("y")]
    elif is_local:
        pair = [raw.get("lon"), raw.get("lat")]
    else:
        pair = [raw.get("lat"), raw.get("lon")]
    try:
        one, two = (float(_str(each)) for each in pair)
    except ValueError:
        return None
    if not (math.isfinite(one) and math.isfinite(two)) or max(abs(one), abs(two)) > 1e8:
        return None
    if not is_local and (abs(one) > 90 or abs(two) > 180):
        return None
    return one, two


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return ""


def own_id(remark: Remark) -> str:
    """An id made from what the remark says, the same in every run."""
    said = json.dumps([remark.plan, remark.stage, remark.at, remark.near.id, remark.text])
    return f"r-{hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()[:8]}"


def _add(remark: Remark, post: Post) -> None:
    """Keep a remark unless the very same one is there already; another one with its id gets an id of its own."""
    same = post.by_id.get(remark.id)
    if same is not None and same.text != remark.text:
        other = replace(remark, id=own_id(remark))
        what = f"Two remarks have the id {remark.id}; this one is called {other.id} here."
        post.note("duplicate-id", what, file=remark.file, row=other.id)
        remark, same = other, post.by_id.get(other.id)
    if same is not None:
        what = f"{remark.id} came more than once with the same text; it counts once."
        post.note("duplicate", what, file=remark.file, row=remark.id)
        return
    twin = post.by_text.setdefault(remark.text, remark.id)
    if twin != remark.id:
        what = f"The text of {remark.id} is that of {twin}; both are kept."
        post.note("same-text", what, file=remark.file, row=remark.id, fix="One answer may serve both.")
    post.by_id[remark.id] = remark
