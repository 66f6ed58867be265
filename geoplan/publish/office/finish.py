"""The last touches of a filled document: where each figure came to stand, the list of chapters, the same bytes."""

from __future__ import annotations

import re
import zipfile
from copy import deepcopy
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from geoplan.publish.office.lookup import OPEN, SHUT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MARK = re.compile(f"{OPEN}([0-9]+){SHUT}")
_DIGITS = "零一二三四五六七八九"
_FIXED = (1980, 1, 1, 0, 0, 0)
_LEVELS = {"Heading 1": "chapter", "Heading 2": "section", "Article": "article"}
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)


def placed(document: Any, asked: Sequence[str], file: str) -> dict[str, tuple[str, ...]]:  # noqa: ANN401
    """Take the marks of the lookup out, and tell for each id where it stands: `text.docx 第三章 学龄人口 第十二条`."""
    from docx.oxml.ns import qn  # noqa: PLC0415  an optional library

    found: dict[str, dict[str, None]] = {}
    for where, paragraph in _paragraphs(document):
        for text in paragraph.iter(qn("w:t")):
            for mark in _MARK.finditer(text.text or ""):
                found.setdefault(asked[int(mark.group(1))], {}).setdefault(f"{file} {where}".strip())
            if text.text and OPEN in text.text:
                text.text = _MARK.sub("", text.text)
    return {each: tuple(places) for each, places in sorted(found.items())}


def _paragraphs(document: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401  elements of python-docx
    """Every paragraph of the body, tables included, with chapter, section and article it stands under."""
    at = _Place(document.styles)
    for paragraph in document.element.body.iter("{%s}p" % document.element.nsmap["w"]):  # noqa: UP031  braces
        at.meet(paragraph)
        yield str(at), paragraph
    for section in document.sections:
        for room in (section.header, section.footer, section.first_page_header, section.first_page_footer):
            if not room.is_linked_to_previous:
                for paragraph in room.paragraphs:
                    yield "页眉页脚", paragraph._p  # noqa: SLF001  the element of a paragraph


class _Place:
    """Chapter, section, article and table as Word numbers them."""

    def __init__(self, styles: Any) -> None:  # noqa: ANN401  python-docx
        self._names = {style.style_id: style.name for style in styles}
        self._count = dict.fromkeys(_LEVELS.values(), 0)
        self._words = {"chapter": "", "section": "", "article": "", "caption": ""}

    def meet(self, paragraph: Any) -> None:  # noqa: ANN401  python-docx
        style = self._names.get(paragraph.style or "", "")
        level = _LEVELS.get(style, "")
        text = _MARK.sub("", paragraph.text)
        if level == "chapter":
            self._count["section"] = 0
            self._words |= {"section": "", "article": "", "caption": ""}
        if level:
            self._count[level] += 1
            number = numeral(self._count[level])
            self._words |= {level: _NUMBERED[level].format(number=number, text=text), "caption": ""}
        elif style == "Caption":
            self._words["caption"] = text

    def __str__(self) -> str:
        return " ".join(word for word in self._words.values() if word)


_NUMBERED = {"chapter": "第{number}章 {text}", "section": "{number}、{text}", "article": "第{number}条"}


def numeral(number: int) -> str:
    """A whole number below 1,000 in Chinese, as Word counts chapters: 十, 十二, 二十, 一百零三."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones or not number else "")


def fill_contents(document: Any) -> None:  # noqa: ANN401  python-docx
    """List the chapters under the table of contents until Word, asked by the field, makes its own with page numbers."""
    from docx.oxml.ns import qn  # noqa: PLC0415  an optional library

    names = {style.style_id: style.name for style in document.styles}
    body = document.element.body
    chapters = [each.text for each in body.iter(qn("w:p")) if names.get(each.style or "") == "Heading 1"]
    for paragraph in body.iter(qn("w:p")):
        codes = [each.text or "" for each in paragraph.iter(qn("w:instrText"))]
        shown = [each for each in paragraph.iter(qn("w:t")) if each.text]
        if chapters and len(shown) == 1 and any(code.strip().startswith("TOC ") for code in codes):
            _list_under(paragraph, shown[0], [f"第{numeral(at)}章　{each}" for at, each in enumerate(chapters, 1)])
            return


def _list_under(paragraph: Any, text: Any, lines: Sequence[str]) -> None:  # noqa: ANN401  elements of python-docx
    """The lines as paragraphs within the field: its beginning in the first of them, its end behind the last."""
    run = text.getparent()
    behind = list(run.itersiblings())
    text.text = lines[0]
    last = paragraph
    for line in lines[1:]:
        added = deepcopy(paragraph)
        for each in [child for child in added if child.tag.endswith("}r")]:
            added.remove(each)
        copied = deepcopy(run)
        next(each for each in copied if each.tag == text.tag).text = line
        added.append(copied)
        last.addnext(added)
        last = added
    for each in behind:
        last.append(each)


def packed(document: Any, *, title: str, author: str, date: str) -> bytes:  # noqa: ANN401  python-docx
    """The document as bytes that are the same for the same content: dates of the data, not of the clock."""
    properties = document.core_properties
    try:
        when = datetime.fromisoformat(date).replace(tzinfo=UTC)
    except ValueError:
        when = _NO_DATE
    properties.created = properties.modified = when.replace(tzinfo=None)
    # the field of a title holds 255 characters
    properties.title, properties.author, properties.last_modified_by = title[:255], author[:255], "geoplan"
    properties.revision = 1
    written, fixed = BytesIO(), BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            info = zipfile.ZipInfo(name, _FIXED)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, source.read(name))
    return fixed.getvalue()
