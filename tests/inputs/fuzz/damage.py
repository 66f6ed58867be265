"""Ways in which files come to harm: on the road, in a spreadsheet, by a wrong program, by malice."""

from __future__ import annotations

import gzip
import io
import re
import sqlite3
import tempfile
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    Rng = np.random.Generator

CELLS = [
    "", " ", "\x00", "\x07", "\u2028", "\ufeff", "\ufffe", "𠮷野家幼儿园", "\u202egnp.eman", "=1+1",
    "=cmd|' /C calc'!A0", "@SUM(A1)", "<script>alert(1)</script>", "${1}", "{{x}}", "%s%n",
    "'; DROP TABLE schools;--", "1e999", "-1e308",
    "1e-400", "NaN", "inf", "-inf", "１２０００", "1.2万", "12,000人", "9" * 400, "0x1F", "1_000", "٣٤", "Ⅻ", "½", "²",
    "x" * 40_000, "2025-13-45", "99999", "0000", "POINT EMPTY", "POINT (nan nan)", "POLYGON ((0 0, 1 1, 0 0))", '"',
    'a"b', "a,b;c\td", "a\r\nb", "-0", "+", ".", "e5", "True", "None", "合计", "小计", "注：以上为2025年数据", "—",
    "无", "114°30′00″", "114.5,37.05", "1899-12-30", "邢台市" * 200, "9007199254740993", "1.30502E+11", "约500余", "亿",
    "1亿万",
    "../../etc/passwd", "file:///etc/passwd", "\\\\host\\share", "%00", "a\x1bb", "\u0000\u0001", "1,2,3", "1 000",
    "--5",
]  # fmt: skip
"""Cells that some program somewhere choked on."""
WAYS_TO_WRITE = {
    "学位数": "１２０００|1.2万|12,000人|约500余|1 000|500左右|—||无|0|3e2|12.0| 77 |+5".split("|"),
    "在校生数": "1,012|近300人|0.5|９９９|/|暂无|1.05E+3|３００名|N/A|450 |\u00a0450|00450".split("|"),
    "建成年份": "2019年9月|2019-09-01|20190901|2019/2020|2019-2020学年||不详|2019.09|１９８６|1986年".split("|"),
    "学段": "小学、初中|九年一贯制|完全中学|教学点|211 小学|primary;junior|小学 |初级中学|幼儿|PRIMARY".split("|"),
    "学校名称": "第一小学| 第一小学|第一小学\u3000|第一\n小学|合计|小计|其中：|注：含教学点|说明|填表人：王".split("|"),
}
"""Cells that a planner means, each of which geoplan understands or says that it does not."""
NUMBERS = [b"1e999", b"-1", b"NaN", b"Infinity", b"0", b"9" * 30, b"1e308", b"-1e-320", b"2147483648", b"4294967296",
           b"9223372036854775808", b"", b"0x10", b"1.5.2", b"180.0000001", b"-90.1", b"--1"]  # fmt: skip
_FIGURE = re.compile(rb"-?\d+(?:\.\d+)?")
_WORD = re.compile(rb"[A-Za-z_]{3,}|(?:[\xe4-\xe9][\x80-\xbf]{2}){2,}")
_NAMES = [
    "../../up.csv", "/abs.shp", "a\x00b.shp", "C:\\x.csv", "学校.SHP", "x" * 300, "a/b/c/学校.shp", "doc.kml", ".shp",
]  # fmt: skip


def flip(content: bytes, rng: Rng) -> bytes:
    """Some bits turned round."""
    data = bytearray(content)
    for _ in range(int(rng.integers(1, 33))):
        data[int(rng.integers(len(data)))] ^= 1 << int(rng.integers(8))
    return bytes(data)


def flip_in_head(content: bytes, rng: Rng) -> bytes:
    """Bits of the first 200 bytes, where counts and sizes are declared."""
    data = bytearray(content)
    for _ in range(int(rng.integers(1, 9))):
        data[int(rng.integers(min(200, len(data))))] = int(rng.integers(256))
    return bytes(data)


def cut(content: bytes, rng: Rng) -> bytes:
    """The end is missing."""
    return content[: int(rng.integers(len(content)))]


def hole(content: bytes, rng: Rng) -> bytes:
    """A stretch is missing, doubled, or zeros, as after a broken download."""
    start = int(rng.integers(len(content)))
    end = start + int(rng.integers(1, 600))
    filler = [b"", content[start:end] * 2, b"\x00" * (end - start), rng.bytes(end - start)][int(rng.integers(4))]
    return content[:start] + filler + content[end:]


def nuls(content: bytes, rng: Rng) -> bytes:
    """Zero bytes between the others."""
    for _ in range(int(rng.integers(1, 6))):
        at = int(rng.integers(len(content)))
        content = content[:at] + b"\x00" * int(rng.integers(1, 5)) + content[at:]
    return content


def word32(content: bytes, rng: Rng) -> bytes:
    """A declared size, offset or count that is not true."""
    at = int(rng.integers(max(1, len(content) - 4)))
    value = [0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 0x80000000, 65_535][int(rng.integers(6))]
    order = "little" if rng.random() < 0.5 else "big"
    return content[:at] + value.to_bytes(4, order) + content[at + 4 :]


