"""`geoplan intake --locate-from`: names matched, the list written, filled in, and read back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import geopandas as gpd
import pytest
from openpyxl import load_workbook

from geoplan.files import bundled

ROSTER = "学校标识码,学校名称,办学类型,所属区县\n3101,一小,小学,甲区\n3102,育才小学,小学,甲区\n"
POI = (
    "poi_id,name,type,adname,lon,lat\n"
    "B1,甲区第一小学,小学,甲区,114.50,37.05\n"
    "B2,育才小学,小学,甲区,114.52,37.06\n"
    "B3,甲区育才小学,小学,甲区,114.55,37.06\n"
)


@pytest.fixture
def geoplan(geoplan, monkeypatch, tmp_path):
    """The command line, standing in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return geoplan


@pytest.fixture
def files(tmp_path):
    (tmp_path / "名册.csv").write_text(ROSTER, encoding="utf-8")
    (tmp_path / "poi.csv").write_text(POI, encoding="utf-8")
    return tmp_path


def test_intake_writes_the_list_and_reads_it_back_filled_in(geoplan, files):
    code, _, err = geoplan("intake", "名册.csv", "--locate-from", "poi.csv")
    assert code == 0, err
    assert "intake/名称匹配表.xlsx" in err
    assert "names-to-settle" in (files / "intake" / "intake.json").read_text(encoding="utf-8")
    book = load_workbook(files / "intake" / "名称匹配表.xlsx")
    assert book.sheetnames == ["名称匹配表", "说明"]
    first = next(book["名称匹配表"].iter_rows(min_row=2))
    assert (first[0].value, first[5].value) == ("3102", "待定")
    first[6].value = "B"
    book.save(files / "决定.xlsx")
    code, _, err = geoplan("intake", "名册.csv", "--locate-from", "poi.csv", "--settled", "决定.xlsx", "--out", "again")
    assert code == 0, err
    clean = gpd.read_file(files / "again" / "clean.gpkg").set_index("id")
    assert clean.geometry["3102"].x == pytest.approx(114.55, abs=1e-6)
    report = json.loads((files / "again" / "intake.json").read_text(encoding="utf-8"))
    assert {change["why"] for change in report["changes"]} >= {"located"}
    assert set(report["provenance"]["inputs_sha256"]) == {"名册.csv", "poi.csv", "决定.xlsx"}


def test_a_dry_run_writes_no_list(geoplan, files):
    code, _, _ = geoplan("intake", "名册.csv", "--locate-from", "poi.csv", "--dry-run")
    assert code == 0
    assert not (files / "intake").exists()


def test_decisions_are_never_written_over(geoplan, files):
    geoplan("intake", "名册.csv", "--locate-from", "poi.csv")
    path = files / "intake" / "名称匹配表.xlsx"
    book = load_workbook(path)
    book["名称匹配表"]["G2"].value = "B"
    book.save(path)
    before = path.read_bytes()
    code, _, err = geoplan("intake", "名册.csv", "--locate-from", "poi.csv")
    assert (code, path.read_bytes()) == (2, before)
    assert "1 decisions made by hand" in err
    assert geoplan("intake", "名册.csv", "--locate-from", "poi.csv", "--settled", path)[0] == 0
    rows = load_workbook(path)["名称匹配表"].iter_rows(min_row=2, values_only=True)
    assert {row[0]: row[6] for row in rows} == {"3102": "B3", "3101": None}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--locate-from", "pois.csv"), "poi.csv"),
        (("--locate-from", "poi.csv", "--locate-datum", "gjc02"), "gcj02"),
        (("--settled", "poi.csv"), "--locate-from"),
        (("--locate-datum", "gcj02"), "--locate-from"),
    ],
)
def test_wrong_options_are_told(geoplan, files, options, told):
    code, _, err = geoplan("intake", "名册.csv", *options)
    assert code == 2
    assert told in err


def test_a_project_says_locate_from_in_its_own_file(geoplan, files):
    (files / "project.toml").write_text(
        '[layers.schools]\npath = "名册.csv"\nlocate_from = "poi.csv"\n', encoding="utf-8"
    )
    assert geoplan("intake", ".")[0] == 0
    assert (files / "intake" / "名称匹配表.csv").is_file()
    code, _, err = geoplan("intake", ".", "--locate-from", "poi.csv")
    assert (code, "project.toml says" in err) == (2, True)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The demo, its schools as a roster without coordinates in other words, and the places that it once had."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    shutil.copytree(bundled("data") / "demo", folder)
    schools = gpd.read_file(folder / "schools.gpkg")
    places = schools[["name", "geometry"]].copy()
    places["id"] = [f"P{at}" for at in range(len(places))]
    places.to_file(folder / "places.gpkg")
    roster = schools.drop(columns="geometry")
    roster["name"] = "邢台市" + roster["name"].str.replace("演示第", "演示", regex=False)
    roster.to_csv(folder / "roster.csv", index=False)
    toml = (folder / "project.toml").read_text(encoding="utf-8")
    toml = toml.replace('path = "schools.gpkg"', 'path = "roster.csv"\nlocate_from = "places.gpkg"')
    (folder / "project.toml").write_text(toml, encoding="utf-8")
    return folder


def test_schools_placed_in_part_are_no_ground_for_coverage_and_the_ledger_says_so(demo):
    import geoplan as package
    from geoplan.accounts import is_placed

    places = gpd.read_file(demo / "places.gpkg")
    places[3:].to_file(demo / "places.gpkg")
    try:
        project = package.Project.open(demo)
        assert project.layers_at_hand.schools.frame.geometry.isna().sum() == 3
        assert not is_placed(project.layers_at_hand)
        assert project.ledger().entries
    finally:
        places.to_file(demo / "places.gpkg")


def test_the_demos_schools_are_found_again_by_their_names(demo, tmp_path):
    from geoplan.config import read_project
    from geoplan.inputs import check_layers
    from geoplan.inputs.changes import ChangeLog

    log = ChangeLog()
    check_layers(read_project(demo), roles=("districts", "schools"), placed=False, log=log)
    rows = log.names[0].rows
    accepted = [row for row in rows if row.verdict == "accepted"]
    truth = {row: f"P{at}" for at, row in enumerate(gpd.read_file(Path(demo) / "schools.gpkg")["id"].astype(str))}
    assert len(accepted) >= 0.99 * len(rows)
    assert all(row.choices[0].id == truth[row.id] for row in accepted)
