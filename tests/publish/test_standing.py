"""What a plan may call its standard: checked rules of its own; the rest is a guide or a proposal to be checked."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest

from geoplan.publish.lint_basis import lint_basis
from geoplan.publish.standing import STANDINGS, standing, standing_words
from geoplan.rules import load_profile
from geoplan.types import Stage

spec = importlib.util.spec_from_file_location("standing_tiny", Path(__file__).parent / "tiny.py")
tiny = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tiny)


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    return tiny.plan(tmp_path_factory.mktemp("standing"))


@pytest.fixture(scope="module")
def rule(plan):
    """A rule of the plan's own profile, joined from a clause of the plan of 邢台."""
    return next(rule for rule in plan.rules_in_force() if rule.id == "CB-R-01")


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"merges": ()}, "binding"),
        ({"merges": (), "evidence": "standard"}, "binding"),
        ({}, "guide"),
        ({"merges": (), "profile": "zhengzhou"}, "guide"),
        ({"merges": (), "profile": "national", "evidence": "standard"}, "binding"),
        ({"merges": (), "evidence": "unverified"}, "pending"),
        ({"evidence": "secondary"}, "pending"),
        ({"evidence": "user"}, "own"),
    ],
)
def test_a_rule_stands_as_far_as_its_evidence_and_its_place_allow(plan, rule, change, kind):
    assert standing(plan, replace(rule, **change)) == kind
    assert standing_words(plan, replace(rule, **change))[0].startswith(STANDINGS[kind][0])


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({}, "guide"),
        ({"name": "柳城县布局规划", "author": "柳城县教育局"}, "guide"),
        ({"name": "邢台市布局规划"}, "binding"),
        ({"author": "xingtai education office"}, "binding"),
        ({"place": "河北省邢台市任泽区"}, "binding"),
        # what the project says of its place goes before what its title may quote
        ({"name": "参照邢台经验的布局规划", "place": "广西柳州市柳城县"}, "guide"),
    ],
)
def test_the_plan_of_a_city_is_in_force_only_where_the_project_says_that_it_lies_there(plan, rule, said, kind):
    book = replace(plan.book, profile=load_profile("xingtai"))
    there = replace(plan, book=book, config=replace(plan.config, **said))
    own = replace(rule, merges=(), profile="xingtai")
    assert standing(there, own) == kind
    assert standing(there, replace(own, evidence="standard")) == "binding"
    told = {finding.code: finding for finding in lint_basis(_by_rule(there, own), [])}
    assert ("profile-of-elsewhere" in told) is (kind == "guide")
    if kind == "guide":
        assert told["profile-of-elsewhere"].rows == ("CB-R-01",)
        assert 'place = "邢台市' in told["profile-of-elsewhere"].fix


def _by_rule(plan, rule):
    """The plan with one rule of its own in force and none of another's."""
    view = plan.stages[0].views[0]
    one = replace(view, verdicts=tuple(replace(verdict, rule=rule) for verdict in view.verdicts))
    return replace(plan, stages=(replace(plan.stages[0], views=(one,)),))


def test_a_profile_that_names_no_place_is_in_force_for_whoever_names_it():
    assert load_profile("national").holds_in("广西柳州市")
    assert load_profile("jiaozuo").holds_in("", "Jiaozuo schools")
    assert not load_profile("jiaozuo").holds_in("", "安阳市")


def test_a_guide_says_whose_text_it_is(plan, rule):
    zh, en = standing_words(plan, rule)
    assert zh == "参照《邢台市“十四五”教育规划》（条文经合并）"
    assert en.startswith("by analogy: 邢台市")


def test_the_text_calls_nothing_a_standard_that_was_not_checked(plan, tmp_path):
    docx = pytest.importorskip("docx", reason="docxtpl is not installed: pip install 'geoplan[word]'")
    from geoplan.publish.edition import Edition
    from geoplan.publish.figures import figures_of
    from geoplan.publish.mapfile import read_map
    from geoplan.publish.office import write_text

    edition = Edition(plan, read_map("consultation"))
    write_text(edition, figures_of(edition), tmp_path / "text.docx")
    document = docx.Document(tmp_path / "text.docx")
    lines = [paragraph.text for paragraph in document.paragraphs]
    assert not any("执行下列标准" in line for line in lines)
    at = lines.index("本规划的编制依据：")
    guide = next(row for row, line in enumerate(lines) if line.startswith("下列文件为他处规划"))
    pending = next(row for row, line in enumerate(lines) if line.startswith("下列标准尚未与原文核对，本规划拟采用"))
    assert not any("邢台" in line or "GB 50180" in line for line in lines[at:guide])
    assert "参照《邢台市“十四五”教育规划》" in lines[guide + 1]
    assert any("拟采用《城市居住区规划设计标准》GB 50180-2018（NAT-R-02），待核实" in line for line in lines[pending:])
    (rows,) = [table.rows for table in document.tables if table.rows[0].cells[-1].text == "性质"]
    kinds = {row.cells[0].text: row.cells[-1].text for row in rows[1:]}
    assert kinds["NAT-R-02"] == "拟采用，待核实"
    assert kinds["CB-R-01"] == "参照《邢台市“十四五”教育规划》（条文经合并）"


def test_the_check_of_a_project_says_whose_plan_its_profile_is_and_where_there_is_none(tmp_path):
    text = (tiny.write(tmp_path) / "project.toml").read_text(encoding="utf-8")

    def told(profile, place=""):
        wanted = text.replace('profile = "combined"', f'profile = "{profile}"\nplace = "{place}"')
        (tmp_path / "project.toml").write_text(wanted, encoding="utf-8")
        found = {finding.code: finding for finding in tiny.Project.open(tmp_path).check()}
        return {code: found[code] for code in ("profile-of-elsewhere", "no-profile") if code in found}

    elsewhere = told("xingtai")
    assert list(elsewhere) == ["profile-of-elsewhere"]
    # of the stages of the project only
    named = elsewhere["profile-of-elsewhere"].rows
    stages = {rule.stage for rule in load_profile("xingtai").rules if rule.id in named}
    assert stages == {Stage.KINDERGARTEN, Stage.PRIMARY}
    assert told("xingtai", "河北省邢台市任泽区") == {}
    assert "combined" in told("nowhere")["no-profile"].what
