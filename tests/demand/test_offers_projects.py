import numpy as np
import pandas as pd
import pytest

from geoplan.demand.seats.school_offers import school_offers
from geoplan.types import Stage

CAPS = {Stage.KINDERGARTEN: 30, Stage.PRIMARY: 45, Stage.JUNIOR: 50, Stage.SENIOR: 50}
K, P, J, S = Stage
YEARS = (2026, 2027, 2028)
SCHOOLS = pd.DataFrame(
    {
        "name": ["一小", "民小", "九年校"],
        "stages": [(P,), (P,), (P, J)],
        "ownership": ["public", "private", "public"],
        "district": "a",
        "classes": [10.0, 4.0, np.nan],
        "primary_classes": [np.nan, np.nan, 12.0],
        "junior_classes": [np.nan, np.nan, 6.0],
    },
    index=pd.Index(["s1", "s2", "s3"], name="id"),
)
BEFORE = 22 * 45


def offers(*rows, **options):
    blank = {
        "name": "项目", "district": "a", "stages": (P,), "level": "", "action": "new", "classes": np.nan,
        "seats": np.nan, "finish": 2027.0, "status": "planned", "ownership": "", "school": "",
    }  # fmt: skip
    projects = pd.DataFrame([blank | row for row in rows], index=[f"p{at}" for at in range(len(rows))])
    return school_offers(SCHOOLS, CAPS, projects=projects, **options)


def seats(found, stage=P):
    return found.sums(stage, ("a",), YEARS)


def codes(found):
    return {finding.code for finding in found.findings if finding.layer == "projects"}


@pytest.mark.parametrize("status", ["planned", "started", "finished", ""])
def test_a_new_school_counts_from_the_year_it_is_finished(status):
    found = seats(offers({"classes": 6.0, "status": status}))
    assert found.seats[0].tolist() == [BEFORE, BEFORE + 270, BEFORE + 270]
    assert found.planned[0].tolist() == [0, 270, 270]
    assert found.schools[0].tolist() == [2, 3, 3]


def test_a_cancelled_project_never_counts():
    found = offers({"classes": 6.0, "status": "cancelled"})
    assert seats(found).planned.sum() == 0
    assert codes(found) == set()


def test_seats_promised_count_where_no_classes_are_known():
    assert seats(offers({"seats": 400.0})).planned[0, 2] == 400


@pytest.mark.parametrize(("promised", "counted"), [(200.0, 200), (400.0, 270)])
def test_a_project_never_counts_more_than_it_promises_nor_more_than_its_classes_hold(promised, counted):
    assert seats(offers({"classes": 6.0, "seats": promised})).planned[0, 2] == counted


def test_676_classes_with_34_000_seats_hold_33_800_at_the_cap():
    # ZZ-P-04: 50.3 pupils per class are a little above 50
    assert seats(offers({"classes": 676.0, "seats": 34_000.0, "stages": (S,)}), S).planned[0, 2] == 33_800


@pytest.mark.parametrize("action", ["expand", "building"])
def test_an_expansion_adds_seats_and_no_school(action):
    found = seats(offers({"classes": 2.0, "action": action, "school": "s1", "district": ""}))
    assert found.seats[0].tolist() == [BEFORE, BEFORE + 90, BEFORE + 90]
    assert found.schools[0].tolist() == [2, 2, 2]


def test_an_expanded_private_school_stays_private():
    assert seats(offers({"classes": 2.0, "action": "expand", "school": "民小"})).private[0].tolist() == [180, 270, 270]


def test_a_private_project_adds_private_seats():
    found = seats(offers({"classes": 6.0, "ownership": "private"}))
    assert (found.planned[0, 2], found.private[0, 2]) == (0, 180 + 270)


@pytest.mark.parametrize("action", ["relocate", "rebuild"])
def test_a_school_that_moves_is_replaced_by_its_new_size(action):
    found = seats(offers({"classes": 24.0, "action": action, "school": "s1"}))
    assert found.seats[0].tolist() == [BEFORE, 12 * 45 + 24 * 45, 12 * 45 + 24 * 45]
    assert found.schools[0].tolist() == [2, 2, 2]


def test_a_move_without_figures_changes_no_seat_and_is_named():
    found = offers({"action": "relocate", "school": "s1"})
    assert seats(found).seats[0].tolist() == [BEFORE] * 3
    assert codes(found) == {"projects-no-change"}


