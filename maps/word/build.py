"""Builds maps/text.docx and maps/explanation.docx from text.md and explanation.md: `python maps/word/build.py`.

The same sources give the same bytes. An office edits the .docx in Word, not these sources. The marks of a source line:

    # chapter    ## section    § numbered article    - numbered item    * point    > remark    ^ caption of a table
    | head:3 | head:2 |  first row of a table with relative widths, then one line for each row
    {%p … %}     a control line (removed when filled)    !cover WORD    !toc    anything else is a paragraph
"""

from __future__ import annotations

import re
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Cm

sys.path.insert(0, str(Path(__file__).parent))
from house import FONT_TABLE, NUMBERING, field, make_styles, margins

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table

HERE = Path(__file__).parent
TEMPLATES = {"text": "文本", "explanation": "说明书"}
STYLES = {
    "# ": "Heading 1",
    "## ": "Heading 2",
    "§ ": "Article",
    "- ": "Item",
    "* ": "Point",
    "> ": "Remark",
    "^ ": "Caption",
}
_FIGURE = re.compile(r"(?:\{% if [^{}]*%\})?\{\{ f\[[^{}]*\] \}\}(?:\{% else %\}—\{% endif %\})?")
"""A cell that is one figure stands to the right."""

_WORDS = ('.verdict"] }}', '.target"] }}', '.next_best"] }}', '.status"] }}')

TEXT_CM = 15.6
"""Width of the text on A4."""


def build(name: str) -> bytes:
    """One template as the bytes of a .docx."""
    document = docx.Document()
    _empty(document)
    make_styles(document)
    margins(document.sections[0])
    _head_and_foot(document, TEMPLATES[name])
    table: list[str] = []
    for line in (HERE / f"{name}.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("| "):
            table.append(line)
            continue
        if table:
            _table(document, table)
            table = []
        if line.strip():
            _paragraph(document, line)
    if table:
        _table(document, table)
    return _packed(document, TEMPLATES[name])


def _empty(document: Document) -> None:
    """Leave nothing of the library's own example but the section."""
    for each in list(document.element.body):
        if not each.tag.endswith("sectPr"):
            document.element.body.remove(each)
    document.part.numbering_part._element = parse_xml(NUMBERING)  # noqa: SLF001  the library has no other way
    for part in document.part.package.iter_parts():
        if str(part.partname) == "/word/fontTable.xml":
            part._blob = FONT_TABLE.encode()  # noqa: SLF001  likewise


def _paragraph(document: Document, line: str) -> None:
    if line.startswith("!cover "):
        _cover(document, line.removeprefix("!cover "))
    elif line == "!toc":
        _toc(document)
    else:
        mark = next((mark for mark in STYLES if line.startswith(mark)), "")
        is_control = line.startswith("{%p")
        document.add_paragraph(
            line.removeprefix(mark), style="Control" if is_control else STYLES.get(mark, "Body Text")
        )


def _cover(document: Document, word: str) -> None:
    document.add_paragraph("{{ doc.title }}", style="Title")
    document.add_paragraph(word, style="Subtitle")
    for line in (
        "{%p for notice in doc.cover %}", "{{ notice }}", "{%p endfor %}",
    ):  # fmt: skip
        document.add_paragraph(line, style="Control" if line.startswith("{%p") else "Cover Note")
    for line in ("编制单位　{{ doc.author }}", "数据日期 {{ doc.data_date }}", "方案版本 {{ doc.version }}"):
        document.add_paragraph(line, style="Cover Line")


def _toc(document: Document) -> None:
    heading = document.add_paragraph("目    录", style="Contents Heading")
    heading.paragraph_format.page_break_before = True
    line = document.add_paragraph(style="toc 1")
    field(line, r'TOC \o "1-2" \h \z \u', "在 Word 中右键更新目录", dirty=True)


def _head_and_foot(document: Document, word: str) -> None:
    section = document.sections[0]
    section.different_first_page_header_footer = True
    section.header.paragraphs[0].text = f"{{{{ doc.title }}}}　{word}"
    section.header.paragraphs[0].style = document.styles["Header"]
    foot = section.footer.paragraphs[0]
    foot.style = document.styles["Footer"]
    foot.add_run("— ")
    field(foot, "PAGE", "1")
    foot.add_run(" —")
    section.first_page_header.paragraphs[0].text = ""
    section.first_page_footer.paragraphs[0].text = ""


def _table(document: Document, lines: list[str]) -> None:
    heads = [cell.rpartition(":") for cell in _cells(lines[0])]
    widths = [float(width) for _, _, width in heads]
    table = document.add_table(rows=0, cols=len(heads), style="Geoplan Table")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    scale = TEXT_CM / sum(widths)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width * scale)
    _row(table, [name for name, _, _ in heads], [width * scale for width in widths], is_head=True)
    for line in lines[1:]:
        _row(table, _cells(line), [width * scale for width in widths])
    document.add_paragraph(style="After Table")


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split(" | ")]


def _row(table: Table, texts: list[str], widths: list[float], *, is_head: bool = False) -> None:
    row = table.add_row()
    settings = row._tr.get_or_add_trPr()  # noqa: SLF001  the library has no name for these settings
    settings.append(OxmlElement("w:cantSplit"))
    if is_head:
        settings.append(OxmlElement("w:tblHeader"))
    for place, (cell, width) in enumerate(zip(row.cells, widths, strict=True)):
        text = texts[place] if place < len(texts) else ""
        cell.width = Cm(width)
        paragraph = cell.paragraphs[0]
        paragraph.text = text
        paragraph.style = table.part.document.styles["Table Head" if is_head else "Table Cell"]
        if not is_head and _FIGURE.fullmatch(text) and not text.endswith(_WORDS):
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        if is_head:
            cell._tc.get_or_add_tcPr().append(  # noqa: SLF001
                parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="E8EDF0"/>')
            )


def _packed(document: Document, word: str) -> bytes:
    """The document with fixed dates, its parts in one order."""
    properties = document.core_properties
    properties.author, properties.title, properties.comments = "geoplan", word, ""
    properties.last_modified_by, properties.revision = "geoplan", 1
    first = BytesIO()
    document.save(first)
    second = BytesIO()
    with zipfile.ZipFile(first) as source, zipfile.ZipFile(second, "w", zipfile.ZIP_DEFLATED) as target:
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            if name != "docProps/thumbnail.jpeg":
                info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(info, _without_thumbnail(name, source.read(name)))
    return second.getvalue()


def _without_thumbnail(name: str, data: bytes) -> bytes:
    """The example's thumbnail is a picture of another document."""
    if name != "_rels/.rels":
        return data
    root = parse_xml(data)
    for relation in list(root):
        if relation.get("Type", "").endswith("/thumbnail"):
            root.remove(relation)
    return docx.oxml.parser.etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


if __name__ == "__main__":
    for each in TEMPLATES:
        (HERE.parent / f"{each}.docx").write_bytes(build(each))
        print(f"maps/{each}.docx")
