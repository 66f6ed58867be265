"""What is said about districts that overlap, leave gaps, or lie in one another."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from shapely.geometry import MultiPolygon, box

from geoplan.inputs.draft import Draft
from geoplan.inputs.schema import layer_schemas
from geoplan.inputs.topology_checks import area_text, check_districts

SCHEMA = layer_schemas(None)["districts"]


@pytest.fixture
def check(source):
    """check(甲=polygon, …) -> {code: finding}; ids are d1, d2, …"""

    def run(**shapes):
        index = pd.Index([f"d{nth}" for nth in range(1, len(shapes) + 1)], name="id")
        areas = np.full(len(shapes), None, dtype=object)
        areas[:] = list(shapes.values())
        frame = pd.DataFrame({"name": list(shapes)}, index=index)
        found = check_districts(Draft(source("districts"), SCHEMA, frame, areas, None, ()))
        assert len({(each.code, each.what) for each in found}) == len(found)
        return {each.code: each for each in found}

    return run


def test_a_clean_coverage_gives_no_finding(check):
    assert check(甲=box(0, 0, 1000, 1000), 乙=box(1000, 0, 2000, 1000)) == {}


def test_districts_without_any_polygon_give_no_finding(check):
    assert check(甲=None, 乙=None) == {}


def test_an_overlap_of_a_hundredth_is_a_warning_with_area_and_share(check):
    finding = check(甲=box(0, 0, 1000, 1000), 乙=box(990, 0, 1990, 1000))["overlapping-districts"]
    assert (finding.severity, finding.rows) == ("warning", ("d1 and d2",))
    assert finding.what == "1 pairs of districts overlap, by 1.00 ha at most, 1.0% of the smaller one at most."
    assert "clean = true" in finding.fix


def test_an_overlap_of_less_than_a_thousandth_is_a_sliver_and_a_note(check):
    found = check(甲=box(0, 0, 1000, 1000), 乙=box(999.5, 0, 2000, 1000))
    assert list(found) == ["boundary-slivers"]
    assert (found["boundary-slivers"].severity, found["boundary-slivers"].rows) == ("note", ("d1 and d2",))
    assert "500.0 m² in all" in found["boundary-slivers"].what


def test_a_city_among_its_counties_is_named_as_a_second_level(check):
    finding = check(市=box(0, 0, 2000, 1000), 甲=box(0, 0, 1000, 1000), 乙=box(1000, 0, 2000, 1000))
    assert "; 市 (d1) covers 2 of the others: two levels in one layer." in finding["overlapping-districts"].what
    assert "admin_level" in finding["overlapping-districts"].fix


def test_a_gap_of_eight_metres_is_a_warning_with_its_neighbours(check):
    holed = box(0, 0, 1000, 1000).difference(box(992, 100, 1000, 200))
    finding = check(甲=holed, 乙=box(1000, 0, 2000, 1000))["gaps-between-districts"]
    assert (finding.severity, finding.rows) == ("warning", ("d1 and d2 (800.0 m²)",))
    assert finding.what == (
        "1 gaps between districts, 800.0 m² in all; the largest has 800.0 m², the widest is 8.0 m wide."
    )


def test_a_gap_too_narrow_for_a_house_is_a_note(check):
    holed = box(0, 0, 1000, 1000).difference(box(999, 100, 1000, 200))
    assert list(check(甲=holed, 乙=box(1000, 0, 2000, 1000))) == ["boundary-slivers"]


def test_a_large_hole_may_be_a_neighbours_enclave(check):
    holed = box(0, 0, 1000, 1000).difference(box(400, 400, 600, 600))
    finding = check(甲=holed, 乙=box(1000, 0, 2000, 1000))["ground-of-no-district"]
    assert (finding.severity, finding.rows) == ("note", ("d1 (4.00 ha)",))


def test_enclaves_are_named_with_the_district_around_them_and_are_no_error(check):
    holed = box(0, 0, 1000, 1000).difference(box(400, 400, 600, 600))
    finding = check(甲=holed, 乙=MultiPolygon([box(1000, 0, 2000, 1000), box(400, 400, 600, 600)]))["enclaves"]
    assert (finding.severity, finding.rows) == ("note", ("d2",))
    assert finding.what.endswith("(飞地): a part of 乙 (d2) (4.00 ha) inside 甲 (d1).")


def test_a_district_wholly_inside_another_is_named(check):
    holed = box(0, 0, 1000, 1000).difference(box(400, 400, 600, 600))
    assert "(飞地): 乙 (d2) (4.00 ha) inside 甲 (d1)." in check(甲=holed, 乙=box(400, 400, 600, 600))["enclaves"].what


def test_crumbs_of_drawing_are_no_enclaves(check):
    parted = MultiPolygon([box(0, 0, 1000, 1000), box(2000, 0, 2010, 10)])
    found = check(甲=parted, 乙=box(1000, 0, 2000, 1000))
    assert list(found) == ["crumbs"]
    assert (found["crumbs"].rows, "100.0 m² in all" in found["crumbs"].what) == (("d1",), True)


@pytest.mark.parametrize(
    ("area_m2", "text"), [(85, "85.0 m²"), (32_000, "3.20 ha"), (12_300_000, "12.30 km²"), (0, "0.0 m²")]
)
def test_areas_are_told_in_the_unit_that_fits(area_m2, text):
    assert area_text(area_m2) == text