@pytest.mark.parametrize("action", ["close", "merge"])
def test_a_closed_school_counts_no_more_from_that_year_on(action):
    found = seats(offers({"action": action, "school": "一小", "stages": ()}))
    assert found.seats[0].tolist() == [BEFORE, 540, 540]
    assert found.schools[0].tolist() == [2, 1, 1]


def test_closing_one_stage_of_a_nine_year_school_keeps_the_other():
    found = offers({"action": "close", "school": "s3", "stages": (J,)})
    assert seats(found, J).seats[0].tolist() == [300, 0, 0]
    assert seats(found).seats[0].tolist() == [BEFORE] * 3


def test_the_earlier_of_two_closings_holds():
    rows = [{"action": "close", "school": "s1", "finish": year} for year in (2028.0, 2027.0, 2029.0)]
    assert seats(offers(*rows)).seats[0].tolist() == [BEFORE, 540, 540]


def test_a_nine_year_project_named_by_its_level_is_split_six_to_three():
    found = offers({"stages": (), "level": "nine_year", "classes": 27.0})
    assert (seats(found).planned[0, 2], seats(found, J).planned[0, 2]) == (18 * 45, 9 * 50)


def test_promised_seats_of_a_nine_year_project_are_shared_without_loss():
    found = offers({"stages": (P, J), "seats": 1000.0})
    assert (seats(found).planned[0, 2], seats(found, J).planned[0, 2]) == (667, 333)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"classes": 6.0, "finish": np.nan}, "projects-no-year"),
        ({"classes": 6.0, "stages": (), "level": ""}, "projects-no-stage"),
        ({}, "projects-no-seats"),
        ({"classes": 0.0}, "projects-no-seats"),
        ({"action": "close", "school": "无此校"}, "projects-no-school"),
        ({"action": "rebuild", "classes": 6.0}, "projects-no-school"),
        ({"classes": 6.0, "school": "s1"}, "projects-in-layer"),
        ({"action": "upgrade", "seats": 100.0}, "projects-no-change"),
        ({"action": "", "seats": 100.0}, "projects-no-change"),
    ],
)
def test_a_project_that_cannot_be_counted_is_named_and_changes_nothing(row, code):
    found = offers(row)
    assert codes(found) == {code}
    assert seats(found).seats[0].tolist() == [BEFORE] * 3


@pytest.mark.parametrize("level", ["special", "vocational", "higher"])
def test_a_project_for_pupils_of_no_stage_is_no_matter_of_this_balance(level):
    found = offers({"classes": 6.0, "stages": (), "level": level})
    assert codes(found) == set()
    assert seats(found).seats[0].tolist() == [BEFORE] * 3


def test_a_finished_project_without_a_year_is_there_already():
    assert seats(offers({"classes": 6.0, "status": "finished", "finish": np.nan})).planned[0].tolist() == [270] * 3


def test_projects_finished_by_the_year_of_the_layer_are_part_of_it():
    rows = [{"classes": 6.0, "status": "finished", "finish": year} for year in (2026.0, 2027.0)]
    found = offers(*rows, data_year=2026)
    assert seats(found).planned[0].tolist() == [0, 270, 270]
    assert codes(found) == {"projects-in-layer"}


def test_a_project_that_is_late_counts_from_its_year_with_a_warning():
    found = offers({"classes": 6.0, "status": "started", "finish": 2025.0}, data_year=2026)
    assert seats(found).planned[0].tolist() == [270] * 3
    assert codes(found) == {"projects-overdue"}


def test_a_name_that_two_schools_share_stands_for_neither():
    twins = SCHOOLS.assign(name="同名小学")
    projects = pd.DataFrame(
        {"name": "撤并", "district": "a", "stages": [()], "action": "close", "finish": 2027.0, "school": "同名小学"},
        index=["p0"],
    )
    found = school_offers(twins, CAPS, projects=projects)
    assert codes(found) == {"projects-no-school"}


def test_a_project_may_be_placed_by_id_and_else_stands_where_its_school_stands():
    found = offers(
        {"classes": 2.0, "action": "expand", "school": "s1", "district": ""},
        {"classes": 2.0},
        project_place=pd.Series({"p0": "", "p1": "b"}),
    )
    assert [row.place for row in found.rows if row.planned] == ["a", "b"]
