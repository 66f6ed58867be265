"""No reader can work a hidden handful out: not from one table by subtraction, nor from all sums of a plan together."""

from __future__ import annotations

import csv
import random

import numpy as np
import pandas as pd
import pytest

from geoplan.project import Project
from geoplan.publish import features
from geoplan.publish.edition import Edition
from geoplan.publish.figures.coverage import coverage_figures
from geoplan.publish.lint import lint
from geoplan.publish.mapfile import read_map
from geoplan.publish.payload import build_payload
from geoplan.publish.privacy_plan import release_of
from geoplan.publish.privacy_tallies import gap_people, gap_pupils, hidden_units, public_tallies, public_tally
from geoplan.publish.publish import publish
from geoplan.publish.sheets_today import coverage_sheet, gaps_sheet


def write_town(tiny, folder, seed, *, counts):
    """The tiny town with other counts of pupils at every place, many of them handfuls, and years."""
    tiny.write(folder, counts=counts, years=(2026, 2030), new=2)
    path = folder / "population.csv"
    head, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
    chance = random.Random(seed)  # noqa: S311  a town, not a secret
    for row in rows:
        row[2:5] = [str(chance.choice((0, 3, 8, 12, 25, 60))) for _ in row[2:5]]
    tiny._csv(path, [",".join(head)], rows)  # noqa: SLF001  the town's own writer
    return folder


@pytest.fixture(scope="module", params=[(1, "pupils"), (2, "pupils"), (3, "people"), (4, "people")], ids=str)
def plan(request, tiny, tmp_path_factory):
    seed, counts = request.param
    return Project.open(write_town(tiny, tmp_path_factory.mktemp("town"), seed, counts=counts)).plan()


def is_told(value):
    return isinstance(value, int | float)


def no_single_one_is_hidden(whole, parts):
    """A told total beside its parts: none is hidden alone, and a told total of told parts is their sum."""
    hidden = [each for each in parts if isinstance(each, str)]
    return not is_told(whole) or len(hidden) != 1


def by_places(plan, phase):
    """`(whole, parts)` of public tallies of every view in a phase: the parts are districts and those outside them."""
    for stage in plan.stages:
        for view in stage.views:
            coverage = {"before": view.before, "after": view.after}[phase]
            demand = coverage.demand
            tallies = [coverage.tally(demand.district == row) for row in range(-1, len(plan.units.district_ids))]
            yield public_tally(plan, coverage.total), public_tallies(plan, tallies), view


@pytest.mark.parametrize("phase", ["before", "after"])
def test_districts_beside_the_whole_and_parts_beside_their_sum_hide_no_lone_one(plan, phase):
    for whole, parts, _ in by_places(plan, phase):
        for name in ("people", "assessed", "covered", "uncovered", "pupils", "pupils_covered"):
            assert no_single_one_is_hidden(getattr(whole, name), [getattr(each, name) for each in parts]), name
        for each in (whole, *parts):
            assert no_single_one_is_hidden(each.assessed, [each.covered, each.uncovered])
            assert each.share is None or (is_told(each.covered) and is_told(each.assessed))


def test_gaps_beside_those_beyond_the_radius_hide_no_lone_one(plan):
    for whole, _, view in by_places(plan, "before"):
        pupils = None if not is_told(whole.pupils_covered) or not is_told(whole.pupils) else whole.pupils
        counts = ((whole.uncovered, gap_people), (pupils, gap_pupils))
        for total, shown in counts:
            assert no_single_one_is_hidden(total, [shown(plan, gap) for gap in view.gaps])


def test_phase_beside_phase_tells_no_handful_that_comes_within_the_radius(plan):
    if plan.units.counts != "pupils":
        pytest.skip("people newly within the radius are told where the layer counts people")
    for stage in plan.stages:
        for view in stage.views:
            now, then = (public_tally(plan, each.total).covered for each in (view.before, view.after))
            if is_told(now) and is_told(then):
                assert not 0 < then - now < 10


def test_sheet_page_and_figures_hide_the_same_counts(plan):
    page = build_payload(plan, read_map("consultation"))
    views = {(view["stage"], view["travel"]): view for view in page["views"]}
    figures = {figure.id: figure.value for figure in coverage_figures(plan)}
    ids = list(plan.units.district_ids)
    for row in coverage_sheet(plan).rows:
        stage, travel = (str(each).rpartition(" / ")[2] for each in row[:2])
        if row[2] in ids:
            shown = views[stage, travel]["districts"]["before"][ids.index(row[2])]
            key = f"{stage}.{travel}.before.district.{row[2]}"
        elif row[2] == "":
            shown, key = views[stage, travel]["totals"]["before"], f"{stage}.{travel}.before"
        else:
            continue
        for name, value in zip(("people", "assessed", "covered"), row[4:7], strict=True):
            assert shown[name] == value == figures[f"{key}.{name}"]


def test_places_are_hidden_only_where_the_layer_counts_pupils(plan):
    people = np.round(plan.units.people)
    if plan.units.counts == "pupils":
        assert hidden_units(plan)[(people > 0) & (people < 10)].all()
    else:
        assert not hidden_units(plan).any()
        assert not any(name[0] == "tally" and name[-1] == "people" for name in release_of(plan).hidden)


def test_gaps_of_page_sheet_figures_and_geopackage_hide_no_lone_one_beside_their_total(plan):
    page = build_payload(plan, read_map("consultation"))
    figures = {figure.id: figure.value for figure in coverage_figures(plan)}
    sheet, table = features.gaps(plan), gaps_sheet(plan).rows
    for view in page["views"]:
        stage, travel = view["stage"], view["travel"]
        key = f"{stage}.{travel}.before"
        total = figures[f"{key}.uncovered"]
        mine = sheet[(sheet["stage"] == stage) & (sheet["travel"] == travel)]
        rows = [row for row in table if [str(each).rpartition(" / ")[2] for each in row[1:3]] == [stage, travel]]
        told = [figures[f"{key}.gap.{gap['id']}.people"] for gap in view["gaps"]]
        assert [gap["people"] for gap in view["gaps"]] == told == [row[4] for row in rows]
        assert [gap["pupils"] for gap in view["gaps"]] == [row[5] for row in rows]
        for counts in (told, [None if not is_told(each) else each for each in mine["people"].tolist()]):
            assert not is_told(total) or sum(not is_told(each) or bool(np.isnan(each)) for each in counts) != 1
        in_gaps = figures[f"{key}.people_in_gaps"]
        assert is_told(total) or not is_told(in_gaps) or in_gaps == 0


def test_places_of_page_and_geopackage_hide_the_same_rows(plan):
    page = build_payload(plan, read_map("consultation"))
    shown = page["places"]["people"]
    told = pd.concat([frame for _, _, frame in features.places(plan)])["people"]
    assert [is_told(each) for each in shown] == told.notna().tolist()


def test_the_lint_finds_nothing_wrong_with_what_is_written(plan, tmp_path):
    publish(plan, "consultation", tmp_path, progress=lambda _: None)
    findings = lint(Edition(plan, read_map("consultation")), sorted(tmp_path.iterdir()))
    assert [each for each in findings if each.code in {"small-count", "totals-differ"}] == []
