"""The look of the bundled Word templates: fonts, styles, numbering. Chinese official documents' habits (GB/T 9704)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

if TYPE_CHECKING:
    from docx.document import Document
    from docx.section import Section
    from docx.styles.style import ParagraphStyle
    from docx.text.paragraph import Paragraph

LATIN, SONG, FANG, HEI, KAI = "Times New Roman", "宋体", "仿宋", "黑体", "楷体"
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def _font(name: str, other: str) -> str:
    return (
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/><w:family w:val="auto"/>'
        '<w:pitch w:val="variable"/></w:font>'
    )


FONT_TABLE = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts {_W}>'
    f'<w:font w:name="{LATIN}"><w:charset w:val="00"/><w:family w:val="roman"/><w:pitch w:val="variable"/></w:font>'
    + _font(SONG, "SimSun") + _font(FANG, "FangSong") + _font(HEI, "SimHei") + _font(KAI, "KaiTi") + "</w:fonts>"
)  # fmt: skip


def _level(number: int, form: str, text: str, style: str) -> str:
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:pStyle w:val="{style}"/>'
        f'<w:suff w:val="space"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
        '<w:pPr><w:ind w:left="0" w:firstLine="0"/></w:pPr></w:lvl>'
    )


NUMBERING = (
    f'<w:numbering {_W}>'
    '<w:abstractNum w:abstractNumId="1"><w:multiLevelType w:val="multilevel"/>'
    + _level(0, "chineseCountingThousand", "第%1章", "Heading1") + _level(1, "chineseCounting", "%2、", "Heading2")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="2"><w:multiLevelType w:val="multilevel"/>'
    + _level(0, "chineseCountingThousand", "第%1条", "Article") + _level(1, "chineseCounting", "（%2）", "Item")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="3"><w:multiLevelType w:val="singleLevel"/>'
    + _level(0, "bullet", "·", "Point")
    + '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>'
    '<w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num>'
    '<w:num w:numId="3"><w:abstractNumId w:val="3"/></w:num></w:numbering>'
)  # fmt: skip


_COMPAT = (
    f'<w:compat {_W}><w:useFELayout/><w:compatSetting w:name="compatibilityMode" '
    'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
)


def margins(section: Section) -> None:
    """A4 with the margins of official documents."""
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.top_margin, section.bottom_margin = Cm(3.2), Cm(2.8)
    section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
    section.header_distance, section.footer_distance = Cm(1.8), Cm(1.6)


def make_styles(document: Document) -> None:
    """All styles that the sources use."""
    normal = _style(document, "Normal", FANG, 14)
    normal.paragraph_format.space_after = Pt(0)
    _style(document, "Body Text", FANG, 14, indent=True, line=26)
    _style(document, "Article", FANG, 14, line=26, numbered=(2, 0), before=3)
    _style(document, "Item", FANG, 14, line=26, numbered=(2, 1), left=1.0)
    _style(document, "Point", FANG, 14, line=26, numbered=(3, 0), left=1.0)
    _style(document, "Remark", KAI, 11, line=18, left=1.0)
    _style(document, "Control", FANG, 14)
    _style(document, "Heading 1", HEI, 18, line=32, numbered=(1, 0), before=24, after=12, centre=True, keep=True)
    _style(document, "Heading 2", HEI, 15, line=28, numbered=(1, 1), before=10, after=4, keep=True)
    _style(document, "Title", HEI, 30, line=44, before=120, after=36, centre=True)
    _style(document, "Subtitle", HEI, 22, line=34, after=60, centre=True)
    _style(document, "Cover Note", KAI, 11, line=18, centre=True, colour="8A3B12")
    _style(document, "Cover Line", FANG, 15, line=28, before=6, centre=True)
    _style(document, "Contents Heading", HEI, 18, line=32, after=12, centre=True)
    _style(document, "toc 1", FANG, 14, line=26)
    _style(document, "toc 2", FANG, 13, line=22, left=0.8)
    _style(document, "Caption", HEI, 11, line=20, before=6, after=3, centre=True, keep=True)
    _style(document, "Table Head", HEI, 10, line=15, centre=True)
    _style(document, "Table Cell", SONG, 10, line=15)
    _style(document, "After Table", FANG, 8)
    _style(document, "Header", SONG, 9, centre=True)
    _style(document, "Footer", SONG, 10.5, centre=True)
    document.styles.element.append(parse_xml(_TABLE_STYLE))
    _speak_chinese(document)


def _speak_chinese(document: Document) -> None:
    """Language of the text, and Word's present layout rules in place of those of 2007."""
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    settings = document.settings.element
    for old in settings.findall(qn("w:compat")):
        old.getparent().replace(old, parse_xml(_COMPAT))


_SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")
_BORDERS = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="5B6B73"/>' for side in _SIDES)
_TABLE_STYLE = (
    f'<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="GeoplanTable">'
    '<w:name w:val="Geoplan Table"/><w:basedOn w:val="TableNormal"/><w:qFormat/>'
    f"<w:tblPr><w:tblBorders>{_BORDERS}</w:tblBorders>"
    '<w:tblCellMar><w:left w:w="70" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
)


def _style(
    document: Document, name: str, font: str, size: float, *, line: float | None = None, indent: bool = False,
    left: float = 0.0, before: float = 0, after: float = 0, numbered: tuple[int, int] | None = None,
    centre: bool = False, keep: bool = False, colour: str = "000000",
) -> ParagraphStyle:  # fmt: skip
    styles = document.styles
    style = styles[name] if name in styles else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    for each in list(style.element):
        if each.tag in {qn("w:rPr"), qn("w:pPr")}:
            style.element.remove(each)
    style.font.name, style.font.size, style.font.bold = LATIN, Pt(size), False
    style.font.italic = False
    style.font.color.rgb = RGBColor.from_string(colour)
    fonts = style.element.rPr.rFonts
    fonts.set(qn("w:eastAsia"), font)
    shape = style.paragraph_format
    shape.space_before, shape.space_after = Pt(before), Pt(after)
    shape.left_indent = Cm(left)
    if line is not None:
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.AT_LEAST, Pt(line)
    # not justified: a long file name would pull the characters before it apart
    shape.alignment = WD_ALIGN_PARAGRAPH.CENTER if centre else WD_ALIGN_PARAGRAPH.LEFT
    shape.keep_with_next, shape.widow_control = keep, True
    settings = style.element.get_or_add_pPr()
    if numbered is not None:
        number = parse_xml(
            f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{numbered[1]}"/><w:numId w:val="{numbered[0]}"/></w:numPr>'
        )
        settings._insert_numPr(number)  # noqa: SLF001  keeps the order that the schema asks for
    if indent:
        settings.get_or_add_ind().set(qn("w:firstLineChars"), "200")
    if name.startswith("Heading"):
        settings.append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="{int(name[-1]) - 1}"/>'))
    return style


def field(paragraph: Paragraph, code: str, shown: str, *, dirty: bool = False) -> None:
    """A Word field: its code, and what is shown until Word updates it."""
    for kind in ("begin", "code", "separate", "shown", "end"):
        run = paragraph.add_run(shown if kind == "shown" else "")
        if kind == "code":
            text = OxmlElement("w:instrText")
            text.set(qn("xml:space"), "preserve")
            text.text = f" {code} "
            run._r.append(text)  # noqa: SLF001
        elif kind != "shown":
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            if dirty and kind == "begin":
                mark.set(qn("w:dirty"), "true")
            run._r.append(mark)  # noqa: SLF001
