import numpy as np
import pytest

from geoplan.demand import Assumptions, Figure, Migration, Scenario
from geoplan.demand.forecasting.assumed import assumed
from geoplan.demand.forecasting.assumptions import leaning
from geoplan.errors import InputError
from geoplan.types import Stage


def test_a_figure_without_a_source_says_that_it_is_assumed():
    assert Figure(3.0).origin == ("（假定，无来源）", " (assumed, without source)")
    assert Figure(3.0, 2022, "统计公报").origin == ("（2022，统计公报）", " (2022, 统计公报)")


@pytest.mark.parametrize("figure", [Figure(7.0), Figure(7.0, 2022), Figure(7.0, None, "公报"), Figure(7.0, 2022, "  ")])
def test_a_figure_that_needs_year_and_source_is_refused_without(figure):
    with pytest.raises(InputError, match="needs a year and a source"):
        figure.sourced("A birth rate")


def test_enrolment_between_two_targets_is_on_the_straight_line_and_level_outside():
    given = Assumptions(enrolment={Stage.KINDERGARTEN: {2020: 0.9, 2025: 0.95}})
    years = np.array([2018, 2020, 2022, 2025, 2030])
    assert given.rates(Stage.KINDERGARTEN, years) == pytest.approx([0.9, 0.9, 0.92, 0.95, 0.95])
    assert given.rates(Stage.PRIMARY, years).tolist() == [1] * 5


def test_more_than_all_may_be_enrolled_but_a_percent_is_not_a_share():
    assert Assumptions(enrolment={Stage.JUNIOR: {2020: 1.1201}}).rates(Stage.JUNIOR, np.array([2020]))[0] == 1.1201
    with pytest.raises(InputError, match=r"such as 0\.93"):
        Assumptions(enrolment={Stage.JUNIOR: {2020: 93.0}})


@pytest.mark.parametrize(
    "wrong",
    [
        {"birth_factor": {Scenario.LOW: 1.2, Scenario.MIDDLE: 1.0, Scenario.HIGH: 1.1}},
        {"migration_factor": {Scenario.LOW: -1.0, Scenario.MIDDLE: 1.0, Scenario.HIGH: 1.1}},
        {"survival": ()},
        {"survival": (Figure(1.01),)},
        {"late_share": 1.5},
        {"births_change": Figure(-1.5)},
    ],
)
def test_assumptions_that_cannot_be_are_refused(wrong):
    with pytest.raises(InputError):
        Assumptions(**wrong)


@pytest.mark.parametrize(("ages", "rate"), [((3, 2), 0), ((0, 18), 0), ((0, 3), -1001)])
def test_migration_that_cannot_be_is_refused(ages, rate):
    with pytest.raises(InputError):
        Migration(ages, Figure(rate))


def test_figures_are_numbers():
    with pytest.raises(InputError, match="nan"):
        Figure(float("nan"))


def test_a_higher_factor_brings_more_and_loses_fewer():
    rate = np.array([10.0, -10.0, 0.0])
    assert leaning(rate, 1.2) == pytest.approx([12, -8, 0])
    assert leaning(rate, 0.8) == pytest.approx([8, -12, 0])


def test_migration_of_a_named_county_stands_above_that_of_all():
    given = Assumptions(migration=(Migration((0, 1), Figure(50.0), ("b",)), Migration((0, 17), Figure(-20.0))))
    growth = given.growth(("a", "b"), Scenario.MIDDLE)
    assert growth[:, :3].tolist() == [[0.98, 0.98, 0.98], [1.05, 1.05, 0.98]]


def test_survival_runs_on_with_its_last_figure():
    assert Assumptions(survival=(Figure(0.99), Figure(1.0))).survival_by_age()[:3].tolist() == [0.99, 1, 1]
    assert Assumptions().survival_by_age().tolist() == [1] * 18


def test_every_assumption_is_said_in_both_languages_with_its_source():
    given = Assumptions(
        births_change=Figure(-0.03, 2024, "安阳公报"),
        births_level_from=2028,
        migration=(Migration((0, 5), Figure(4.0), ("a",)),),
        survival=(Figure(0.995, 2022, "国家统计局"), Figure(0.999)),
        enrolment={Stage.KINDERGARTEN: {2025: 0.93}},
        enrolment_source="XT:41",
        late_share=1 / 3,
    )
    zh, en = (" ".join(each) for each in zip(*assumed(given, Scenario.HIGH), strict=True))
    for words in (
        "-3.0%",
        "2028",
        "（2024，安阳公报）",
        "1.15",
        "33.3%",
        "+4‰/年（a）（假定，无来源）",
        "0: 0.995（2022",
    ):
        assert words in zh
    for words in ("-3.0 %", "level from 2028", "(2024, 安阳公报)", "times 1.15", "per 1,000 a year in a (assumed"):
        assert words in en
    assert "幼儿园入学率：2025 年 93%" in zh
    assert "（XT:41）" in zh
    assert "primary, junior, senior: all children" in en


def test_without_migration_and_deaths_it_says_so():
    zh = " ".join(line[0] for line in assumed(Assumptions(), Scenario.MIDDLE))
    assert "不计迁移（假定）" in zh
    assert "不计死亡（假定）" in zh
    assert "8月31日" in zh
