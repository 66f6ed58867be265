from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geoplan.demand import read_births, read_cohorts

AGES = {"year": 2020.0, "age_0": 10.0, "age_1_4": 40.0, "age_5_9": 50.0, "age_10_14": 50.0}


def cohorts_of(*rows):
    return read_cohorts(pd.DataFrame([AGES | row for row in rows]))


def births_of(cohorts, *rows):
    frame = pd.DataFrame([{"year": 2021.0, "area": "", **row} for row in rows])
    return read_births(frame, cohorts)


def of_year(births, year=2021):
    return births.counts[:, int(np.flatnonzero(births.years == year)[0])].tolist()


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_a_total_beside_its_urban_and_rural_parts_counts_every_child_once(order):
    rows = [
        {"district": "a", "area": area, "births": count} for area, count in (("urban", 60), ("rural", 40), ("", 100))
    ]
    births = births_of(cohorts_of({"district": "a"}), *(rows[at] for at in order))
    assert of_year(births) == [100]
    assert "births-overlap" in {finding.code for finding in births.findings}


def test_parts_alone_add_up_where_the_cohorts_are_not_divided():
    rows = [{"district": "a", "area": area, "births": count} for area, count in (("urban", 60), ("rural", 40))]
    births = births_of(cohorts_of({"district": "a"}), *rows)
    assert of_year(births) == [100]
    assert "births-overlap" not in {finding.code for finding in births.findings}


def test_a_total_goes_before_one_of_its_parts_alone():
    rows = [{"district": "a", "area": "urban", "births": 60}, {"district": "a", "births": 100}]
    assert of_year(births_of(cohorts_of({"district": "a"}), *rows)) == [100]


def test_a_figure_of_the_whole_project_fills_only_what_its_districts_left_open():
    one = births_of(cohorts_of({"district": "a"}), {"district": "a", "births": 100}, {"district": "", "births": 100})
    assert of_year(one) == [100]
    two = births_of(cohorts_of({"district": "a"}, {"district": "b"}), {"district": "a", "births": 70},
                    {"district": "", "births": 100})  # fmt: skip
    assert of_year(two) == [70, 30]


def test_parts_and_total_agree_where_the_cohorts_are_divided():
    parts = cohorts_of({"district": "a", "area": "urban"}, {"district": "a", "area": "rural"})
    rows = [{"district": "a", "area": "urban", "births": 60}, {"district": "a", "births": 100}]
    assert sorted(of_year(births_of(parts, *rows))) == [40, 60]
