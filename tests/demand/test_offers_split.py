import numpy as np
import pytest

from geoplan.demand.seats.stage_split import share_out, split_stages
from geoplan.types import Stage

CAPS = {Stage.KINDERGARTEN: 30, Stage.PRIMARY: 45, Stage.JUNIOR: 50, Stage.SENIOR: 50}
K, P, J, S = Stage
NINE = (P, J)


def split(stages, *, classes=np.nan, capacity=np.nan, enrolment=np.nan, own=None, pupils=None):
    blank = [np.nan] * len(stages)
    return split_stages(
        stages,
        CAPS,
        classes=classes,
        capacity=capacity,
        enrolment=enrolment,
        stage_classes=np.array(own or blank),
        stage_enrolment=np.array(pupils or blank),
    )


@pytest.mark.parametrize(
    ("stages", "classes", "parts"),
    [
        (NINE, 27, [18, 9]),
        (NINE, 20, [13, 7]),
        ((J, S), 24, [12, 12]),
        ((P, J, S), 48, [24, 12, 12]),
        ((K, P, J, S), 45, [9, 18, 9, 9]),
        ((P,), 20, [20]),
    ],
)
def test_classes_follow_the_years_in_the_stage_in_whole_classes(stages, classes, parts):
    found = split(stages, classes=classes)
    assert found.classes.tolist() == parts
    assert found.by_years is (len(stages) > 1)


def test_classes_of_the_stages_are_taken_as_given():
    found = split(NINE, classes=30, own=[24.0, 6.0])
    assert found.classes.tolist() == [24, 6]
    assert not found.by_years


def test_the_stage_without_classes_of_its_own_gets_what_is_left():
    found = split(NINE, classes=30, own=[24.0, np.nan])
    assert found.classes.tolist() == [24, 6]
    assert not found.by_years


def test_stages_that_exceed_the_total_leave_nothing_and_not_less():
    assert split(NINE, classes=20, own=[24.0, np.nan]).classes.tolist() == [24, 0]


def test_pupils_by_stage_split_the_classes_by_classes_at_the_cap():
    # 900 / 45 = 20 and 500 / 50 = 10: two thirds and one third of 24
    found = split(NINE, classes=24, pupils=[900.0, 500.0])
    assert found.classes.tolist() == [16, 8]
    assert not found.by_years


def test_a_total_of_pupils_follows_the_classes_so_that_every_class_is_as_large():
    found = split(NINE, classes=20, enrolment=1000)
    assert found.enrolment.tolist() == [650, 350]
    assert (found.enrolment / found.classes).tolist() == [50, 50]


def test_capacity_without_classes_follows_the_years():
    found = split(NINE, capacity=1000)
    assert found.capacity.tolist() == [667, 333]
    assert found.by_years


def test_capacity_follows_pupils_by_stage_where_they_are_given():
    found = split(NINE, capacity=1000, pupils=[600.0, 200.0])
    assert found.capacity.tolist() == [750, 250]
    assert not found.by_years


def test_known_classes_take_their_seats_out_of_the_capacity_first():
    # 20 primary classes are 900 of 1,350 seats; 450 are left for junior
    found = split(NINE, capacity=1350, own=[20.0, np.nan])
    assert found.capacity.tolist() == [900, 450]
    assert np.isnan(found.classes[1])


def test_nothing_known_stays_unknown():
    found = split(NINE)
    assert np.isnan([found.classes, found.capacity, found.enrolment]).all()
    assert not found.by_years


def test_known_classes_without_a_capacity_make_no_capacity():
    assert np.isnan(split(NINE, own=[20.0, np.nan]).capacity).all()


def test_a_stage_that_has_no_pupils_yet_still_splits_by_years():
    assert split(NINE, classes=9, pupils=[0.0, 0.0]).classes.tolist() == [6, 3]


def test_a_total_with_a_fraction_is_shared_without_loss():
    assert share_out(10.5, np.array([6.0, 3.0])).tolist() == pytest.approx([7, 3.5])


def test_a_stage_without_a_cap_is_refused():
    with pytest.raises(ValueError, match="none for primary"):
        split_stages(
            (P,), {J: 50}, classes=1, capacity=1, enrolment=1, stage_classes=np.ones(1), stage_enrolment=np.ones(1)
        )
