"""Tables and rosters through the door: what they load as, from files as a bureau sends them."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import openpyxl
import pandas as pd
import pytest
from shapely.geometry import LineString, Point, box

from geoplan.errors import InputError
from geoplan.inputs import check_layers, load_layers
from geoplan.types import Layer, Table

BIRTHS = "区县,年份,出生人数\n甲区,2020年,310\n乙区,2020年,190\n"


def test_a_table_keeps_the_order_of_its_file_and_has_no_geometry(town):
    town.table("births", BIRTHS)
    layers = load_layers(town.config())
    assert isinstance(layers.births, Table)
    assert type(layers.births.frame) is pd.DataFrame
    assert list(layers.births.frame.columns) == ["code", "district", "year", "births", "area"]
    assert list(layers.births.frame.index) == ["row 2", "row 3"]
    assert list(layers.births.frame["district"]) == ["甲区", "乙区"]
    assert layers.births.frame["births"].sum() == 500
    assert layers.births.file == "births.csv"


def test_a_table_in_gbk_is_read_as_gbk(town):
    town.table("births", BIRTHS, encoding="gbk")
    assert list(town.frame("births")["district"]) == ["甲区", "乙区"]
    assert town.finding("encoding", "note").layer == "births"


def test_a_table_in_excel_is_read_from_its_own_sheet_under_its_title(town):
    book = openpyxl.Workbook()
    book.active.title = "说明"
    sheet = book.create_sheet("在校生")
    rows = [
        ["2024年甲区在校生统计表"],
        ["学校名称", "学年", "学段", "年级", "在校生数", "班级数", "随迁子女数"],
        ["一小", "2024-2025学年", "小学", "一年级", 90, 2, 11],
        ["一小", datetime(2023, 9, 1), "小学", "一年级", 88, "2个班", None],  # noqa: DTZ001 as Excel hands it over
    ]
    for row in rows:
        sheet.append(row)
    book.save(town.folder / "表.xlsx")
    town.layer("enrolment", 'path = "表.xlsx"\nlayer = "在校生"')
    frame = town.frame("enrolment")
    assert list(frame["year"]) == [2024, 2023]
    assert list(frame["stages"]) == [("primary",), ("primary",)]
    assert list(frame["pupils"]) == [90, 88]
    assert list(frame["classes"]) == [2, 2]
    assert frame["migrant_pupils"].iloc[0] == 11
    assert np.isnan(frame["migrant_pupils"].iloc[1])
    assert list(frame["grade"]) == ["一年级", "一年级"]


def test_a_project_of_only_tables_loads_with_the_roles_that_it_has(town):
    town.tables.clear()
    town.table("births", BIRTHS)
    layers = load_layers(town.config(), roles={"births"})
    assert layers.crs is None
    assert layers.present() == (layers.births,)
    assert layers.files == (str(town.folder / "births.csv"),)


def test_the_geometry_of_a_geopackage_does_not_matter_where_a_table_is_wanted(town):
    columns = {"年份": [2020], "出生人数": [310]}
    town.save("births.gpkg", columns, [LineString([(0, 0), (1, 1)])], crs=None, driver="GPKG")
    town.layer("births", 'path = "births.gpkg"')
    assert list(town.frame("births")["births"]) == [310]


def test_a_table_without_rows_or_without_a_required_column_is_an_error(town):
    town.table("births", "年份,出生人数\n")
    town.table("projects", "区县,状态\n甲区,在建\n")
    assert set(town.codes()) == {"empty-layer", "missing-column"}


def test_errors_of_tables_are_told_together_with_those_of_layers(town):
    town.table("births", "年份,出生人数\n1234,-5\n")
    town.write("population.csv", "id,people,lon,lat\np1,-5,114.5,37.05\n")
    with pytest.raises(InputError) as caught:
        load_layers(town.config())
    assert {"bad-year", "negative-births", "negative-people"} <= {finding.code for finding in caught.value.findings}


def test_ids_that_repeat_in_a_table_become_row_numbers(town):
    town.table("statistics", "id,指标,年份,数值\n1,巩固率,2020,96\n1,巩固率,2021,97\n")
    assert list(town.frame("statistics").index) == ["row 2", "row 3"]


def test_a_figure_knows_its_stage_and_its_level_from_its_name(town):
    rows = [
        "学前三年毛入园率,2020,90.07",
        "高中阶段毛入学率,2020,94.02",
        "九年义务教育巩固率,2020,96.31",
        "双师型占比,2020,44.54",
    ]
    town.table("statistics", "\n".join(["指标,年份,数值", *rows]))
    frame = town.frame("statistics")
    assert list(frame["stages"]) == [("kindergarten",), ("senior",), ("primary", "junior"), ()]
    assert list(frame["level"]) == ["", "", "", ""]
    assert list(frame["indicator"])[:2] == ["gross_enrolment_rate"] * 2


def test_a_stage_column_of_its_own_goes_before_the_name_and_gives_the_level(town):
    town.table("statistics", "指标,学段,年份,数值\n在校生数,中职,2020,47700\n在校生数,义务教育,2020,900000\n")
    frame = town.frame("statistics")
    assert list(frame["level"]) == ["vocational", "compulsory"]
    assert list(frame["stages"]) == [(), ("primary", "junior")]


ROSTER = "学校标识码,学校名称,办学类型,区县,在校生数\n1,一小,小学,甲区,800\n2,特校,特殊教育学校,乙区,60\n"


@pytest.fixture
def rosters(town):
    """Schools, people and districts without a single coordinate."""
    town.table("schools", ROSTER)
    town.table("population", "id,人口,区县\np1,5000,甲区\np2,3000,乙区\n")
    town.table("districts", "id,name\nd1,甲区\nd2,乙区\n")
    return town


def test_rosters_without_coordinates_are_accepted_where_no_place_is_needed(rosters):
    layers, findings = rosters.check(placed=False)
    assert layers is not None
    assert layers.crs is None
    assert isinstance(layers.schools, Layer)
    assert layers.schools.frame.geometry.isna().all()
    assert list(layers.schools.frame["enrolment"]) == [800, 60]
    assert list(layers.schools.frame["branch"]) == ["", "special"]
    unplaced = [finding.layer for finding in findings if finding.code == "layer-without-places"]
    assert unplaced == ["schools", "population"]


def test_rosters_without_coordinates_are_an_error_where_places_are_needed(rosters):
    layers, findings = rosters.check()
    assert layers is None
    assert {finding.layer for finding in findings if finding.severity == "error"} == {"schools", "population"}


def test_layers_with_and_without_places_live_together(rosters):
    shapes = [box(114.48, 37.0, 114.51, 37.1), box(114.51, 37.0, 114.54, 37.1)]
    rosters.save("districts.gpkg", {"id": ["d1", "d2"], "name": ["甲区", "乙区"]}, shapes)
    rosters.layer("districts", 'path = "districts.gpkg"')
    layers = load_layers(rosters.config(), placed=False)
    assert layers.crs is not None
    assert layers.schools.frame.crs == layers.crs


def test_one_school_without_a_place_among_others_is_an_error_either_way(town):
    town.write("schools.csv", "id,stage,lon,lat\ns1,小学,114.5,37.05\ns2,小学,,\n")
    _, findings = town.check(placed=False)
    assert [finding.code for finding in findings if finding.severity == "error"] == ["missing-geometry"]


def test_stops_and_sites_need_their_places_always(town):
    town.table("stops", "id,name\n1,站\n")
    layers, findings = town.check(placed=False)
    assert layers is None
    assert "missing-column" in {finding.code for finding in findings}


def test_estates_parcels_premises_and_stops_are_layers_of_their_own(town, points):
    plot = box(114.50, 37.05, 114.501, 37.051)
    town.save("estates.gpkg", {"小区名称": ["甲"], "户数": [900], "交房时间": ["2026年6月"]}, points[:1])
    town.save("parcels.gpkg", {"地块编号": ["A1", "A2"], "用地面积": [None, 20_000.0]}, [plot, plot])
    town.save("premises.gpkg", {"原用途": ["高中", "中专"], "拟办学段": ["初中", ""]}, [plot, points[0]])
    town.save("stops.gpkg", {"类型": ["校车", "公交"]}, [LineString(points), Point(114.5, 37.05)])
    for role in ("estates", "parcels", "premises", "stops"):
        town.layer(role, f'path = "{role}.gpkg"')
    layers, findings = check_layers(town.config())
    assert layers is not None, [str(finding) for finding in findings]
    assert tuple(layers.estates.frame.iloc[0][["households", "delivery"]]) == (900, 2026)
    assert layers.parcels.frame["area_m2"].tolist() == pytest.approx([9_880, 20_000], rel=0.01)
    assert layers.premises.frame["area_m2"].iloc[0] == pytest.approx(9_880, rel=0.01)
    assert np.isnan(layers.premises.frame["area_m2"].iloc[1])
    assert list(layers.premises.frame["becomes"]) == [("junior",), ()]
    assert list(layers.stops.frame["kind"]) == ["school_bus", "bus"]
    assert {layer.frame.crs for layer in layers.present()} == {layers.crs}


def test_the_project_s_zone_may_be_that_of_stops_alone(town, points):
    town.save("stops.gpkg", {"id": [1, 2]}, points)
    town.layer("stops", 'path = "stops.gpkg"')
    layers = load_layers(town.config(), roles={"stops"})
    assert layers.crs is not None
    assert layers.crs.to_epsg() == 4547