def recode(content: bytes, rng: Rng) -> bytes:
    """Text in another encoding than it says, or in two."""
    text = content.decode("utf-8", "replace")
    name = ["gbk", "utf-16", "utf-16-le", "big5", "latin-1", "cp437", "utf-8-sig", "utf-32", "shift-jis"]
    other = text.encode(name[int(rng.integers(len(name)))], "replace")
    if rng.random() < 0.3:
        half = int(rng.integers(len(content)))
        return content[:half] + other[len(other) // 2 :]
    return other


def figures(content: bytes, rng: Rng) -> bytes:
    """Numbers that are huge, negative, none, or too many."""
    found = list(_FIGURE.finditer(content))
    for match in sorted(rng.choice(len(found), min(len(found), 5), replace=False)) if found else []:
        place = found[len(found) - 1 - int(match)]
        content = content[: place.start()] + NUMBERS[int(rng.integers(len(NUMBERS)))] + content[place.end() :]
    return content


def words(content: bytes, rng: Rng) -> bytes:
    """A header, key or tag by another name, gone, or with a hostile one."""
    found = list(_WORD.finditer(content))
    if not found:
        return flip(content, rng)
    place = found[int(rng.integers(len(found)))]
    other = [found[int(rng.integers(len(found)))].group(), b"", hostile(rng).encode("utf-8", "replace")]
    return content[: place.start()] + other[int(rng.integers(3))] + content[place.end() :]


def lines(content: bytes, rng: Rng) -> bytes:
    """Lines doubled, lost, swapped, or the header once more in the middle."""
    parts = content.split(b"\n")
    one, other = int(rng.integers(len(parts))), int(rng.integers(len(parts)))
    what = int(rng.integers(4))
    if what == 0:
        parts.insert(one, parts[0])
    elif what == 1:
        parts.pop(one)
    elif what == 2:
        parts[one], parts[other] = parts[other], parts[one]
    else:
        parts[one:one] = [parts[other]] * int(rng.integers(1, 400))
    return b"\n".join(parts)


def pasted(content: bytes, rng: Rng) -> bytes:
    """A hostile text in the middle."""
    at = int(rng.integers(len(content)))
    return content[:at] + hostile(rng).encode("utf-8", "replace") + content[at:]


def hostile(rng: Rng) -> str:
    """One of the cells that some program choked on."""
    return CELLS[int(rng.integers(len(CELLS)))]


ANY: list[Callable[[bytes, Rng], bytes]] = [flip, flip_in_head, cut, hole, nuls, word32]
TEXT: list[Callable[[bytes, Rng], bytes]] = [*ANY, recode, figures, figures, words, words, lines, pasted, pasted]


def archive(content: bytes, rng: Rng) -> bytes:
    """An archive, or workbook, of which one member is damaged, lost, doubled, misnamed or larger than it says."""
    members = _members(content)
    name = list(members)[int(rng.integers(len(members)))]
    what = int(rng.integers(6))
    if what <= 2:
        kind = TEXT if name.endswith((".xml", ".kml", ".rels", ".prj", ".cpg")) else ANY
        members[name] = kind[int(rng.integers(len(kind)))](members[name] or b"?", rng)
    elif what == 3:
        members.pop(name)
    elif what == 4:
        members[_NAMES[int(rng.integers(len(_NAMES)))]] = members.pop(name)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as book:
        for member, data in members.items():
            book.writestr(zipfile.ZipInfo(member.replace("\x00", "?")), data)
    whole = bytearray(stream.getvalue())
    directory = whole.find(b"PK\x01\x02")
    if what == 5:
        whole[directory + int(rng.integers(6, 46))] = int(rng.integers(256))
    return bytes(whole)


def _members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return {entry.filename: book.read(entry) for entry in book.infolist()}


def database(content: bytes, rng: Rng) -> bytes:
    """A GeoPackage whose tables say something else."""
    orders = [
        "UPDATE gpkg_contents SET srs_id = 99999", "UPDATE gpkg_geometry_columns SET srs_id = 0",
        "DELETE FROM gpkg_geometry_columns", "DELETE FROM gpkg_contents", "DELETE FROM gpkg_spatial_ref_sys",
        "UPDATE gpkg_spatial_ref_sys SET definition = 'x' WHERE srs_id > 0", "UPDATE {t} SET geom = NULL",
        "UPDATE {t} SET geom = x'47500001E6100000' WHERE fid = 1", "UPDATE {t} SET geom = substr(geom, 1, 20)",
        "UPDATE {t} SET geom = randomblob(60) WHERE fid = 1", "DELETE FROM {t}",
        "UPDATE {t} SET geom = zeroblob(61) WHERE fid = 2", "ALTER TABLE {t} RENAME COLUMN {c} TO x",
        "UPDATE gpkg_contents SET table_name = '../x'", "ALTER TABLE {t} ADD COLUMN {q} TEXT",
        "UPDATE {t} SET {c} = {v}", "UPDATE {t} SET {c} = {v} WHERE fid = 2", "UPDATE {t} SET {c} = x'FF00FE'",
        "UPDATE {t} SET {c} = 9e999", "INSERT INTO {t} ({c}) VALUES ({v})", "DROP TABLE gpkg_contents",
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "a.gpkg"
        path.write_bytes(content)
        connection = sqlite3.connect(path)
        connection.create_function("ST_IsEmpty", 1, lambda _: 0)
        for name in ("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
            connection.create_function(name, 1, lambda _: 0)
        table = connection.execute("SELECT table_name FROM gpkg_contents").fetchone()[0]
        columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')][2:]
        value = hostile(rng).replace("'", "''").replace("\x00", "")
        order = orders[int(rng.integers(len(orders)))].format(
            t=f'"{table}"', c=f'"{columns[int(rng.integers(len(columns)))]}"', v=f"'{value}'",
            q='"' + value[:40].replace('"', "") + '_"',
        )  # fmt: skip
        connection.execute(order)
        connection.commit()
        connection.close()
        return path.read_bytes()


def packed(content: bytes, rng: Rng) -> bytes:
    """What lies inside a gzip is damaged; half of the time the gzip too."""
    try:
        inner = gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        return flip(content, rng)
    return gzip.compress(TEXT[int(rng.integers(len(TEXT)))](inner, rng), mtime=0)
