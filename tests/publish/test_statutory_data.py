"""GeoPackage, QGIS project and Shapefiles of the set, read back; the project by the real QGIS, too, if installed."""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import pyogrio
import pytest

from geoplan.publish.geopackage import write_layers
from geoplan.publish.qgis_project import write_project
from geoplan.publish.shapefile import fitted, short_names, write_shapefiles
from geoplan.publish.statutory.data import set_layers
from geoplan.publish.statutory.planned import planned_schools
from geoplan.sets import set_edition

spec = importlib.util.spec_from_file_location("set_town_data", Path(__file__).with_name("set_town.py"))
set_town = importlib.util.module_from_spec(spec)
spec.loader.exec_module(set_town)

QGIS_PYTHON = Path("/usr/bin/python3")
READ_BY_QGIS = """
import json, sys
from qgis.core import QgsApplication, QgsProject, QgsMapSettings, QgsMapRendererSequentialJob
from qgis.PyQt.QtCore import QSize
app = QgsApplication([], False)
app.initQgis()
project = QgsProject.instance()
answer = {"read": project.read(sys.argv[1]), "crs": project.crs().authid(), "title": project.title()}
answer["layers"] = {
    layer.id(): [layer.isValid(), type(layer.renderer()).__name__, layer.featureCount(), layer.crs().authid()]
    for layer in project.mapLayers().values()
}
answer["shown"] = [node.layerId() for node in project.layerTreeRoot().findLayers() if node.isVisible()]
answer["groups"] = [group.name() for group in project.layerTreeRoot().findGroups()]
settings = QgsMapSettings()
settings.setLayers([project.mapLayer(each) for each in answer["shown"]])
settings.setDestinationCrs(project.crs())
settings.setExtent(settings.fullExtent())
settings.setOutputSize(QSize(300, 200))
job = QgsMapRendererSequentialJob(settings)
job.start()
job.waitForFinished()
image = job.renderedImage()
answer["colours"] = len({image.pixel(x, y) for x in range(0, 300, 2) for y in range(0, 200, 2)})
print("ANSWER" + json.dumps(answer))
"""


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    return set_edition(set_town.project(tmp_path_factory.mktemp("set"), roads=True))


@pytest.fixture(scope="module")
def layers(edition):
    return set_layers(edition, planned_schools(edition))


