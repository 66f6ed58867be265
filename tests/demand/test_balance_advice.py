import pytest

from geoplan.demand.seats.advice import advise, advise_whole, classes_for
from geoplan.demand.seats.balance import BalanceRow
from geoplan.demand.seats.proposed import Proposed
from geoplan.demand.seats.rounding import whole
from geoplan.types import Stage


def row(**figures):
    values = dict.fromkeys(
        "pupils seats_listed seats_lost seats seats_boarding seats_private seats_planned gap surplus borrowed".split(),
        0.0,
    )
    return BalanceRow(
        **(
            values
            | {"place": "a", "name": "甲", "stage": Stage.PRIMARY, "year": 2026, "closes": None, "schools": 1}
            | figures
        )
    )


@pytest.mark.parametrize(
    ("pupils", "cap", "classes"), [(1000, 45, 23), (900, 45, 20), (901, 45, 21), (0, 45, 0), (90.3, 45, 2)]
)
def test_classes_are_whole_pupils_by_the_cap_rounded_up(pupils, cap, classes):
    assert classes_for(pupils, cap) == classes


@pytest.mark.parametrize(("value", "printed"), [(0.5, 1), (1.5, 2), (2.5, 3), (2.4, 2), (0.0, 0)])
def test_halves_go_up(value, printed):
    assert whole(value) == printed


def test_neither_gap_nor_surplus_needs_no_advice():
    assert advise(row(), 45) == ("", "")
    assert advise(row(gap=0.4), 45) == ("", "")


def test_a_gap_is_first_borrowed_then_expanded_then_built():
    zh, en = advise(row(gap=200, borrowed=60), 45, borrowed=(("乙", 40), ("丙", 20)))
    assert zh == "缺200个；先借用邻近空余学位60个（乙 40、丙 20）；其余140个：扩建4班（每班45人）；扩建不足再新建。"
    assert en == (
        "200 seats short; first borrow 60 seats (乙 40, 丙 20); for 140: expand by 4 classes of 45; "
        "build only what expansion cannot hold."
    )


def test_a_gap_that_borrowing_closes_needs_no_building():
    zh, en = advise(row(gap=60, borrowed=60), 45, borrowed=(("乙", 60),))
    assert zh.endswith("借用后无需扩建或新建。")
    assert en.endswith("nothing then needs to be expanded or built.")


def test_a_gap_that_closes_by_itself_says_when_and_advises_against_building():
    zh, en = advise(row(gap=100, seats_lost=100, closes=2029), 45)
    assert zh == (
        "缺100个；大班额降至标准减少100个；缺口2029年消失，先借用或扩建，再考虑新建；其余100个：扩建3班（每班45人）；"
        "不宜为临时缺口新建。"
    )
    assert "closes in 2029: borrow or expand before build" in en


def test_where_no_school_stands_there_is_nothing_to_expand():
    zh, en = advise(row(gap=100, schools=0), 45)
    assert zh.endswith("本单元无公办学校可扩，新建3班（每班45人）。")
    assert en.endswith("no public school here; build 3 classes of 45.")


def test_where_no_school_stands_a_passing_gap_is_bridged_and_not_built_for():
    zh, en = advise(row(gap=30, schools=0, closes=2028), 45)
    assert "2028年前以校车或过渡班解决：1班（每班45人）" in zh
    assert en.endswith("buses or temporary classes until 2028 (1 class of 45).")


def test_a_surplus_is_lent_and_not_added_to():
    zh, en = advise(row(surplus=300), 45, lent=(("甲", 10), ("乙", 40), ("丙", 20), ("丁", 5)))
    assert zh == "空余学位300个；可借给邻近单元75个（乙 40、丙 20、甲 10等）；不再新增学位；可用于小班化或转作他用。"
    assert "75 can be lent (乙 40, 丙 20, 甲 10, …)" in en


def test_a_surplus_before_a_gap_is_kept():
    zh, en = advise(row(surplus=300), 45, short_from=2030)
    assert zh.endswith("2030年起又短缺，保留不撤。")
    assert en.endswith("short from 2030 on: keep the seats.")


def test_the_whole_counts_its_units():
    units = [row(gap=100, borrowed=40), row(gap=20), row(surplus=70), row()]
    zh, en = advise_whole(row(gap=120, surplus=70, borrowed=40, closes=2030), units)
    assert zh == "2个单元共缺120个；1个单元空余70个；可跨单元借用40个；全部缺口2030年消失。"
    assert en == (
        "2 units short of 120 seats; 1 unit with 70 seats to spare; 40 can be borrowed from neighbours in reach; "
        "all gaps close in 2030."
    )
    assert advise_whole(row(), [row()]) == ("", "")


def test_a_gap_says_what_the_proposed_sites_bring_and_what_is_short_after_them():
    zh, en = advise(row(gap=200, borrowed=60), 45, borrowed=(("乙", 60),), proposed=Proposed(2, 90.0))
    assert zh == (
        "缺200个；先借用邻近空余学位60个（乙 60）；本方案在此选址2处，建成后增加学位90个，仍缺50个；"
        "其余50个：扩建2班（每班45人）；扩建不足再增加选址。"
    )
    assert "here the plan's 2 sites add 90 seats, and 50 are still short; for 50: expand by 2 classes of 45" in en


def test_sites_that_close_the_gap_leave_nothing_to_be_expanded():
    zh, en = advise(row(gap=80), 45, proposed=Proposed(1, 270.0))
    assert zh == "缺80个；本方案在此选址1处，建成后增加学位270个，不再缺学位。"
    assert en == "80 seats short; here the plan's site adds 270 seats, and nothing is short then."


def test_sites_that_open_later_do_not_help_before():
    zh, _ = advise(row(gap=80), 45, proposed=Proposed(1, 0.0, later=270.0))
    assert "本方案在此选址1处、学位270个，2026年后建成；建成前的80个以增班或借用过渡：2班" in zh


def test_a_unit_with_empty_seats_and_a_site_says_that_the_site_is_for_nearness():
    zh, _ = advise(row(surplus=300), 45, proposed=Proposed(1, 270.0))
    assert zh == "空余学位300个；本方案在此选址1处不为补学位，是为就近入学，规模从严核定。"


def test_empty_seats_of_one_unit_do_not_fill_what_another_is_short_of():
    units = [row(gap=100), row(place="b", gap=0.0, surplus=50)]
    zh, _ = advise_whole(row(place="", gap=100, surplus=50), units, [Proposed(1, 60.0), Proposed(1, 500.0)])
    assert "本方案选址2处，建成后增加学位560个，仍缺40个" in zh
