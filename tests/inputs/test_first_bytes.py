"""A file that is something else than its name says is told by what it is."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

from geoplan.inputs.first_bytes import kind_of

RANDOM = np.random.default_rng(0).bytes(5000)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000
PROTECTED = "a file encrypted by a document protection program"
REALLY = {
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a PDF"),
    "tsd": (b"%TSD-Header-###%" + RANDOM, PROTECTED),
    "safenet": (b"b\x14#e" + RANDOM[:200] + b"E-SafeNet\0\0\0LOCK" + RANDOM, PROTECTED),
    "unknown cipher": (RANDOM, "bytes without any pattern, as an encrypted file does"),
    "rar": (b"Rar!\x1a\x07\x01\x00" + RANDOM, "a RAR archive"),
    "7z": (b"7z\xbc\xaf\x27\x1c" + RANDOM, "a 7z archive"),
    "photo": (b"\xff\xd8\xff\xe0" + RANDOM, "a photo (JPEG)"),
    "picture": (b"\x89PNG\r\n\x1a\n" + RANDOM, "a picture (PNG)"),
    "old office": (OLE, "an old Office file (.xls, .doc) or one protected by a password"),
}
NAMES = ["a.csv", "a.csv.gz", "a.xlsx", "a.geojson", "a.gpkg", "a.shp", "a.kml", "a.zip", "a.parquet", "a.tif"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", REALLY)
def test_whatever_its_name_says_the_file_is_called_what_it_is(town, kind, name):
    content, what = REALLY[kind]
    (town.folder / name).write_bytes(content)
    town.layer("population" if name == "a.tif" else "schools", f'path = "{name}"')
    _, findings = town.check()
    (told,) = [finding for finding in findings if finding.severity == "error" and finding.file == name]
    if name == "a.xlsx" and kind == "old office":
        assert told.code == "encrypted-file"
        return
    assert told.code == "unreadable-file"
    assert told.why == f"It begins as {what}."
    assert ("解密" in told.fix) == ("encrypted" in what)


def test_a_web_page_under_the_name_of_a_workbook_is_told(town):
    (town.folder / "a.xls").write_bytes(b"\xef\xbb\xbf\r\n<html xmlns:o='x'><table><tr><td>1</td></tr></table></html>")
    town.layer("schools", 'path = "a.xls"')
    assert town.finding("unreadable-file", "error").why == "It begins as a web page."


@pytest.mark.parametrize(
    "content",
    [b"", b"id,name\n" * 500, "名称,学段\n幼儿园,小学\n".encode("gb18030") * 300,
     b"PK\x03\x04" + RANDOM, gzip.compress(RANDOM), b"SQLite format 3\x00" + RANDOM, RANDOM[:500],
     RANDOM[:1000] + b"\0" * 40 + RANDOM[:1000]],
)  # fmt: skip
def test_plain_packed_and_short_files_are_not_called_encrypted(tmp_path, content):
    path = tmp_path / "a"
    path.write_bytes(content)
    assert kind_of(path) is None


def test_a_folder_and_a_missing_file_say_nothing(tmp_path):
    assert kind_of(tmp_path) is None
    assert kind_of(tmp_path / "missing") is None
