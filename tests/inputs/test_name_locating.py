"""Schools without coordinates put where a place of their name stands: the project's way, end to end."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from openpyxl import load_workbook
from shapely.geometry import Point

from geoplan.crs import datum_from_wgs84
from geoplan.inputs import check_layers
from geoplan.inputs.changes import ChangeLog, Why
from geoplan.inputs.name_table import COLUMNS, STEM
from geoplan.publish.name_list import write_names

ROSTER = (
    "学校标识码,学校名称,办学类型,所属区县,学校地址\n"
    "3101,甲区第一小学,小学,甲区,\n"
    "3102,二中,初中,乙区,\n"
    "3103,育才小学,小学,甲区,\n"
    "3104,无名小学,小学,乙区,\n"
)
POI = (
    "poi_id,name,typename,adname,address,lon,lat\n"
    "B1,甲区一小,科教文化服务;学校;小学,甲区,,114.500,37.050\n"
    "B2,第2中学,科教文化服务;学校;中学,乙区,,114.520,37.060\n"
    "B3,育才小学,科教文化服务;学校;小学,甲区,中兴路8号,114.490,37.050\n"
    "B4,育才小学,科教文化服务;学校;小学,甲区,泉北大街1号,114.495,37.080\n"
    "B5,育才小学,科教文化服务;学校;小学,乙区,,114.525,37.080\n"
)


@pytest.fixture
def city(districts):
    """Two districts, a roster without coordinates, and a table of places."""
    districts.write("poi.csv", POI)
    districts.table("schools", ROSTER, toml='locate_from = "poi.csv"')
    return districts


def located(town, *, placed=False):
    layers, findings = town.check(placed=placed)
    return layers, {finding.code: finding for finding in findings}


def degrees(layers):
    """Id → longitude and latitude, of the schools that have a place."""
    points = layers.schools.frame.geometry.dropna().to_crs(4326)
    return {key: (round(point.x, 4), round(point.y, 4)) for key, point in points.items()}


def test_schools_stand_where_a_place_of_their_name_does(city):
    layers, findings = located(city)
    assert degrees(layers) == {"3101": (114.5, 37.05), "3102": (114.52, 37.06)}
    assert "2 of 4 schools without coordinates" in findings["located-by-name"].what
    assert findings["names-to-settle"].rows == ("3103",)
    assert findings["names-unmatched"].rows == ("3104",)
    assert "address" not in layers.schools.frame


def test_a_run_stops_at_schools_that_are_left_open(city):
    layers, findings = located(city, placed=True)
    assert layers is None
    assert {findings["names-to-settle"].severity, findings["names-unmatched"].severity} == {"error"}
    assert "settled" in findings["names-to-settle"].fix


def test_without_locate_from_the_roster_is_refused_as_before(city):
    city.table("schools", ROSTER)
    assert "missing-column" in city.codes()


def test_the_places_may_be_shifted_like_those_of_amap(city):
    rows = [line.split(",") for line in POI.strip().split("\n")]
    moved = datum_from_wgs84(np.array([[float(cell) for cell in row[-2:]] for row in rows[1:]]), "gcj02")
    body = [",".join([*row[:-2], f"{lon:.6f}", f"{lat:.6f}"]) for row, (lon, lat) in zip(rows[1:], moved, strict=True)]
    city.write("poi.csv", "\n".join([",".join(rows[0]), *body]))
    city.layer("schools", 'path = "schools.csv"\nlocate_from = { path = "poi.csv", datum = "gcj02" }')
    assert degrees(located(city)[0])["3101"] == (114.5, 37.05)


def test_the_places_may_be_another_layer_in_metres(city):
    names = ["甲区第一小学", "乙区第二初级中学"]
    points = gpd.GeoSeries([Point(114.5, 37.05), Point(114.52, 37.06)], crs=4326).to_crs(4547)
    city.save("points.gpkg", {"id": ["1", "2"], "name": names}, list(points), crs=4547)
    city.layer("schools", 'path = "schools.csv"\nlocate_from = "points.gpkg"')
    layers, findings = located(city)
    assert degrees(layers) == {"3101": (114.5, 37.05)}
    assert "3102" in findings["names-to-settle"].rows  # 二中 may or may not be the 第二初级中学


def test_schools_that_have_coordinates_keep_them_and_are_rivals_for_their_name(city):
    city.table(
        "schools",
        "id,name,stage,district,lon,lat\n1,甲区第一小学,小学,甲区,114.49,37.09\n2,一小,小学,甲区,,\n3,二中,初中,乙区,,\n",
        toml='locate_from = "poi.csv"',
    )
    layers, findings = located(city)
    assert degrees(layers) == {"1": (114.49, 37.09), "3": (114.52, 37.06)}
    assert findings["names-to-settle"].rows == ("2",)


def test_decisions_by_hand_win_and_a_school_may_have_none(city):
    city.write("names.csv", "学校编号,决定\n3101,B4\n3103,B3\n3104,无\n")
    city.layer("schools", 'path = "schools.csv"\nlocate_from = { path = "poi.csv", settled = "names.csv" }')
    layers, findings = located(city, placed=True)
    assert degrees(layers) == {"3101": (114.495, 37.08), "3102": (114.52, 37.06), "3103": (114.49, 37.05)}
    assert findings["settled-without-place"].rows == ("3104",)
    assert "left out" in findings["settled-without-place"].what
    kept, _ = located(city)
    assert "3104" in kept.schools.frame.index


@pytest.mark.parametrize(
    ("decisions", "code"),
    [
        ("学校编号,决定\n3101,B999\n", "settled-stale"),
        ("学校编号,决定\n9999,B1\n", "settled-stale"),
        ("学校编号,学校名称,决定\n3101,从前的名字,B4\n", "settled-stale"),
        ("学校编号,决定\n3101,B1\n3101,B4\n", "settled-twice"),
        ("code,where\n3101,B1\n", "settled-unreadable"),
    ],
)
def test_a_decision_that_does_not_hold_is_told_and_not_used(city, decisions, code):
    city.write("names.csv", decisions)
    city.layer("schools", 'path = "schools.csv"\nlocate_from = { path = "poi.csv", settled = "names.csv" }')
    layers, findings = located(city)
    assert findings[code].severity == "warning"
    assert degrees(layers)["3101"] == (114.5, 37.05)  # by its name, as if nothing had been decided


@pytest.mark.parametrize("name", ["poi.csv", "names.csv"])
def test_a_file_that_is_not_there_is_named(city, name):
    city.layer("schools", 'path = "schools.csv"\nlocate_from = { path = "poi.csv", settled = "names.csv" }')
    city.write("names.csv", "学校编号,决定\n")
    (city.folder / name).unlink()
    _, findings = located(city)
    assert name in str(findings["missing-file"])


def test_places_outside_the_project_are_refused(city):
    (city.folder.parent / "poi.csv").write_text(POI, encoding="utf-8")
    city.layer("schools", 'path = "schools.csv"\nlocate_from = "../poi.csv"')
    assert "outside-project" in city.codes()


def test_places_without_names_are_refused_with_their_headers(city):
    city.write("poi.csv", "poi_id,x1,lon,lat\nB1,2,114.5,37.05\n")
    _, findings = located(city)
    assert "x1" in findings["missing-column"].what
    assert findings["missing-column"].file == "poi.csv"


def test_an_unknown_key_of_locate_from_is_named(city):
    from geoplan.errors import ConfigError

    city.layer("schools", 'path = "schools.csv"\nlocate_from = { path = "poi.csv", datun = "gcj02" }')
    with pytest.raises(ConfigError, match=r"locate_from\.datun.*datum"):
        city.config()


def test_schools_in_local_metres_are_not_mixed_with_degrees(city):
    city.table("schools", "id,name,stage,x,y\n1,一小,小学,100,200\n2,二中,初中,,\n", toml='locate_from = "poi.csv"')
    city.layer("districts", None)
    assert "no-crs" in city.codes()


def test_a_school_without_point_counts_for_the_district_of_its_name(city):
    city.table("schools", "id,name,stage\n1,乙区向阳小学,小学\n2,向阳小学,小学\n", toml='locate_from = "poi.csv"')
    layers, findings = located(city)
    assert layers.schools.frame["district"].to_dict() == {"1": "乙区", "2": ""}
    assert findings["district-from-name"].rows == ("1",)


def test_every_point_is_a_change_with_its_row_place_and_score(city):
    log = ChangeLog()
    check_layers(city.config(), placed=False, log=log)
    moved = [change for change in log.changes if change.why is Why.LOCATED]
    assert [(change.row, change.found) for change in moved] == [("row 2", "甲区第一小学"), ("row 3", "二中")]
    assert moved[0].became == "114.500000, 37.050000 ← 甲区一小 (自动匹配 1.00)"


def write_list(town):
    log = ChangeLog()
    check_layers(town.config(), placed=False, log=log)
    return write_names(log.names, town.folder)


def test_the_list_has_the_open_schools_first_with_their_candidates(city):
    xlsx, _ = write_list(city)
    sheet = load_workbook(xlsx)[STEM]
    heads = [str(cell.value).split("\n")[0] for cell in sheet[1]]
    assert heads == [zh for zh, _ in COLUMNS]
    rows = [dict(zip(heads, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=2)]
    assert [row["状态"] for row in rows] == ["待定", "未匹配", "自动匹配", "自动匹配"]
    assert (rows[0]["候选A编号"], rows[0]["候选B编号"], rows[0]["候选C编号"]) == ("B3", "B4", None)
    assert "另有同样吻合的地点" in rows[0]["候选A理由"]


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_the_list_filled_in_is_read_back(city, ending):
    xlsx, csv = write_list(city)
    if ending == "xlsx":
        book = load_workbook(xlsx)
        for row in book[STEM].iter_rows(min_row=2):
            row[6].value = {"3103": "b", "3104": "无"}.get(row[0].value)
        book.save(xlsx)
    else:
        lines = csv.read_text(encoding="utf-8-sig").splitlines()
        cells = [line.split(",") for line in lines]
        for row in cells[1:]:
            row[6] = {"3103": "B", "3104": "无"}.get(row[0], "")
        csv.write_text("\n".join(",".join(row) for row in cells), encoding="gbk")
    settled = f'locate_from = {{ path = "poi.csv", settled = "{STEM}.{ending}" }}'
    city.layer("schools", f'path = "schools.csv"\n{settled}')
    layers, findings = located(city, placed=True)
    assert layers is not None, findings
    assert degrees(layers)["3103"] == (114.495, 37.08)
    assert "1 by hand" in findings["located-by-name"].what


def test_the_list_is_the_same_bytes_every_time(city):
    first = [path.read_bytes() for path in write_list(city)]
    assert first == [path.read_bytes() for path in write_list(city)]


def test_a_letter_whose_place_has_another_name_now_is_not_used(city):
    xlsx, _ = write_list(city)
    book = load_workbook(xlsx)
    for row in book[STEM].iter_rows(min_row=2):
        row[6].value = {"3103": "A"}.get(row[0].value)
    book.save(xlsx)
    city.write("poi.csv", POI.replace("B3,育才小学", "B3,红星小学"))
    city.layer("schools", f'path = "schools.csv"\nlocate_from = {{ path = "poi.csv", settled = "{STEM}.xlsx" }}')
    assert located(city)[1]["settled-stale"].rows == ("3103",)


def test_a_decision_by_the_id_of_a_place_is_held_against_the_name_beside_it(city):
    """The list that is written after a decision holds the id, and not the letter any more."""
    header = "学校编号,学校名称,决定,候选A编号,候选A名称\n"
    city.write("settled.csv", header + "3103,育才小学,B4,B4,育才小学\n")
    city.table("schools", ROSTER, toml='locate_from = { path = "poi.csv", settled = "settled.csv" }')
    assert degrees(located(city)[0])["3103"] == (114.495, 37.08)
    city.write("poi.csv", POI.replace("B4,育才小学", "B4,育英小学"))
    layers, findings = located(city)
    assert "3103" not in degrees(layers) or degrees(layers)["3103"] != (114.495, 37.08)
    assert findings["settled-stale"].rows == ("3103",)


def test_a_place_given_to_two_schools_by_hand_is_told(city):
    city.write("settled.csv", "学校编号,决定\n3104,B5\n3103,B5\n")
    city.table("schools", ROSTER, toml='locate_from = { path = "poi.csv", settled = "settled.csv" }')
    layers, findings = located(city)
    assert degrees(layers)["3104"] == degrees(layers)["3103"] == (114.525, 37.08)
    told = findings["settled-same-place"]
    assert (set(told.rows), told.severity.value) == ({"3103", "3104"}, "warning")
    assert "无名小学 → 育才小学" in told.what


def test_a_place_chosen_by_hand_stands_first_in_the_next_list(city):
    city.write("settled.csv", "学校编号,决定\n3104,B5\n")
    city.table("schools", ROSTER, toml='locate_from = { path = "poi.csv", settled = "settled.csv" }')
    log = ChangeLog()
    check_layers(city.config(), placed=False, log=log)
    row = next(row for row in log.names[0].rows if row.id == "3104")
    assert (row.choices[0].id, row.decision) == ("B5", "B5")
    assert row.choices[0].why_zh.endswith("人工确定")


def test_an_openstreetmap_extract_serves_as_places(shared, town):
    extract = shared / "liechtenstein" / "liechtenstein.osm.pbf"
    town.table(
        "schools", "id,name,stage\n1,Primarschule Triesen,primary\n2,Nirgendwo,primary\n",
        toml=f'locate_from = "{extract.as_posix()}"',
    )  # fmt: skip
    town.layer("population", None)
    layers, findings = check_layers(town.config(), roles=("schools",), placed=False)
    codes = {finding.code: finding for finding in findings}
    assert layers.schools.frame.geometry.notna().to_dict() == {"1": True, "2": False}
    assert "2" in codes["names-unmatched"].rows


def test_campuses_of_one_code_are_kept_apart_by_their_names(town):
    town.table(
        "schools",
        "学校标识码,学校名称,办学类型,lon,lat\n31,育才小学,小学,114.5,37.05\n31,育才小学东校区,小学,114.51,37.06\n32,二中,初中,114.52,37.06\n",
    )
    assert sorted(town.frame("schools").index) == ["31", "31-东", "32"]
    assert town.finding("campus-ids", "warning").rows == ("31-东",)


def test_a_code_that_stands_twice_without_campuses_stays_an_error(town):
    town.table(
        "schools", "学校标识码,学校名称,办学类型,lon,lat\n31,育才小学,小学,114.5,37.05\n31,红星小学,小学,114.51,37.06\n"
    )
    assert "duplicate-id" in town.codes()
