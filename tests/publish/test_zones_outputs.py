"""What `publish_zones` writes, read back with other tools; hostile names and small counts included."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing

import geopandas as gpd
import openpyxl
import pyogrio
import pytest
import shapely

from geoplan.errors import PublishError
from geoplan.plan import ZoneWish
from geoplan.project import Project
from geoplan.publish.json_file import json_for_html
from geoplan.publish.offline import assert_offline
from geoplan.publish.zones_page import render_zones_page

HOSTILE = "</script><img src=x onerror=alert(1)>"
FILES = {"zones-primary.html", "zones-primary.gpkg", "zones-primary.xlsx", "zones-primary.json"}


def published(folder, out, **wish):
    project = Project.open(folder)
    found = project.zones("primary", ZoneWish(**wish))
    return found, project.publish_zones(found, out=out)


@pytest.fixture(scope="module")
def town(zone_town):
    return zone_town(columns={"people": [100, 100, 96, 7, 197, 100], "name": [HOSTILE, "=1+1", *"丙丁戊己"]})


@pytest.fixture(scope="module")
def out(town, tmp_path_factory):
    folder = tmp_path_factory.mktemp("zones")
    published(town, folder)
    return folder


def data_of(path):
    html = path.read_text(encoding="utf-8")
    return html, json.loads(re.search(r'id="geoplan-data">(.*?)</script>', html, re.DOTALL)[1])


def test_four_files_are_written_and_a_second_run_gives_the_same_bytes(town, out, tmp_path):
    assert {path.name for path in out.iterdir()} == FILES
    published(town, tmp_path)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (out / name).read_bytes(), name


def test_the_page_is_offline_and_shows_hostile_names_as_data_only(out):
    html, data = data_of(out / "zones-primary.html")
    assert_offline(html)
    assert HOSTILE in data["units"]["name"]
    assert HOSTILE not in html
    assert json_for_html(HOSTILE) in html


def test_the_page_says_what_it_comes_to_and_how_sure_it_is(out):
    _, data = data_of(out / "zones-primary.html")
    words = " ".join(line["zh"] for line in (*data["summary"], *data["certainty"]))
    for part in ("600 名学生划入 2 个学区，每个学区连片", "已证明", "没有现状学区资料"):
        assert part in words
    assert data["solver"]["status"] == "optimal"
    assert data["units"]["before"] == [0, 0, 0, 1, 1, 1]
    assert data["units"]["after"] == [0, 0, 1, 1, 1, 1]


def test_pupils_of_units_are_not_on_the_page_and_small_ones_nowhere(out):
    _, data = data_of(out / "zones-primary.html")
    assert "pupils" not in data["units"]
    book = openpyxl.load_workbook(out / "zones-primary.xlsx")
    column = {row[0].value: row[2].value for row in book["单元"].iter_rows(min_row=2)}
    # e3 alone would be what is left of the sum of B: e5, the next smallest, is hidden with it
    assert column == {"e0": 100, "e1": 100, "e2": 96, "e3": "<10", "e4": 197, "e5": "≥10"}
    units = gpd.read_file(out / "zones-primary.gpkg", layer="units").set_index("id")
    assert units["pupils"].isna().tolist() == [False, False, False, True, False, True]


def test_the_workbook_lists_schools_changes_and_the_solver(out):
    book = openpyxl.load_workbook(out / "zones-primary.xlsx")
    assert book.sheetnames == ["学校", "调整", "单元", "说明"]
    rows = list(book["学校"].iter_rows(min_row=2, values_only=True))
    assert [row[:4] for row in rows] == [("A", "一小", "保留 / kept", 200), ("B", "二小", "保留 / kept", 400)]
    assert [row[7] for row in rows] == [200, 400]
    (change,) = book["调整"].iter_rows(min_row=2, values_only=True)
    assert change[:6] == ("e2", "丙", "A", "一小", "B", "二小")
    assert "学位" in change[9]
    assert book["单元"]["B3"].value == "=1+1"
    assert book["单元"]["B3"].data_type == "s"
    notes = " ".join(str(row[1].value) for row in book["说明"].iter_rows(min_row=2))
    assert "gap 0.0000%" in notes


def test_the_geopackage_has_zones_before_and_after_with_styles(out):
    path = out / "zones-primary.gpkg"
    names = [str(name) for name, _ in pyogrio.list_layers(path)]
    assert names == ["zones_before", "zones_after", "units", "schools", "layer_styles"]
    before, after = (gpd.read_file(path, layer=f"zones_{state}") for state in ("before", "after"))
    assert before.area.tolist() == pytest.approx([3e6, 3e6])
    assert after.area.tolist() == pytest.approx([2e6, 4e6])
    assert shapely.area(shapely.intersection(*after.geometry)) == 0
    with closing(sqlite3.connect(path)) as database:
        styles = dict(database.execute("SELECT f_table_name, styleQML FROM layer_styles"))
    assert set(styles) == set(names[:-1])
    colours = re.findall(r'"color" value="([\d,]+)"', styles["zones_after"])
    assert len(set(colours)) > 1


def test_the_report_holds_hashes_of_inputs_and_outputs(out):
    report = json.loads((out / "zones-primary.json").read_text(encoding="utf-8"))
    assert set(report["outputs_sha256"]) == FILES - {"zones-primary.json"}
    assert {"project.toml", "population.gpkg", "schools.csv"} <= set(report["provenance"]["inputs_sha256"])
    assert report["solver"]["status"] == "optimal"
    assert report["assignment"]["e2"] == "B"


def test_without_a_plan_the_least_bad_one_is_published_with_a_warning(zone_town, tmp_path):
    schools = [
        {"id": each, "name": each, "stage": "primary", "capacity": 250, "x": x, "y": 0}
        for each, x in (("A", 0), ("B", 5000))
    ]
    found, page = published(zone_town(schools=schools), tmp_path)
    assert not found.has_plan
    _, data = data_of(page)
    assert "未能满足全部要求" in data["notices"][0]["zh"]
    assert data["solver"]["status"] == "infeasible"
    assert not json.loads((tmp_path / "zones-primary.json").read_text(encoding="utf-8"))["keeps_every_rule"]


def test_closed_schools_todays_layer_and_balance_are_published_too(zone_town, tmp_path):
    blocks = [shapely.box(1000 * x - 500, -500, 1000 * x + 500, 500) for x in range(6)]
    today = gpd.GeoDataFrame(
        {"school": ["一小", "老三小", "二小"]},
        geometry=[shapely.union_all(blocks[first:last]) for first, last in ((0, 2), (2, 3), (3, 6))],
    )
    schools = [
        {"id": each, "name": name, "stage": "primary", "capacity": 450, "x": x, "y": 0}
        for each, name, x in (("A", "一小", 0), ("B", "二小", 5000))
    ]
    _, page = published(zone_town(zones=today, schools=schools), tmp_path, balance="load", time_limit_s=10)
    _, data = data_of(page)
    assert data["zones"]["is_closed"] == [False, False, True]
    assert data["changes"][0]["why"][0]["zh"] == "老三小撤并或不开办"
    assert data["balance"]
    assert "均衡" in openpyxl.load_workbook(tmp_path / "zones-primary.xlsx").sheetnames
    before = gpd.read_file(tmp_path / "zones-primary.gpkg", layer="zones_before")
    assert before["zone"].tolist() == ["A", "B", "老三小"]


def test_a_payload_of_another_version_is_refused():
    with pytest.raises(PublishError, match="version is 9"):
        render_zones_page({"version": 9, "title": ""})
