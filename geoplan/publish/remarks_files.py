"""Remarks as readers send them back: JSON files of the page, and text blocks out of letters and chats.

    【geoplan-remark/1】
    plan: 0e40cd0b74aa
    id: r-1a2b3c4d
    at: 37.06, 114.5
    stage: primary
    near: place P12 某村

    the text
    【/】

Here they are taken out of the files, with bounded sizes; what stands in them is checked by `remarks_read`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from html import unescape
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

FORMAT = "geoplan-remark/1"
ENDINGS = (".json", ".txt", ".eml", ".md")
MOST_BYTES, MOST_FILES = 5_000_000, 2_000
_BLOCK = re.compile(rf"【\s*{re.escape(FORMAT)}\s*】")
_END = re.compile(r"^\s*【\s*/\s*】\s*$")
_QUOTED = re.compile(r"^(?:\s?[>》|]\s?)+")
_LINE_TAG = re.compile(r"<\s*(?:br|/p|/div|/li|/tr|/h\d)\b[^>]*>", re.IGNORECASE)
_FIELD = re.compile(r"^\s*(plan|id|at|stage|near|date)\s*[:：]\s*(.*?)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Near:
    """What a reader pointed at."""

    kind: str = "map"
    id: str = ""
    name: str = ""


@dataclass(frozen=True)
class Remark:
    """One remark, cleaned: sizes bounded, personal numbers masked.

    Attributes:
        plan: version of the plan that it speaks of, '' where none is given.
        at: latitude and longitude in degrees, in local projects x and y in metres; None where none can be used.
        date: as the reader or the office gave it, `2026-12-05`; '' without one.
        file: name of the file that it came in.
    """

    id: str
    plan: str
    stage: str
    at: tuple[float, float] | None
    near: Near
    text: str
    date: str
    file: str


@dataclass
class Post:
    """Everything that was read, and what was noticed on the way."""

    by_id: dict[str, Remark] = field(default_factory=dict)
    by_text: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def remarks(self) -> list[Remark]:
        """The remarks in the order in which they were read."""
        return list(self.by_id.values())

    def note(self, code: str, what: str, *, file: str, row: str = "", fix: str = "", error: bool = False) -> None:
        """One thing that the office should know."""
        severity = Severity.ERROR if error else Severity.WARNING
        rows = (row,) if row else ()
        self.findings.append(Finding(severity, code, what, fix=fix, layer="remarks", file=file, rows=rows, count=1))


def remark_files(paths: Iterable[Path], post: Post) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*") if each.is_file() and not each.is_symlink())
            found += [each for each in inside if each.suffix.lower() in ENDINGS]
            others = [each.name for each in inside if each.suffix.lower() not in ENDINGS]
            if others:
                what = f"{len(others)} files are no {', '.join(ENDINGS)} and were not read: {', '.join(others[:5])}."
                post.note("other-files", what, file=path.name, fix="Save letters as text, then run again.")
        elif path.is_file():
            found.append(path)
        else:
            post.note("no-file", f"No file {path.name}.", file=path.name, fix="Check the path.", error=True)
    if len(found) > MOST_FILES:
        what = f"{len(found):,} files; the first {MOST_FILES:,} were read."
        post.note("too-many", what, file=found[MOST_FILES].name, fix="Read them in several runs.", error=True)
    return list(dict.fromkeys(found[:MOST_FILES]))


def raw_remarks(path: Path, post: Post) -> Iterator[dict[str, Any]]:
    """The remarks of a file before they are checked."""
    size = path.stat().st_size
    if size > MOST_BYTES:
        what = f"{size:,} bytes; at most {MOST_BYTES:,} are read."
        post.note("too-large", what, file=path.name, fix="Split the file.", error=True)
        return
    texts = _mail_texts(path.read_bytes()) if path.suffix.lower() == ".eml" else [_decoded(path.read_bytes())]
    if None in texts:
        what = "Neither UTF-8, UTF-16 nor GB18030."
        post.note("encoding", what, file=path.name, fix="Save it as UTF-8 text.", error=True)
    documents = [text for text in texts if text is not None and text.lstrip("\ufeff \r\n\t").startswith("{")]
    for document in documents:
        yield from _json_remarks(document, path.name, post)
    found = [block for text in texts if text and text not in documents for block in _blocks(text, path.name, post)]
    if not found and not documents and None not in texts:
        what = f"No remark in it: no block that begins with 【{FORMAT}】."
        post.note("no-remark", what, file=path.name, fix="Copy the whole block, with its first and last line.")
    yield from found


def _mail_texts(raw: bytes) -> list[str | None]:
    """The words of a letter, and the files of the page that came with it."""
    letter = message_from_bytes(raw, policy=policy.default)
    body = letter.get_body(("plain", "html"))
    texts: list[str | None] = []
    if body is not None:
        try:
            words = str(body.get_content())
            texts.append(_without_tags(words) if body.get_content_type() == "text/html" else words)
        except (LookupError, UnicodeError):
            texts.append(None)
    for part in letter.iter_attachments():
        content = part.get_payload(decode=True)
        if str(part.get_filename() or "").lower().endswith(ENDINGS) and isinstance(content, bytes):
            texts.append(_decoded(content))
    return texts


def _without_tags(words: str) -> str:
    """The lines of a letter in HTML; its own line breaks mean nothing."""
    lines = _LINE_TAG.sub("\n", re.sub(r"[\r\n]+", " ", words))
    return "\n".join(line.strip() for line in unescape(re.sub(r"<[^>]*>", "", lines)).split("\n"))


def _decoded(raw: bytes) -> str | None:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _json_remarks(text: str, file: str, post: Post) -> list[dict[str, Any]]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        what = f"JSON cannot be read: {str(error)[:100]}."
        post.note("json", what, file=file, fix="Ask the sender for the file once more.", error=True)
        return []
    remarks = document.get("remarks") if isinstance(document, dict) else None
    if not isinstance(remarks, list) or document.get("format") != FORMAT:
        what = f'Expected {{"format": "{FORMAT}", "remarks": […]}}, found another document.'
        post.note("json", what, file=file, fix="Give the file that the page made.", error=True)
        return []
    head = {"plan": document.get("plan", ""), "date": document.get("date", "")}
    return [head | each for each in remarks if isinstance(each, dict)]


def _blocks(text: str, file: str, post: Post) -> Iterator[dict[str, Any]]:
    lines = [_QUOTED.sub("", line) for line in text.replace("\u00a0", " ").splitlines()]
    starts = [number for number, line in enumerate(lines) if _BLOCK.search(line)]
    for start, behind in pairwise([*starts, len(lines)]):
        end = next((number for number in range(start + 1, behind) if _END.match(lines[number])), None)
        if end is None:
            what = "The block has no last line 【/】; it was read to the next one or to the end."
            post.note("open-block", what, file=file, row=f"line {start + 1}", fix="Compare the text with the letter.")
        yield _block(lines[start + 1 : behind if end is None else end])


def _block(lines: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    body = 0
    for number, line in enumerate(lines):
        match = _FIELD.match(line)
        if match is None:
            body = number
            break
        found.setdefault(match[1].lower(), match[2])
        body = number + 1
    kind, _, rest = str(found.get("near", "")).partition(" ")
    identifier, _, name = rest.partition(" ")
    at = re.split(r"[,，]\s*", str(found.get("at", "")))
    return found | {
        "near": {"kind": kind, "id": identifier, "name": name},
        "at": at,
        "text": "\n".join(lines[body:]).strip(),
    }
