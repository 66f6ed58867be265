"""Figures: each is the plan's own number, as published, with clause, layers and method."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import pytest

from geoplan.editions import edition_of
from geoplan.errors import PublishError
from geoplan.files import sha256
from geoplan.project import Project
from geoplan.publish.figures import figures_document, figures_of, part, write_figures
from geoplan.publish.figures.cells import agrees, printed_cells, spots
from geoplan.publish.figures.figure import Book, printed
from geoplan.publish.figures.trace import like, read_figures, trace
from geoplan.publish.statutory.planned import planned_schools
from geoplan.publish.statutory.printed import write_printed
from geoplan.publish.statutory.tables import imprint_of, statutory_tables
from geoplan.units import percent

spec = importlib.util.spec_from_file_location("figures_tiny", Path(__file__).parent / "tiny.py")
tiny = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tiny)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return edition_of(Project.open(tiny.write(tmp_path_factory.mktemp("figures"), roads=True, new=2)))


@pytest.fixture(scope="module")
def figures(town):
    return figures_of(town)


@pytest.fixture(scope="module")
def counties(two_counties):
    return edition_of(Project.open(two_counties()))


@pytest.fixture(scope="module")
def counties_tables(counties, tmp_path_factory):
    folder = tmp_path_factory.mktemp("figures-tables")
    tables = statutory_tables(counties, planned_schools(counties), {})
    write_printed(tables, folder / "tables.xlsx", imprint_of(counties))
    return folder


@pytest.fixture(scope="module")
def steps(tmp_path_factory):
    folder = tiny.write(tmp_path_factory.mktemp("figures-steps"), new=2)
    file = folder / "project.toml"
    file.write_text(file.read_text(encoding="utf-8") + "\n[programme]\nyears = [2026, 2030]\n", encoding="utf-8")
    return edition_of(Project.open(folder))


def test_ids_are_sorted_and_every_figure_has_words_a_method_and_plain_values(figures):
    assert list(figures) == sorted(figures)
    for key, figure in figures.items():
        assert figure.id == key
        assert figure.zh
        assert figure.en
        assert figure.how_zh
        assert figure.how_en
        assert figure.value is None or isinstance(figure.value, int | float | str)


@pytest.mark.parametrize("phase", ["before", "after"])
def test_coverage_figures_are_those_of_the_plan_in_every_stage_and_travel_mode(town, figures, phase):
    for stage in town.plan.stages:
        for view in stage.views:
            key, total = f"{stage.stage}.{view.travel}.{phase}", getattr(view, phase).total
            assert figures[f"{key}.people"].value == total.people
            assert figures[f"{key}.assessed"].value == total.assessed
            assert figures[f"{key}.covered"].value == total.covered
            assert figures[f"{key}.uncovered"].value == total.assessed - total.covered
            assert figures[f"{key}.share"].text == percent(total.covered, total.assessed)
            assert figures[f"{key}.schools"].value == len(getattr(view, phase).supply)


def test_the_town_that_was_counted_by_hand_has_the_figures_counted_by_hand(figures):
    # K1 and K3 cover nine of the thirty places between them less one, K2 four: ten hundred of three thousand people
    assert figures["kindergarten.straight.before.covered"].text == "1,000"
    assert figures["kindergarten.straight.before.share"].text == "33.3%"
    assert figures["kindergarten.sites"].value == 2
    assert figures["project.people"].text == "3,000"


def test_district_figures_add_up_to_the_whole(figures):
    for name in ("people", "assessed", "covered", "uncovered"):
        parts = [figures[f"kindergarten.straight.after.district.{each}.{name}"].value for each in ("D1", "D2")]
        assert sum(parts) == figures[f"kindergarten.straight.after.{name}"].value
    assert figures["kindergarten.straight.after.district.D1.covered"].rows == ("districts:D1",)


def test_gaps_after_are_those_in_which_somebody_is_left(town, figures):
    view = town.plan.stages[0].basis
    outside = {gap.id: (~view.after.covered[gap.points]).any() for gap in view.gaps}
    assert figures["kindergarten.straight.before.gaps"].value == len(view.gaps)
    assert figures["kindergarten.straight.after.gaps"].value == sum(outside.values()) < len(view.gaps)
    assert figures["kindergarten.straight.before.people_in_gaps"].value == sum(gap.people for gap in view.gaps)
    closed = next(each for each, left in outside.items() if not left)
    assert figures[f"kindergarten.straight.after.gap.{closed}.people"].value == 0


def test_site_figures_are_those_of_the_proposal_and_sum_to_what_it_adds(town, figures):
    proposal = town.plan.stages[0].proposal
    for site in proposal.sites:
        key = f"kindergarten.site.{site.id}"
        assert figures[f"{key}.people_newly"].value == site.people_newly
        assert figures[f"{key}.people_assigned"].value == site.people_assigned
        assert figures[f"{key}.seats"].value == site.seats == 270
        assert figures[f"{key}.next_best"].value == site.next_best.other
        assert figures[f"{key}.loss"].value == site.next_best.loss
        assert figures[f"{key}.year"].value is None
        assert figures[f"{key}.people_newly"].rows == (f"sites:{site.id}",)
    newly = sum(figures[f"kindergarten.site.{site.id}.people_newly"].value for site in proposal.sites)
    assert newly == figures["kindergarten.people_newly"].value == proposal.people_newly_covered
    assert figures["kindergarten.objective"].value == proposal.solution.objective
    assert figures["kindergarten.bound"].value == proposal.solution.bound
    assert figures["kindergarten.gap"].value == proposal.solution.gap
    assert figures["kindergarten.status"].text == "已证明最优"


def test_each_year_of_the_programme_has_its_coverage_and_each_site_its_year(steps):
    figures, stage = figures_of(steps), steps.plan.stages[0]
    assert stage.programme.years == (2026, 2030)
    for year, coverage in zip(stage.programme.years, stage.basis.steps, strict=True):
        assert figures[f"kindergarten.straight.{year}.covered"].value == coverage.total.covered
        assert figures[f"kindergarten.step.{year}.sites"].value == 1
    assert figures["kindergarten.straight.2030.share"].value == figures["kindergarten.straight.after.share"].value
    for site in stage.proposal.sites:
        assert figures[f"kindergarten.site.{site.id}.year"].text == str(stage.programme.year_of(site.id))


def test_a_coverage_figure_cites_its_clause_with_file_and_line_and_names_its_layers(figures):
    figure = figures["kindergarten.walk.before.share"]
    assert figure.rule == "CB-R-01"
    assert figure.citation.endswith("002_fe10ad1b5c3f9bc5.txt:118")
    assert figure.layers == {"population": 30, "schools": 3, "districts": 2, "roads": 11}
    assert "roads" not in figures["kindergarten.straight.before.share"].layers
    assert figures["rule.CB-R-01.high"].text == "1,500"


def test_forecast_and_seat_figures_are_those_of_the_pupil_plan(counties):
    figures, pupils = figures_of(counties), counties.pupils
    for forecast in pupils.forecasts:
        for stage, table in forecast.pupils.items():
            for column, year in enumerate(forecast.years):
                assert figures[f"pupils.{stage}.{year}.{forecast.scenario}"].value == round(table[:, column].sum())
            assert figures[f"pupils.{stage}.peak_year.{forecast.scenario}"].value == forecast.peak(stage)[0]
    checked = 0
    for row in pupils.balance.rows:
        if row.year in pupils.years:
            key = f"seats.{row.stage}.{row.year}" + (f".{row.place}" if row.place else "")
            assert figures[f"{key}.seats"].value == round(row.seats)
            assert figures[f"{key}.short"].value == round(row.gap)
            assert figures[f"{key}.surplus"].value == round(row.surplus)
            assert figures[f"{key}.lost"].value == round(row.seats_lost)
            checked += 1
    assert checked
    access = pupils.access[0]
    assert figures[f"access.{access.coverage.stage}.whole.mean_m"].value == round(access.whole.mean_m)


def test_every_entry_of_the_ledger_has_value_verdict_and_target(counties):
    figures = figures_of(counties)
    entry = next(each for each in counties.ledger.entries if each.clause.id == "XT-R-09" and each.place == "A")
    assert figures["clause.XT-R-09.A.value"].value == round(entry.value, 4)
    assert figures["clause.XT-R-09.A.verdict"].text == entry.verdict_zh
    assert figures["clause.XT-R-09.A.target"].text == entry.clause.target
    assert figures["clause.XT-R-09.A.value"].citation.endswith(":26")
    assert figures["clause.XT-R-09.A.value"].layers["schools"] == 6
    stated = [each for each in figures if each.startswith("clause.") and each.endswith(".verdict")]
    assert len(stated) == len(counties.ledger.entries)


def test_small_counts_of_children_are_hidden_with_what_would_tell_them(tmp_path):
    edition = edition_of(Project.open(tiny.write(tmp_path, counts="pupils", each=3)))
    figures = figures_of(edition)
    assert figures["kindergarten.straight.before.district.D1.people"].value == 45
    # one gap is one place with three children
    assert figures["kindergarten.straight.before.gap.G1.people"].value == "<10"
    assert figures["kindergarten.straight.before.gap.G1.people"].text == "<10"
    small = [each for each in figures.values() if each.unit == "pupils" and isinstance(each.value, int | float)]
    assert small
    assert [each.id for each in small if 0 < each.value < 10] == []
    # 39 of 45 covered would tell that six are not
    hidden = figures["primary.straight.before.district.D1.share"]
    assert (hidden.value, hidden.text) == (None, "—")


def test_different_row_ids_give_different_parts_without_dots():
    ids = ["a.b", "a~2e~b", "a b", "甲-1_2", "", ".", "<x>", "a\nb"]
    parts = [part(each) for each in ids]
    assert len(set(parts)) == len(ids)
    assert not any("." in each or "<" in each or "\n" in each for each in parts)
    assert part("甲-1_2") == "甲-1_2"


def test_one_id_cannot_name_two_figures(figures):
    book, figure = Book(), next(iter(figures.values()))
    book.put(figure)
    with pytest.raises(PublishError, match="Two figures"):
        book.put(replace(figure, value=1))


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(1234.4, "people", "1,234"), (0.99996, "share", "99.9%"), (1.0, "share", "100.0%"), (0.0001, "share", "0.1%"),
     (2030, "year", "2030"), (1.234, "ratio", "1.23"), (12.5, "%", "12.5"), ("<10", "pupils", "<10"),
     (None, "people", "—"), (float("nan"), "m", "—"), (1500.0, "cost", "1,500")],
)  # fmt: skip
def test_values_are_printed_as_page_and_tables_print_them(value, unit, text):
    assert printed(value, unit) == text


def test_figures_json_is_the_same_each_time_and_holds_each_sentence_of_method_once(town, figures, tmp_path):
    write_figures(town, figures, tmp_path / "a.json", places={"project.people": ("text.docx 第一章",)})
    write_figures(town, figures_of(town), tmp_path / "b.json", places={"project.people": ("text.docx 第一章",)})
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert text == (tmp_path / "b.json").read_text(encoding="utf-8")
    document = json.loads(text)
    assert list(document["figures"]) == list(figures)
    assert text.count(document["methods"]["covered"]["zh"]) == 1
    assert document["printed"] == {"project.people": ["text.docx 第一章"]}


def test_a_trace_gives_clause_files_with_their_hashes_rows_and_method(town, figures):
    answer = trace(figures_document(town, figures), "kindergarten.straight.after.district.D1.covered")
    assert answer["value"] == figures[answer["id"]].value
    (clause,) = answer["clauses"]
    assert clause["id"] == "CB-R-01"
    assert clause["source"].endswith(":118")
    assert "1.5公里" in clause["text"]
    inputs = {each["role"]: each for each in answer["inputs"]}
    assert inputs["population"]["rows"] == 30
    assert inputs["population"]["sha256"] == sha256(town.plan.config.folder / "population.csv")
    assert answer["rows"] == ["districts:D1"]
    assert answer["how"]["zh"] == figures[answer["id"]].how_zh


def test_a_trace_names_only_the_layers_that_a_figure_rests_on(town, counties):
    figures = figures_of(town)
    assert "sites" in figures["primary.walk.after.covered"].layers
    assert "sites" not in figures["primary.walk.before.covered"].layers
    assert figures["primary.asked"].layers == {}
    more = figures_of(counties)
    seats = {key: set(each.layers) for key, each in more.items() if each.method.key in {"seats", "lost"}}
    assert seats
    assert set().union(*seats.values()) <= {"schools", "projects", "districts"}
    for report in counties.pupils.access:
        figure = more[f"access.{report.coverage.stage}.whole.share"]
        assert figure.layers["schools"] == len(report.coverage.supply)
        assert ("roads" in figure.layers) is (report.coverage.travel == "walk")
        assert figure.rule == ", ".join(dict.fromkeys(radius.rule.id for radius in report.coverage.radii))


def test_a_trace_names_the_district_of_a_gap_and_of_a_clause_and_the_clause_of_a_cap(town, counties):
    district = town.plan.units.district_ids
    gap = town.plan.stages[0].views[0].gaps[0]
    found = figures_of(town)[f"{gap.stage}.{gap.travel}.before.gap.{gap.id}.people"]
    assert found.rows == (f"districts:{district[gap.district]}",)
    figures = figures_of(counties)
    document = figures_document(counties, figures)
    placed = [entry for entry in counties.ledger.entries if entry.place]
    assert placed
    for entry in placed:
        key = f"clause.{part(entry.clause.id)}.{part(entry.place)}.target"
        assert figures[key].rows[0] == f"districts:{entry.place}"
        assert figures[key].layers == {}
    (clause,) = trace(document, "seats.primary.cap")["clauses"]
    cap = next(each for stage, each in counties.plan.book.class_caps().items() if stage == "primary")
    assert (clause["text"], clause["source"], clause["evidence"]) == (cap.clause, cap.citation, cap.evidence)


def test_an_id_that_does_not_exist_is_answered_with_the_nearest(town, figures):
    with pytest.raises(PublishError, match=r"kindergarten\.straight\.before\.covered"):
        trace(figures_document(town, figures), "kindergarten.straight.befor.coverd")


def test_figures_are_found_by_all_words_of_a_text_in_id_or_sentence(town, figures):
    found = like(figures_document(town, figures), "城关镇 覆盖率 步行")
    assert found
    assert all("城关镇" in each["zh"] and "覆盖率" in each["zh"] for each in found)
    assert like(figures_document(town, figures), "no such words") == []


def test_a_figures_file_that_was_changed_after_publishing_says_so(town, figures, tmp_path):
    path = tmp_path / "figures.json"
    write_figures(town, figures, path)
    assert read_figures(tmp_path)["changed"] is None
    told = {"outputs_sha256": {"figures.json": sha256(path)}}
    (tmp_path / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    assert read_figures(tmp_path)["changed"] is False
    path.write_text(path.read_text(encoding="utf-8").replace("3,000", "3,001"), encoding="utf-8")
    assert read_figures(tmp_path)["changed"] is True


@pytest.mark.parametrize(
    ("key", "sheet"),
    [
        ("pupils.primary.2025.middle", "学龄人口预测表"), ("pupils.kindergarten.2030.low.B", "学龄人口预测表"),
        ("pupils.primary.peak_year.high", "学龄人口预测表"), ("seats.primary.2030.seats", "学位供需平衡表"),
        ("seats.kindergarten.2025.A.short", "学位供需平衡表"), ("seats.primary.2030.B.surplus", "学位供需平衡表"),
        ("clause.XT-R-14.value", "指标表"), ("clause.XT-R-14@2.value", "指标表"),
    ],
)  # fmt: skip
def test_a_figure_is_found_in_its_cell_of_the_printed_tables(counties, counties_tables, key, sheet):
    figure = figures_of(counties)[key]
    ((where, value),) = printed_cells(counties_tables, spots(key, figure.as_dict()))
    assert f"{sheet}!" in where
    assert agrees(figure.value, value, figure.unit)
    assert value is not None


def test_a_cell_agrees_within_its_own_rounding_only():
    assert agrees(1234.4, 1234, "people")
    assert agrees(0.123456, 0.12346, "share")
    assert agrees(None, None, "year")
    assert agrees("<10", "<10", "pupils")
    assert not agrees(1234, 1235, "people")
    assert not agrees(0.12, 0.13, "share")
    assert not agrees(None, 3, "pupils")
    assert not agrees("<10", 9, "pupils")


@pytest.mark.parametrize("content", ["not json", "[]", '{"format": "other/1"}'])
def test_a_file_of_another_kind_is_refused_with_its_name(tmp_path, content):
    (tmp_path / "figures.json").write_text(content, encoding="utf-8")
    with pytest.raises(PublishError, match=r"figures\.json"):
        read_figures(tmp_path)
