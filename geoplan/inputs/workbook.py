"""An .xlsx before it is opened: password, size once unpacked, XML entities, and how many cells it really has."""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoplan.inputs.findings import RefusedError, error
from geoplan.inputs.vector import unreadable

if TYPE_CHECKING:
    from geoplan.inputs.raw import Request
    from geoplan.types import Finding

MAX_UNPACKED_BYTES = 1_000_000_000
MAX_CELLS = 20_000_000
"""Of the rectangle of one sheet: rows that hold cells, times the last column that one of them uses."""

_OLE = b"\xd0\xcf\x11\xe0"
_BLOCK = 1 << 20
_OVERLAP = 256
MAX_ROW = 1_048_576
"""Excel's own last row; a reader would otherwise count up to whatever number stands there."""
_CELL = re.compile(rb'<(?:\w{1,9}:)?c\s[^<>]{0,120}?\br="([A-Z]{1,3})\d+"')
_CELLS = re.compile(rb"<(?:\w{1,9}:)?c[\s>/]")
_ROW = re.compile(rb"<(?:\w{1,9}:)?row[\s>/]")
_ROW_NUMBER = re.compile(rb'<(?:\w{1,9}:)?row\s[^<>]{0,200}?\br="(\d+)"')
_SHEETS = "xl/worksheets/"


def check_workbook(request: Request) -> None:
    """Refuse a workbook that is protected, a bomb, or has more cells than memory holds.

    Macros and formulas are never run: an .xlsm is read like an .xlsx, and a formula counts as the value that Excel
    saved beside it.

    Raises:
        RefusedError: encrypted-file, too-large, unsafe-file or unreadable-file.
    """
    with request.path.open("rb") as stream:
        head = stream.read(8)
        if head.startswith(_OLE) and request.path.suffix.casefold() != ".xls":
            raise RefusedError(_locked(request))
    if not head.startswith(b"PK"):
        return  # an .xls, or no workbook at all: its reader says so in its own words
    try:
        with zipfile.ZipFile(request.path) as book:
            unpacked = sum(part.file_size for part in book.infolist())
            if unpacked > MAX_UNPACKED_BYTES:
                raise RefusedError(_bomb(request, f"Unpacked, the workbook has {unpacked / 1e6:,.0f} MB"))
            if any(part.flag_bits & 1 for part in book.infolist()):
                raise RefusedError(_locked(request))
            for part in book.infolist():
                if part.filename.endswith((".xml", ".rels")):
                    _check_part(request, book, part)
    except (zipfile.BadZipFile, OSError, EOFError, zlib.error, NotImplementedError, ValueError) as fault:
        raise RefusedError(unreadable(request, fault)) from fault


@dataclass
class _Extent:
    """What a sheet uses so far."""

    rows: int = 0
    columns: int = 0
    cells: int = 0
    last_row: int = 0

    def add(self, block: bytes) -> None:
        self.rows += len(_ROW.findall(block))
        self.cells += len(_CELLS.findall(block))
        numbers = _ROW_NUMBER.findall(block)
        self.last_row = max([self.last_row, *(MAX_ROW + 1 if len(each) > 8 else int(each) for each in numbers)])
        letters = set(_CELL.findall(block))
        self.columns = max([self.columns, *(_column_number(each) for each in letters)])


def _check_part(request: Request, book: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """One XML part, block by block; blocks overlap by less than a tag that counts only where it begins."""
    extent = _Extent()
    with book.open(part) as stream:
        tail = b""
        first = True
        while block := stream.read(_BLOCK):
            if first and block[:2] in {b"\xff\xfe", b"\xfe\xff"}:
                raise RefusedError(unreadable(request, f"{part.filename} is not UTF-8, as Excel writes it"))
            first = False
            block = tail + block
            if b"<!ENTITY" in block or b"<!DOCTYPE" in block:
                raise RefusedError(_bomb(request, f"{part.filename} declares XML entities"))
            if part.filename.startswith(_SHEETS):
                # what stands behind the last complete tag waits for the next block
                cut = block.rfind(b"<", max(0, len(block) - _OVERLAP))
                block, tail = (block[:cut], block[cut:]) if cut > 0 else (block, b"")
                extent.add(block)
                _check_extent(request, part, extent)
            else:
                tail = block[-16:]
        if part.filename.startswith(_SHEETS):
            extent.add(tail)
            _check_extent(request, part, extent)


def _check_extent(request: Request, part: zipfile.ZipInfo, extent: _Extent) -> None:
    sheet = part.filename.removeprefix(_SHEETS)
    if extent.last_row > MAX_ROW:
        raise RefusedError(_bomb(request, f"{sheet} numbers its rows beyond {MAX_ROW:,}, where Excel ends"))
    if max(extent.rows * extent.columns, extent.cells) > MAX_CELLS:
        what = f"{sheet} holds {extent.rows:,} rows and {extent.columns:,} columns; up to {MAX_CELLS:,} cells are read"
        raise RefusedError(_bomb(request, what))


def _column_number(letters: bytes) -> int:
    """A is 1, Z 26, AA 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _locked(request: Request) -> Finding:
    return error(
        request.source,
        "encrypted-file",
        "The workbook is protected by a password (or is an old .xls under another name).",
        why="Without the password nothing can be read from it.",
        fix="Open it in Excel or WPS, remove the password (文件 → 信息 → 保护工作簿), and save it as .xlsx.",
    )


def _bomb(request: Request, what: str) -> Finding:
    return error(
        request.source,
        "too-large",
        f"{what}.",
        why="It was not opened, because reading it could use up the computer's memory.",
        fix="Copy the rows and columns that are needed into a new workbook, or save the sheet as CSV.",
    )
