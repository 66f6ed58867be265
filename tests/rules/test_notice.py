from datetime import date
from pathlib import Path

import pytest

from geoplan.errors import ConfigError
from geoplan.rules import open_rule_book, profile_names
from geoplan.rules.notice import CLOSURE, PLAN
from geoplan.rules.profile import parse_profile

A_PERIOD = {"matter": "plan", "days": 30, "clause": "不少于三十日", "source": "x", "evidence": "unverified"}


def parsed(*periods):
    return parse_profile({"profile": {"id": "mine"}, "notice_periods": list(periods)}, Path("mine.toml")).notice_periods


@pytest.mark.parametrize("name", profile_names())
def test_every_bundled_profile_knows_the_notice_of_a_plan_with_its_clause(name):
    period = open_rule_book(name).notice_period(PLAN)
    assert period.earliest_end(date(2026, 12, 1)) == date(2026, 12, 31)
    assert period.clause
    assert period.citation
    assert period.evidence == "unverified", "the law's text is not at hand"


def test_the_province_asks_a_month_for_closings_and_the_other_one_nothing():
    assert open_rule_book("xingtai").notice_period(CLOSURE).length == ("1 个月", "1 month")
    assert open_rule_book("anyang").notice_period(CLOSURE) is None
    assert open_rule_book("anyang", radius_profiles=["hebei"]).notice_period(CLOSURE).profile == "hebei"


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 12, 10), 1, date(2027, 1, 10)),
        (date(2027, 1, 31), 1, date(2027, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 11, 30), 14, date(2028, 1, 30)),
    ],
)
def test_months_end_on_the_same_day_or_the_last_of_a_short_month(start, months, end):
    period = {key: value for key, value in A_PERIOD.items() if key != "days"}
    assert parsed(period | {"months": months})[0].earliest_end(start) == end


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"days": 0}, "a whole number from 1, found 0"),
        ({"months": 1}, "expected days or months, found days and months"),
        ({"matter": "plam"}, "Did you mean 'plan'"),
        ({"evidence": "plan"}, "line: missing"),
        ({"day": 30}, "day: unknown key"),
    ],
)
def test_a_faulty_period_is_told_with_its_entry(change, words):
    with pytest.raises(ConfigError, match="notice_periods") as caught:
        parsed(A_PERIOD | change)
    assert words in str(caught.value)


def test_two_periods_of_one_matter_are_refused():
    with pytest.raises(ConfigError, match="two notice periods of plan"):
        parsed(A_PERIOD, A_PERIOD)
