"""Figures of other plans and of zones: the page's own numbers, hidden alike, and printed in the 说明书."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import replace
from pathlib import Path

import pytest

from geoplan.editions import edition_of
from geoplan.project import Project
from geoplan.publish.figures import figures_document, figures_of, part
from geoplan.publish.figures.trace import trace
from geoplan.publish.payload import build_payload
from geoplan.publish.zones_privacy import WITHHELD
from geoplan.types import Stage

spec = importlib.util.spec_from_file_location("plans_tiny", Path(__file__).parent / "tiny.py")
tiny = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tiny)

SCENARIOS = """
[[scenarios]]
name = "不用一号"
name_en = "Without S1"
exclude = ["S1"]
[[scenarios]]
name = "<b>{{ f }}"
new = { kindergarten = 3 }
"""


def compared(folder, **options):
    tiny.write(folder, **options)
    file = folder / "project.toml"
    file.write_text(file.read_text(encoding="utf-8") + SCENARIOS, encoding="utf-8")
    return edition_of(Project.open(folder))


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return compared(tmp_path_factory.mktemp("compared"))


@pytest.fixture(scope="module")
def figures(town):
    return figures_of(town)


@pytest.fixture(scope="module")
def zoned(zone_town):
    """Six blocks, two schools; of one block seven children go to school."""
    project = Project.open(zone_town(columns={"people": [100, 100, 96, 7, 197, 100]}, head={"author": '"某局"'}))
    return project.zone_book(project.zones(Stage.PRIMARY))


def test_a_project_without_scenarios_has_no_figures_of_them(tmp_path):
    edition = edition_of(Project.open(tiny.write(tmp_path)))
    assert [key for key in figures_of(edition) if key.startswith("scenario.")] == []


def test_the_figures_of_other_plans_are_those_that_the_page_compares(town, figures):
    rows = build_payload(town.plan, town.map_file)["scenarios"]
    assert len(rows) == 3
    for number, row in enumerate(rows):
        for stage, shown in row["stages"].items():
            key = f"scenario.{number}.{stage}"
            assert figures[f"{key}.sites"].value == len(shown["sites"])
            assert figures[f"{key}.after.covered"].value == shown["covered"]
            assert figures[f"{key}.mean_m"].value == shown["mean_m"]
            assert figures[f"{key}.cost"].value == shown["cost"]
            assert figures[f"{key}.people_newly"].value - figures[f"{key}.people_lost"].value == shown["newly"]
            if number:
                for name, side in (("nearer", "gain"), ("farther", "lose")):
                    *districts, total = shown[side]
                    assert figures[f"{key}.{name}"].value == total
                    ids = town.plan.units.district_ids
                    assert [figures[f"{key}.district.{part(each)}.{name}"].value for each in ids] == districts


def test_the_town_that_was_counted_by_hand_loses_eight_places_without_its_first_plot(figures):
    # S1 reaches its own place and the eight around it; K2 is nearest to none of them, S2 to one of its corners
    assert figures["scenario.0.kindergarten.sites"].value == 1
    assert figures["scenario.0.kindergarten.after.covered"].value == 1900
    assert figures["scenario.2.kindergarten.sites"].value == 3
    assert figures["scenario.2.kindergarten.after.share"].text == "90.0%"
    assert figures["scenario.0.kindergarten.before.share"].text == figures["scenario.2.kindergarten.before.share"].text
    assert figures["scenario.1.kindergarten.farther"].value > 0
    assert figures["scenario.2.kindergarten.farther"].value == 0


def test_a_figure_of_another_plan_can_be_traced_to_its_clause_and_layers(town, figures):
    answer = trace(figures_document(town, figures), "scenario.1.kindergarten.after.share")
    assert answer["clauses"][0]["id"] == "CB-R-01"
    assert {each["role"] for each in answer["inputs"]} == {"population", "schools", "districts", "sites"}
    assert "不用一号" in answer["zh"]
    assert "Without S1" in answer["en"]
    assert trace(figures_document(town, figures), "scenario.1.kindergarten.nearer")["clauses"] == []


def test_small_counts_of_children_are_hidden_in_the_comparison_too(tmp_path):
    figures = figures_of(compared(tmp_path, counts="pupils", each=3))
    shown = [each for key, each in figures.items() if key.startswith("scenario.") and each.unit == "pupils"]
    assert any(each.value == "<10" for each in shown)
    assert [each.id for each in shown if isinstance(each.value, int | float) and 0 < abs(each.value) < 10] == []


def test_the_explanation_compares_the_plans_in_a_table_for_each_stage(town, figures, tmp_path):
    docx = pytest.importorskip("docx", reason="docxtpl is not installed: pip install 'geoplan[word]'")
    from geoplan.publish.office import write_explanation

    places = write_explanation(town, figures, tmp_path / "explanation.docx")
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in docx.Document(
        tmp_path / "explanation.docx").tables]  # fmt: skip
    found = [table for table in tables if table[0][0] == "方案"]
    assert [[row[0] for row in table[1:]] for table in found] == [["主方案", "不用一号", "<b>{{ f }}"]] * 2
    kindergartens = found[0]
    assert kindergartens[1][1:4] == ["1", "33.3%", figures["scenario.0.kindergarten.after.share"].text]
    assert kindergartens[1][-2:] == ["—", "—"]
    assert kindergartens[2][-1] == figures["scenario.1.kindergarten.farther"].text
    assert "方案比较" in places["scenario.1.kindergarten.sites"][0]


def test_the_figures_of_zones_are_those_that_may_be_published(town, zoned):
    figures = figures_of(replace(town, zones=(zoned,)))
    assert figures["zones.primary.zones"].value == 2
    assert figures["zones.primary.status"].text == zoned.found.plan.status.zh
    for zone in zoned.zones:
        key = f"zones.primary.{part(zone.id)}"
        assert figures[f"{key}.seats"].value == zone.seats
        assert figures[f"{key}.pupils"].value == zone.after
        assert figures[f"{key}.before.pupils"].value == zone.before
        assert figures[f"{key}.load"].value == pytest.approx(zone.load_after, abs=1e-6)
        assert figures[f"{key}.mean_m"].value == round(zone.mean_after)
        assert figures[f"{key}.longest_m"].value == round(zone.longest_after)
        assert figures[f"{key}.moved_in"].value == zone.moved_in
        assert figures[f"{key}.moved_out"].value == zone.moved_out
        assert figures[f"{key}.pupils"].rows == tuple(f"schools:{each}" for each in zone.schools)


def test_what_zones_withhold_is_withheld_in_their_figures(town, zone_town):
    # five children change schools: today's sums of both schools less tomorrow's would tell it
    project = Project.open(zone_town(columns={"people": [100, 98, 5, 80, 70, 100]}))
    figures = figures_of(replace(town, zones=(project.zone_book(project.zones(Stage.PRIMARY)),)))
    for zone in ("A", "B"):
        assert figures[f"zones.primary.{zone}.before.pupils"].text == WITHHELD
        assert figures[f"zones.primary.{zone}.moved_in"].value == WITHHELD
        assert figures[f"zones.primary.{zone}.before.load"].value is None
    assert figures["zones.primary.moved"].text == "<10"
    assert figures["zones.primary.A.pupils"].value == 198


def test_the_explanation_lists_the_zones_of_a_stage(town, zoned, tmp_path):
    docx = pytest.importorskip("docx", reason="docxtpl is not installed: pip install 'geoplan[word]'")
    from geoplan.publish.office import write_explanation

    edition = replace(town, zones=(zoned,))
    figures = figures_of(edition)
    write_explanation(edition, figures, tmp_path / "explanation.docx")
    document = docx.Document(tmp_path / "explanation.docx")
    (table,) = [table for table in document.tables if table.rows[0].cells[0].text == "学区"]
    rows = [[cell.text for cell in row.cells] for row in table.rows[1:]]
    assert [row[0] for row in rows] == [zone.name for zone in zoned.zones]
    assert rows[0][2] == figures[f"zones.primary.{part(zoned.zones[0].id)}.seats"].text
    assert re.search("小学学区", "\n".join(paragraph.text for paragraph in document.paragraphs))
