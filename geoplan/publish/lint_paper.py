"""What can be read back of drawn files: the text of PDF pages, and the words that a PNG carries beside its pixels.

The letters of a PDF are found again with pypdf (extra `pdf`). Pixels are not read: a picture of the atlas is drawn from
the same sheet as its page of the PDF.
"""

from __future__ import annotations

import json
import re
import zlib
from typing import TYPE_CHECKING, Any

from geoplan.errors import MissingExtraError
from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_LINE = rb"\((?:\\.|[^\\()])*\)"
_WORDS = re.compile(rb"(?:\bq\s+(?:[-+.\d]+\s+){6}cm\s+)?\bBT\b(?:" + _LINE + rb"|[^(])*?\bET\b", re.DOTALL)
"""A piece of text with the shift that places it; letters in brackets may spell anything, ET too."""
_SHEET = re.compile(r"\.pdf 图(\d+)")
_PNG = b"\x89PNG\r\n\x1a\n"
_TEXT_CHUNKS = (b"tEXt", b"zTXt", b"iTXt", b"eXIf")


def pdf_pages(path: Path) -> list[str]:
    """The text of each page, line by line; a page without letters is ''.

    Raises:
        MissingExtraError: pypdf is not installed.
        ValueError: it is no PDF, or a damaged one.
    """
    return _read(path)[0]


def pdf_lines(path: Path) -> Iterator[tuple[str, str, str]]:
    """`(page, line, text)` of every line, and of the file's own title, author and keywords; errors as `pdf_pages`."""
    pages, about = _read(path)
    for name, text in about.items():
        yield "metadata", str(name).strip("/"), str(text)
    for number, page in enumerate(pages, start=1):
        for line, text in enumerate(page.splitlines(), start=1):
            yield f"page {number}", f"line {line}", text


def _read(path: Path) -> tuple[list[str], Mapping[str, object]]:
    try:
        from pypdf import PdfReader  # noqa: PLC0415  optional
        from pypdf.errors import PyPdfError  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError("pypdf", "pdf") from error
    try:
        reader = PdfReader(path)
        return [_page(page) for page in reader.pages], dict(reader.metadata or {})
    except (PyPdfError, KeyError, TypeError, AttributeError, IndexError) as error:
        # a damaged file makes pypdf stumble in many ways
        raise ValueError(f"it is no whole PDF ({type(error).__name__})") from error


def _page(page: Any) -> str:  # noqa: ANN401  pypdf's page; the library is optional
    """A page's text. Its lines and areas are dropped first: reading them takes four times as long as its letters."""
    from pypdf.generic import DecodedStreamObject, NameObject  # noqa: PLC0415  optional

    contents = page.get_contents()
    if contents is None:
        return ""
    parts = [part + (b"\nQ" if part.startswith(b"q") else b"") for part in _WORDS.findall(contents.get_data())]
    only = DecodedStreamObject()
    only.set_data(b"\n".join(parts))
    page[NameObject("/Contents")] = only
    return str(page.extract_text())


def png_words(path: Path) -> Iterator[tuple[str, str]]:
    """`(chunk, text)` of every text that a PNG carries: title, software, comment, camera data.

    Raises:
        ValueError: it is no PNG, or a damaged one.
    """
    raw = path.read_bytes()
    if not raw.startswith(_PNG):
        raise ValueError("it is no PNG")
    at = len(_PNG)
    while at + 12 <= len(raw):
        size, kind = int.from_bytes(raw[at : at + 4], "big"), raw[at + 4 : at + 8]
        if kind in _TEXT_CHUNKS:
            yield kind.decode("ascii"), _chunk(kind, raw[at + 8 : at + 8 + size])
        at += 12 + size
    if at != len(raw):
        raise ValueError("its end is missing")


def _chunk(kind: bytes, data: bytes) -> str:
    key, _, rest = data.partition(b"\0")
    if kind == b"zTXt" or (kind == b"iTXt" and rest[:1] == b"\1"):
        head, packed = key, rest[1:] if kind == b"zTXt" else rest[2:].split(b"\0", 2)[-1]
        try:
            data = head + b" " + zlib.decompress(packed)
        except zlib.error as error:
            raise ValueError("a packed text in it cannot be unpacked") from error
    text = data.replace(b"\0", b" ")
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")


def lint_pictures(files: Sequence[Path]) -> Iterator[Finding]:
    """One note on the pictures: what was searched of them, and what was not."""
    names = [path.name for path in files if path.suffix.lower() == ".png"]
    if names:
        yield Finding(
            Severity.NOTE,
            "pictures-not-read",
            f"{len(names)} 张图片（PNG）只查了附带的文字，没有识别图上的字 / {len(names)} pictures: only words that go "
            "along were searched, not what is drawn.",
            why="They are drawn from the sheets of atlas.pdf and the figures of the tables, which are searched.",
            rows=tuple(sorted(names)[:3]),
            count=len(names),
        )


def not_searched(path: Path, error: MissingExtraError) -> Finding:
    """A PDF that could not be searched; never silence."""
    return Finding(
        Severity.WARNING,
        "pdf-not-searched",
        f"{path.name} 没有检查：缺少读取PDF的程序库 / was not searched for personal data, small counts and totals: "
        f"{error}",
        why="Its figures come from the same objects as the tables, but nobody has read it back.",
        fix="Install the library and publish again, or look through the PDF yourself.",
        file=path.name,
    )


def lint_printed(files: Sequence[Path]) -> Iterator[tuple[Path, str, str, str]]:
    """`(PDF, place, id, text)` of every figure that figures.json says a sheet prints, and its page does not hold.

    Without pypdf nothing is compared; `not_searched` says so.
    """
    figures = next((path for path in files if path.name == "figures.json"), None)
    pdfs = [path for path in files if path.suffix.lower() == ".pdf"]
    if figures is None or not pdfs:
        return
    document = json.loads(figures.read_text(encoding="utf-8"))
    printed = [(key, str(place)) for key, places in document.get("printed", {}).items() for place in places]
    for path in pdfs:
        asked = [(key, place) for key, place in printed if place.startswith(f"{path.name} ")]
        if not asked:
            continue
        try:
            pages = [_plain(page) for page in pdf_pages(path)]
        except MissingExtraError:
            return
        for key, place in asked:
            shown = str(document["figures"].get(key, {}).get("text", ""))
            if shown and not _stands(shown, _asked_page(pages, place)):
                yield path, place, key, shown


def _asked_page(pages: Sequence[str], place: str) -> str:
    """Sheet 5 is page 6, behind the contents; a place without a number may be any page."""
    match = _SHEET.search(place)
    if match is None:
        return "\n".join(pages)
    number = int(match[1])
    return pages[number] if number < len(pages) else ""


def _plain(text: str) -> str:
    return re.sub(r"[ \t\u00a0]+", " ", text)


def _stands(shown: str, text: str) -> bool:
    return re.search(rf"(?<![\d,.]){re.escape(shown)}(?![\d]|[,.]\d)", text) is not None
