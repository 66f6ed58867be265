"""Workbooks are judged before they are opened: password, entities, and how many cells they really have."""

from __future__ import annotations

import zipfile

import pytest


def _sheet(rows, *, dimension="A1", before=""):
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'<dimension ref="{dimension}"/><sheetData>{rows}</sheetData></worksheet>'
    )


@pytest.fixture
def book(town):
    """book(sheet, **parts) -> schools.xlsx with that XML as its sheet, the rest as Excel writes it."""
    import openpyxl

    def write(sheet, edit=None):
        empty = town.folder / "empty.xlsx"
        openpyxl.Workbook().save(empty)
        with zipfile.ZipFile(empty) as source, zipfile.ZipFile(town.folder / "schools.xlsx", "w", 8) as target:
            for entry in source.infolist():
                content = source.read(entry)
                if entry.filename == "xl/worksheets/sheet1.xml" and sheet is not None:
                    content = sheet.encode()
                target.writestr(entry.filename, edit(entry.filename, content) if edit else content)
        town.layer("schools", 'path = "schools.xlsx"')

    return write


HEADER = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="inlineStr"><is><t>stage</t></is></c>'
    '<c r="C1" t="inlineStr"><is><t>lon</t></is></c><c r="D1" t="inlineStr"><is><t>lat</t></is></c></row>'
)
ROW = (
    '<row r="2"><c r="A2" t="inlineStr"><is><t>s1</t></is></c><c r="B2" t="inlineStr"><is><t>小学</t></is></c>'
    '<c r="C2"><v>114.5</v></c><c r="D2"><v>37.05</v></c></row>'
)


def test_a_sheet_that_only_claims_a_billion_cells_is_read(book, town):
    book(_sheet(HEADER + ROW, dimension="A1:XFD1048576"))
    assert list(town.frame("schools").index) == ["s1"]


def test_a_row_numbered_beyond_excel_is_refused(book, town):
    book(_sheet(HEADER + ROW + '<row r="999999999999"><c r="A999999999999"><v>1</v></c></row>'))
    assert "numbers its rows beyond 1,048,576" in town.finding("too-large", "error").what


def test_entities_in_a_workbook_are_refused(book, town):
    book(_sheet(HEADER + ROW, before='<!DOCTYPE x [<!ENTITY a "b">]>'))
    assert "declares XML entities" in town.finding("too-large", "error").what


def test_a_workbook_with_a_password_says_so(town):
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000 + "EncryptedPackage".encode("utf-16-le")
    (town.folder / "schools.xlsx").write_bytes(ole)
    town.layer("schools", 'path = "schools.xlsx"')
    finding = town.finding("encrypted-file", "error")
    assert "protected by a password" in finding.what
    assert "保护工作簿" in finding.fix


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_cut_workbook_is_an_error(book, town, share):
    book(_sheet(HEADER + ROW))
    path = town.folder / "schools.xlsx"
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    assert town.codes() == ["unreadable-file"]
