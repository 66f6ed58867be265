"""What is missing, in words that a header of the user may have."""

import re

import pytest

from geoplan.inputs.schema import read_schema
from geoplan.ledger.needs import column_zh, needs_words
from geoplan.ledger.reading import Need
from geoplan.rules import load_profile

CITIES = ("xingtai", "anyang", "zhengzhou", "jiaozuo")


def asked_figures():
    """The official figures that clauses of the four cities ask for by name."""
    found = set()
    for city in CITIES:
        for clause in load_profile(city).clauses:
            name = clause.options.get("name")
            if name and clause.indicator in {"statistic", "county_count"}:
                found.add(name)
            if name and clause.indicator == "county_share":
                found |= {name, f"{name}_share"}
    return sorted(found)


def test_counties_with_a_title_are_asked_for_by_their_chinese_name():
    zh, en = needs_words([Need("statistics", ("indicator=accredited_county_share", "year", "value"))])
    assert zh == "缺数据：需要 统计指标表（statistics）：指标名称为“普及普惠县占比”、年份、数值"
    assert en.startswith("no data: needs statistics: indicator=accredited_county_share, year, value (")


@pytest.mark.parametrize("name", asked_figures())
def test_every_official_figure_that_a_clause_asks_for_has_a_chinese_name(name):
    assert re.fullmatch("指标名称为“[\u4e00-\u9fff]+”", column_zh(read_schema(None, "statistics"), f"indicator={name}"))
