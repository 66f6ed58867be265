"""What a file really is, told from its first bytes, for the message about one that cannot be read.

Offices send a PDF, a .rar or a web page under the name of a table, and some of their programs encrypt every file that
leaves the building: the reader's own words (`File is not a zip file`) help nobody there.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_READ_BYTES = 4096
_LEAST_BYTES = 1024
_RANDOM_BITS = 7.5
"""Of 8 bits a byte: 4,096 random bytes have 7.95, 1,024 have 7.8; text, tables and databases stay below 7."""
_ZERO_RUN = 16
"""A file that merely is compressed has headers with zeros in them or a known beginning."""


@dataclass(frozen=True)
class Kind:
    """What a file turned out to be.

    Attributes:
        what: completes “It begins as …”.
        fix: what its sender or the planner can do.
    """

    what: str
    fix: str


_DECRYPT = (
    "Ask its sender to decrypt it (解密外发), or copy the table into a new file on a computer that can open it; "
    "geoplan reads no encrypted file."
)
_LOCKED = "Open it in Excel or WPS, remove the password (文件 → 信息 → 保护工作簿), and save it as .xlsx."
_UNPACK = "Unpack it first, and name the file in it; of archives only .zip, .kmz and .gz are read."
_BEGINNINGS: tuple[tuple[bytes, Kind], ...] = (
    (b"%PDF-", Kind("a PDF", "Ask for the table or the map data themselves (.xlsx, .csv, .gpkg, .shp).")),
    (b"\xd0\xcf\x11\xe0", Kind("an old Office file (.xls, .doc) or one protected by a password", _LOCKED)),
    (b"%TSD-Header-###%", Kind("a file encrypted by a document protection program", _DECRYPT)),
    (b"Rar!", Kind("a RAR archive", _UNPACK)),
    (b"7z\xbc\xaf\x27\x1c", Kind("a 7z archive", _UNPACK)),
    (b"\xff\xd8\xff", Kind("a photo (JPEG)", "A picture of a table or map holds no data; ask for the file behind it.")),
    (b"\x89PNG", Kind("a picture (PNG)", "A picture of a table or map holds no data; ask for the file behind it.")),
)
_PAGE = Kind(
    "a web page", "Open it in Excel and save it as .xlsx, or download it again: it may be a page that asks to sign in."
)
_SAFENET = b"E-SafeNet"
_KNOWN_PACKED = (b"PK", b"\x1f\x8b", b"PAR1", b"SQLite format 3", b"II*\x00", b"MM\x00*", b"fgb")


def kind_of(path: Path) -> Kind | None:
    """What the file really is; None where its first bytes say nothing, or nothing that its reader did not know.

    Args:
        path: a file that a reader has given up on; a folder or a file that cannot be opened says nothing.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(_READ_BYTES)
    except OSError:
        return None
    for beginning, kind in _BEGINNINGS:
        if head.startswith(beginning):
            return kind
    if _SAFENET in head[:512]:
        return Kind("a file encrypted by a document protection program", _DECRYPT)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return _PAGE
    if _looks_random(head):
        return Kind("bytes without any pattern, as an encrypted file does", _DECRYPT)
    return None


def _looks_random(head: bytes) -> bool:
    if len(head) < _LEAST_BYTES or head.startswith(_KNOWN_PACKED) or bytes(_ZERO_RUN) in head:
        return False
    shares = (count / len(head) for count in Counter(head).values())
    return -sum(share * math.log2(share) for share in shares) > _RANDOM_BITS
