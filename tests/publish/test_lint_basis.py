"""On whose clauses a publication rests: merged, borrowed and unchecked rules are told, and a plan's own are not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geoplan.publish.lint_basis import lint_basis
from geoplan.publish.publish import publish
from geoplan.types import Severity


@pytest.fixture(scope="module")
def plan(tiny, tmp_path_factory):
    return tiny.plan(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def page(plan, tmp_path_factory):
    return publish(plan, "consultation", tmp_path_factory.mktemp("out"), progress=lambda _: None)


def by_code(plan, files=()):
    return {finding.code: finding for finding in lint_basis(plan, files)}


def with_rules(plan, change):
    """The plan with every verdict's rule changed."""

    def view(each):
        return replace(each, verdicts=tuple(replace(v, rule=change(v.rule)) for v in each.verdicts))

    stages = tuple(replace(stage, views=tuple(view(each) for each in stage.views)) for stage in plan.stages)
    return replace(plan, stages=stages)


def test_a_merged_profile_is_told_with_its_rules_its_source_and_what_to_do(plan, page):
    finding = by_code(plan, [page])["profile-composed"]
    assert finding.severity is Severity.WARNING
    assert {"CB-R-01", "CB-R-02"} <= set(finding.rows)
    assert "邢台市“十四五”教育规划" in finding.what
    assert "profile = " in finding.fix
    assert "not said in" not in finding.what


def test_a_text_that_does_not_name_the_merged_profile_is_told(plan, page, tmp_path):
    silent = tmp_path / "page.html"
    text = page.read_text(encoding="utf-8").replace(plan.book.profile.title_zh, "")
    for rule in plan.rules_in_force():
        text = text.replace(rule.source_title or rule.source, "")
    silent.write_text(text, encoding="utf-8")
    assert "not said in page.html" in by_code(plan, [silent, page])["profile-composed"].what


def test_a_radius_that_nobody_has_checked_is_told_with_stage_and_metres(plan):
    finding = by_code(plan)["rule-unverified"]
    assert "城镇小学 500 米" in finding.what
    assert finding.severity is Severity.WARNING


def test_a_radius_of_another_profile_is_told_and_that_of_the_nation_is_not(plan):
    assert "profile-borrowed" not in by_code(plan)
    lender = replace(plan.book.lenders[0], id="elsewhere", title_zh="别处的规划")
    lent = with_rules(plan, lambda rule: replace(rule, profile="elsewhere") if rule.profile == "national" else rule)
    book = replace(plan.book, lenders=(lender,))
    finding = by_code(replace(lent, book=book))["profile-borrowed"]
    assert "别处的规划" in finding.what
    assert "elsewhere" in finding.fix


def test_a_plan_by_its_own_checked_clauses_has_nothing_to_tell(plan):
    own = with_rules(plan, lambda rule: replace(rule, merges=(), profile="combined", evidence="plan"))
    assert by_code(own) == {}