def write(layers, edition, folder):
    plan = edition.plan
    folder.mkdir(exist_ok=True)
    write_layers(layers, folder / "geoplan.gpkg")
    write_project(
        layers, folder / "geoplan.qgs", geopackage="geoplan.gpkg", title=plan.config.name, crs=plan.layers.crs,
        stages=[each.stage for each in plan.stages],
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def folder(layers, edition, tmp_path_factory):
    return write(layers, edition, tmp_path_factory.mktemp("data"))


def test_the_geopackage_holds_the_plan_the_planned_schools_and_the_balance(folder):
    names = [str(name) for name, _ in pyogrio.list_layers(folder / "geoplan.gpkg")]
    assert names == [
        "districts", "service_areas", "gaps", "balance_kindergarten", "balance_primary", "places", "schools",
        "proposed_sites", "planned_schools", "layer_styles",
    ]  # fmt: skip


def test_planned_schools_say_what_is_done_and_when(folder):
    frame = gpd.read_file(folder / "geoplan.gpkg", layer="planned_schools").set_index("id")
    assert frame.crs.to_epsg() == 4547
    assert tuple(frame.loc["A1", ["action", "action_zh", "seats", "year"]]) == ("expand", "改扩建", 540, 2026)
    assert "V5" not in frame.index  # a project without a place is in the tables only
    # kept ones first, so that what changes is drawn over them
    assert list(frame["action"])[:3] == ["keep", "keep", "keep"]
    assert "pupils" not in set(frame.columns)


def test_the_balance_of_each_district_stands_in_its_stage(folder):
    frame = gpd.read_file(folder / "geoplan.gpkg", layer="balance_primary").set_index("id")
    assert tuple(frame.loc["D2", ["pupils_2024", "seats_2024", "gap_2024", "state"]]) == (90, 0, 90, "short")
    assert frame.loc["D1", "state"] == "enough"


def test_the_project_refers_to_the_geopackage_beside_it_and_to_nothing_else(folder):
    root = ET.parse(folder / "geoplan.qgs").getroot()  # noqa: S314  our own file
    sources = [each.text for each in root.iter("datasource")]
    assert all(source.startswith("./geoplan.gpkg|layername=") for source in sources)
    ids = [each.findtext("id") for each in root.iter("maplayer")]
    assert len(set(ids)) == len(ids)
    assert sorted(ids) == sorted(each.get("id") for each in root.iter("layer-tree-layer"))
    # QGIS gives a layer whose id has ten letters or fewer a random one
    assert all(len(each) > 10 for each in ids)
    assert root.findtext("title") == set_town.tiny.PROJECT.split('name = "')[1].split('"')[0]
    assert str(folder) not in (folder / "geoplan.qgs").read_text(encoding="utf-8")


def test_the_project_has_a_group_for_every_stage_and_the_layers_of_that_stage_in_it(folder):
    root = ET.parse(folder / "geoplan.qgs").getroot()  # noqa: S314  our own file
    groups = {
        group.get("name"): [layer.get("id") for layer in group.iter("layer-tree-layer")]
        for group in root.find("layer-tree-group").findall("layer-tree-group")
    }
    assert list(groups) == ["幼儿园 / kindergarten", "小学 / primary", "底图 / Base"]
    assert "geoplan_planned_schools_primary" in groups["小学 / primary"]
    assert "geoplan_balance_primary" in groups["小学 / primary"]
    assert "geoplan_districts" in groups["底图 / Base"]
    sources = {each.findtext("id"): each.findtext("datasource") for each in root.iter("maplayer")}
    assert sources["geoplan_gaps_primary"].endswith("|layername=gaps|subset=\"stage\" = 'primary'")


def test_project_and_geopackage_have_the_same_bytes_twice(layers, edition, folder, tmp_path):
    again = write(layers, edition, tmp_path / "again")
    for name in ("geoplan.qgs", "geoplan.gpkg"):
        assert (again / name).read_bytes() == (folder / name).read_bytes()


@functools.cache
def has_qgis():
    if not QGIS_PYTHON.is_file():
        return False
    command = [str(QGIS_PYTHON), "-c", "import qgis.core"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def opened(folder, tmp_path_factory):
    if not has_qgis():
        pytest.skip("no QGIS on this machine (Debian: python3-qgis)")
    home = tmp_path_factory.mktemp("home")
    done = subprocess.run(
        [str(QGIS_PYTHON), "-c", READ_BY_QGIS, str(folder / "geoplan.qgs")], capture_output=True, text=True,
        check=False, timeout=120,
        env={"PATH": os.environ["PATH"], "QT_QPA_PLATFORM": "offscreen", "HOME": str(home), "LANG": "C.UTF-8",
             "XDG_RUNTIME_DIR": str(home)},
    )  # fmt: skip
    lines = [line for line in done.stdout.splitlines() if line.startswith("ANSWER")]
    assert lines, done.stderr
    return json.loads(lines[0].removeprefix("ANSWER")), done.stderr


def test_the_real_qgis_opens_every_layer_with_its_style(opened, layers):
    found, said = opened
    assert found["read"] is True
    assert found["crs"] == "EPSG:4547"
    assert found["title"] == "小镇 & <测试>"
    assert (
        len(found["layers"]) == 2 + 2 + 2 * 5
    )  # districts, places; two balances; five layers with the rows of a stage
    for key, (is_valid, renderer, _, crs) in found["layers"].items():
        assert is_valid, key
        assert crs == "EPSG:4547"
        simple = key in {"geoplan_districts", "geoplan_places"}
        assert renderer == ("QgsSingleSymbolRenderer" if simple else "QgsCategorizedSymbolRenderer"), key
    assert "GeoPackage user_version" not in said


def test_the_real_qgis_counts_the_rows_of_each_stage(opened):
    layers = opened[0]["layers"]
    # K1, K2, K3 and S1; A1 and N9
    assert layers["geoplan_planned_schools_kindergarten"][2] == 4
    assert layers["geoplan_planned_schools_primary"][2] == 2
    assert layers["geoplan_proposed_sites_primary"][2] == 0


def test_the_real_qgis_draws_districts_and_planned_schools_at_first(opened):
    found = opened[0]
    assert found["shown"] == ["geoplan_planned_schools_kindergarten", "geoplan_districts"]
    assert found["colours"] > 10


def test_shapefiles_are_utf8_with_short_names_and_a_dictionary(layers, tmp_path):
    files = write_shapefiles(layers, tmp_path / "shapefile")
    names = {path.name for path in files}
    assert {"planned_schools.shp", "planned_schools.cpg", "planned_schools.prj", "fields.txt"} <= names
    assert (tmp_path / "shapefile" / "planned_schools.cpg").read_text() == "UTF-8"
    frame = gpd.read_file(tmp_path / "shapefile" / "planned_schools.shp").set_index("id")
    assert frame.crs.to_epsg() == 4547
    assert frame.loc["A1", "name"] == "+cmd|' /C calc'!A0"
    assert frame.loc["A1", "action_zh"] == "改扩建"
    dictionary = (tmp_path / "shapefile" / "fields.txt").read_text(encoding="utf-8-sig")
    assert "kinder_w_b  kindergarten_walk_before" in dictionary


def test_shapefiles_have_the_same_bytes_twice(layers, tmp_path):
    first, second = (write_shapefiles(layers, tmp_path / name) for name in ("a", "b"))
    assert [path.name for path in first] == [path.name for path in second]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_long_texts_are_cut_between_letters_and_the_dictionary_says_so(layers, tmp_path):
    style, frame = next(each for each in layers if each[0].layer == "schools")
    long = frame.assign(name=["学" * 100, *frame["name"][1:]])
    write_shapefiles([(style, long)], tmp_path)
    assert gpd.read_file(tmp_path / "schools.shp")["name"][0] == "学" * 84  # 252 bytes
    assert "1 行文本截断" in (tmp_path / "fields.txt").read_text(encoding="utf-8-sig")
    assert fitted("学" * 84) == "学" * 84


def test_short_names_are_ascii_of_ten_letters_and_never_the_same():
    names = [
        "id",
        "pupils_2025",
        "pupils_2030",
        "people_newly_covered",
        "people_newly_counted",
        "学校名称",
        "名称",
        "ID",
    ]
    found = short_names(names)
    assert list(found) == names
    assert len({each.lower() for each in found.values()}) == len(names)
    assert all(each.isascii() and 0 < len(each) <= 10 for each in found.values())
    assert found["pupils_2025"] == "pupil_2025"


def test_a_project_in_local_metres_is_written_without_a_crs(tmp_path):
    local = set_edition(set_town.tiny.Project.open(set_town.tiny.write(tmp_path / "p", is_local=True)))
    folder = write(set_layers(local, planned_schools(local)), local, tmp_path / "out")
    root = ET.parse(folder / "geoplan.qgs").getroot()  # noqa: S314  our own file
    assert not list(root.iter("authid"))
