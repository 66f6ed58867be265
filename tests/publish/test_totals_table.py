"""Official totals stand in the reports of intake and ledger, county by county."""

from __future__ import annotations

import json

import openpyxl
import pytest
from geopandas import GeoDataFrame
from shapely.geometry import box

from geoplan.config import read_project
from geoplan.intake import take_in, write_intake
from geoplan.project import Project

SCHOOLS = "id,name,stage,lon,lat\ns1,一小,小学,114.49,37.05\ns2,二小,小学,114.50,37.05\ns3,三小,小学,114.52,37.06\n"
PROJECT = """[project]
name = "t"
profile = "jiaozuo"
data_date = "2025-09-01"
[layers.schools]
path = "schools.csv"
[layers.districts]
path = "districts.gpkg"
[totals]
source = "统计公报"
primary_schools = 4
[totals.by_district.primary_schools]
"甲区" = 2
"乙区" = 2
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "schools.csv").write_text(SCHOOLS, encoding="utf-8")
    shapes = [box(114.48, 37.0, 114.51, 37.1), box(114.51, 37.0, 114.54, 37.1)]
    frame = GeoDataFrame({"id": ["d1", "d2"], "name": ["甲区", "乙区"]}, geometry=shapes, crs=4326)
    frame.to_file(tmp_path / "districts.gpkg")
    (tmp_path / "project.toml").write_text(PROJECT, encoding="utf-8")
    return tmp_path


def rows_of(path):
    sheet = openpyxl.load_workbook(path)["官方总数核对"]
    rows = [row for row in sheet.iter_rows(values_only=True) if row[0] == "小学数 / primary schools"]
    return [(row[1], row[2], row[3], row[4], row[6]) for row in rows]


EXPECTED = [
    ("全域 / the whole", 4, 3, -1, "有出入 / differs"),
    ("甲区", 2, 2, 0, "一致 / agrees"),
    ("乙区", 2, 1, -1, "有出入 / differs"),
]


def test_an_intake_lists_every_county_with_its_official_figure(folder, tmp_path):
    taken = take_in([read_project(folder)], progress=lambda _: None)
    write_intake(taken, tmp_path / "out", progress=lambda _: None)
    assert rows_of(tmp_path / "out" / "intake.xlsx") == EXPECTED
    facts = json.loads((tmp_path / "out" / "intake.json").read_text(encoding="utf-8"))
    assert "primary_schools" in str(facts)


def test_a_ledger_lists_them_too(folder, tmp_path):
    project = Project.open(folder)
    page = project.publish_ledger(project.ledger(), out=tmp_path / "out")
    assert rows_of(page.with_suffix(".xlsx")) == EXPECTED


def test_without_official_totals_there_is_no_such_table(folder, tmp_path):
    text = PROJECT.partition("[totals]")[0]
    (folder / "project.toml").write_text(text, encoding="utf-8")
    taken = take_in([read_project(folder)], progress=lambda _: None)
    write_intake(taken, tmp_path / "out", progress=lambda _: None)
    assert "官方总数核对" not in openpyxl.load_workbook(tmp_path / "out" / "intake.xlsx").sheetnames
