"""Page and GeoPackage of a small town beside its figures: agreement passes, each single wrong place is named."""

from __future__ import annotations

import importlib.util
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from geoplan.publish.figures import figures_of, write_figures
from geoplan.publish.geopackage import write_layers
from geoplan.publish.lint import lint
from geoplan.publish.lint_layers import figure_differences
from geoplan.publish.page import render_page
from geoplan.publish.payload import build_payload
from geoplan.publish.statutory.data import set_layers
from geoplan.publish.statutory.planned import planned_schools
from geoplan.sets import set_edition

spec = importlib.util.spec_from_file_location("set_town_layers", Path(__file__).with_name("set_town.py"))
set_town = importlib.util.module_from_spec(spec)
spec.loader.exec_module(set_town)

AGES = (
    "district,year,people,age_0,age_1_4,age_5_9,age_10_14\nD1,2024,3000,40,200,400,300\nD2,2024,3000,40,200,900,500\n"
)
MORE = (
    '\n[layers.ages]\npath = "ages.csv"\n[forecast]\nuntil = 2030\n'
    'births_change = { value = 0, year = 2024, source = "x" }\n'
)


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    folder = set_town.write(tmp_path_factory.mktemp("layers") / "town")
    (folder / "ages.csv").write_text(AGES, encoding="utf-8")
    text = (folder / "project.toml").read_text(encoding="utf-8")
    (folder / "project.toml").write_text(text + MORE, encoding="utf-8")
    return set_edition(set_town.Project.open(folder))


@pytest.fixture(scope="module")
def payload(edition):
    return build_payload(edition.plan, edition.map_file, pupils=edition.pupils)


@pytest.fixture(scope="module")
def written(edition, payload, tmp_path_factory):
    folder = tmp_path_factory.mktemp("written")
    write_layers(set_layers(edition, planned_schools(edition)), folder / "geoplan.gpkg")
    write_figures(edition, figures_of(edition), folder / "figures.json", places={})
    (folder / "page.html").write_text(render_page(payload), encoding="utf-8")
    return folder


def test_what_was_written_agrees_with_its_figures_whether_they_lie_beside_it_or_not(edition, written):
    assert list(figure_differences(edition, sorted(written.iterdir()))) == []
    alone = [written / "geoplan.gpkg", written / "page.html"]
    assert list(figure_differences(edition, alone)) == []


def spoil(path, layer, column, row, value):
    """One value of a layer, as an office would change it in QGIS."""
    with closing(sqlite3.connect(path)) as database, database:
        for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
            database.create_function(name, 1, lambda _: 0)
        done = database.execute(f'UPDATE "{layer}" SET "{column}" = ? WHERE id = ?', (value, row))  # noqa: S608
        assert done.rowcount >= 1


@pytest.mark.parametrize(
    ("layer", "column", "row", "value"),
    [
        ("schools", "seats", "A1", 1.0),
        ("schools", "seats", "A1", None),
        ("planned_schools", "seats_now", "A1", 999.0),
        ("districts", "people", "D2", 1499.0),
        ("districts", "kindergarten_straight_after", "D1", 0.5),
        ("balance_primary", "seats_2030", "D2", 7.0),
        ("balance_primary", "gap_2024", "D1", 7.0),
        ("gaps", "people", "G1", 123456.0),
        ("proposed_sites", "people_newly_covered", "S1", 123456.0),
    ],
)
def test_one_wrong_value_of_a_layer_is_named_with_layer_row_and_column(
    edition, written, tmp_path, layer, column, row, value
):
    path = Path(shutil.copy(written / "geoplan.gpkg", tmp_path))
    spoil(path, layer, column, row, value)
    found = list(figure_differences(edition, [path, written / "figures.json"]))
    assert found
    for file, where, _, right, seen in found:
        assert (file, seen) == ("geoplan.gpkg", value)
        assert right != value
        assert where.startswith(f"{layer}（fid ")
        assert where.endswith(f"id {row}）.{column}")


def test_people_within_the_radius_are_added_up_over_the_places(edition, written, tmp_path):
    path = Path(shutil.copy(written / "geoplan.gpkg", tmp_path))
    with closing(sqlite3.connect(path)) as database:
        row = database.execute("SELECT id FROM places WHERE kindergarten_straight_before = 1").fetchone()[0]
    spoil(path, "places", "kindergarten_straight_before", row, 0.0)
    (found,) = figure_differences(edition, [path])
    assert found[1:3] == (
        "places.kindergarten_straight_before × people（合计 sum）", "kindergarten.straight.before.covered",
    )  # fmt: skip


def test_a_school_that_is_missing_from_the_layer_is_told(edition, written, tmp_path):
    path = Path(shutil.copy(written / "geoplan.gpkg", tmp_path))
    spoil(path, "schools", "id", "A1", "other")
    (found,) = figure_differences(edition, [path])
    assert found[1:3] == ("schools", "A1：学校 school")


def test_seats_of_any_year_that_the_page_says_otherwise_are_named(edition, payload, written, tmp_path):
    years = payload["balance"]["stages"]["primary"]
    last = max(years)
    assert last > "2024"
    before = years[last]["seats"][1]
    years[last]["seats"][1] = before + 1
    try:
        (tmp_path / "page.html").write_text(render_page(payload), encoding="utf-8")
    finally:
        years[last]["seats"][1] = before
    files = [tmp_path / "page.html", written / "figures.json"]
    (found,) = figure_differences(edition, files)
    assert found == ("page.html", f"balance.stages.primary.{last}.seats[1]", f"seats.primary.{last}.D2.seats",
                     before, before + 1)  # fmt: skip
    (finding,) = (each for each in lint(edition, files) if each.code == "totals-differ")
    assert (finding.file, finding.rows) == ("page.html", (found[1],))
