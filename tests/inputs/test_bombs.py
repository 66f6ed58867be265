"""Files that would fill the memory: refused before they unfold, measured in a process of its own."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

MB = 1_000_000
MOST_RISE_MB = 100
SCRIPT = """
import json, resource, sys
from pathlib import Path
from geoplan.config import read_project
from geoplan.inputs import check_layers
import geopandas, openpyxl
told, before = {}, None
for folder in sorted(Path(sys.argv[1]).iterdir()):
    _, findings = check_layers(read_project(folder), roles={"schools"})
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    before = before or peak_kb  # after the first, an everyday file
    told[folder.name] = [[each.code for each in findings if each.severity == "error"], (peak_kb - before) // 1024,
                         [each.what for each in findings if each.severity == "error"]]
print(json.dumps(told))
"""
LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
XML = '<?xml version="1.0"?><!-- {pad} --><!DOCTYPE {root} [<!ENTITY l0 "ha">' + LAUGHS + "]><{root}>&l9;</{root}>"


def _xml(root, encoding):
    text = XML.replace("{root}", root).replace("{pad}", "x" * 100_000)
    return lambda path: path.write_bytes(text.encode(encoding))


def _sparse_csv(path):
    path.write_text("id,name\n", encoding="utf-8")
    os.truncate(path, 5_000 * MB)


def _gzip(path):
    with gzip.open(path, "wb", compresslevel=1) as stream:
        for _ in range(21):
            stream.write(b"0" * 10 * MB)


def _zip(member, blocks):
    def write(path):
        with (
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
            archive.open(member, "w") as stream,
        ):
            for _ in range(blocks):
                stream.write(b" " * 10 * MB)

    return write


def _billion_cells(path):
    rows = "".join(f'<row r="{row}"><c r="A{row}"/><c r="XFD{row}"><v>1</v></c></row>' for row in range(1, 3000))
    sheet = f'<worksheet><dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData></worksheet>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/sheet1.xml", sheet)


CASES = {
    "csv of 5 GB": ("a.csv", _sparse_csv, "too-large"),
    "gzip bomb": ("a.csv.gz", _gzip, "too-large"),
    "zip bomb": ("a.zip", _zip("schools.csv", 12), "unsafe-file"),
    "zip in kmz": ("a.kmz", _zip("doc.kml", 12), "unsafe-file"),
    "workbook bomb": ("a.xlsx", _zip("xl/worksheets/sheet1.xml", 110), "too-large"),
    "workbook of a billion cells": ("a.xlsx", _billion_cells, "too-large"),
    **{
        f"entities in {ending}, {encoding}": (f"a.{ending}", _xml(root, encoding), "unsafe-file")
        for ending, root in (("kml", "kml"), ("osm", "osm"), ("graphml", "graphml"), ("gml", "x"))
        for encoding in ("utf-8", "utf-16")
    },
}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Codes, rise of the peak in MB and messages, by case; all in one process, for it takes seconds to start."""
    folder = tmp_path_factory.mktemp("bombs")
    everyday = {
        "everyday file": ("a.csv", lambda path: path.write_text("id,stage,lon,lat\na,小学,114.5,37\n", "utf-8"), "")
    }
    for number, (case, (name, write, _)) in enumerate((everyday | CASES).items()):
        own = folder / f"{number:02} {case}"
        own.mkdir()
        (own / "project.toml").write_text(f'[project]\n[layers.schools]\npath = "{name}"\n', encoding="utf-8")
        write(own / name)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder)], capture_output=True, text=True, check=True, timeout=300,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    return {case[3:]: answer for case, answer in json.loads(done.stdout).items()}


def test_an_everyday_file_is_the_measure(told):
    assert told["everyday file"][:2] == [[], 0]


@pytest.mark.parametrize("case", CASES)
def test_a_file_that_would_fill_the_memory_is_refused_before_it_unfolds(told, case):
    codes, rise_mb, _ = told[case]
    assert codes == [CASES[case][2]]
    assert rise_mb < MOST_RISE_MB


def test_the_size_that_was_found_is_told(told):
    assert "5,000 MB" in told["csv of 5 GB"][2][0]
    assert "120 MB" in told["zip bomb"][2][0]
