"""Every finding that geoplan can make has a Chinese title, and every title belongs to a finding."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

import geoplan
from geoplan.coverage.checks import BARRIER_ZH
from geoplan.demand.seats.offer_findings import _APART
from geoplan.demand.seats.project_offers import _REASONS
from geoplan.publish.finding_words import grouped, title_zh, titles
from geoplan.types import Finding, Severity

ROOT = Path(geoplan.__file__).parent
APART = ("publish/",)
"""What the lint, remarks and comparisons report of files is read by the office, and reaches no plan."""

_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def _place(function):
    names = [each.arg for each in function.args.posonlyargs + function.args.args]
    names = names[1:] if names[:1] in (["self"], ["cls"]) else names
    return names.index("code") if "code" in names else None


@cache
def _calls():
    """Each call that takes a finding's code: file, line, and the code as an expression."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(ROOT.rglob("*.py"))}
    makers = {
        (path, node.name): _place(node)
        for path, tree in trees.items() for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and _place(node) is not None
    }  # fmt: skip
    found = []
    for path, tree in trees.items():
        known = {"Finding": 1}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                source = ROOT.parent / f"{node.module.replace('.', '/')}.py"
                known |= {each.asname or each.name: makers[source, each.name] for each in node.names
                          if (source, each.name) in makers}  # fmt: skip
        known |= {name: at for (where, name), at in makers.items() if where == path}
        for node in ast.walk(tree):
            name = getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
            if name in known:
                given = [word.value for word in node.keywords if word.arg == "code"] + node.args[known[name] :][:1]
                found += [(path.relative_to(ROOT).as_posix(), node.lineno, each) for each in given[:1]]
    return found


@cache
def _codes():
    """Codes written out in the source, each with where it stands, without those of `APART`."""
    found = {}
    for file, line, given in _calls():
        branches = [given.body, given.orelse] if isinstance(given, ast.IfExp) else [given]
        for each in branches:
            if isinstance(each, ast.Constant) and isinstance(each.value, str) and _CODE.fullmatch(each.value):
                found.setdefault(each.value, f"{file}:{line}")
    # codes that a loop or a table hands on
    made = {f"crosses-{kind}" for kind in BARRIER_ZH} | {f"projects-{reason}" for reason in _REASONS}
    made |= {row[0] for row in _APART.values()}
    made |= {"births-years-missing", "births-county-missing", "people-on-islands", "people-without-road"}
    made |= {"estate-pupils-unknown", "estate-delivery-unknown", "estate-without-unit"}
    made |= {f"{layer}-district-unknown" for layer in ("ages", "births", "enrolment", "estates")}
    return {code: where for code, where in found.items() if not where.startswith(APART)} | dict.fromkeys(made, "made")


def test_every_code_in_the_source_has_a_chinese_title():
    assert len(_codes()) > 200
    assert {code: where for code, where in _codes().items() if not titles().of(code)} == {}


def test_every_code_that_is_put_together_is_known_by_its_beginning_or_end():
    patterns = {}
    for file, line, given in _calls():
        if isinstance(given, ast.JoinedStr) and not file.startswith(APART):
            text = "".join(part.value if isinstance(part, ast.Constant) else "x" for part in given.values)
            patterns[text] = f"{file}:{line}"
    assert len(patterns) >= 5
    made = {"crosses-x", "projects-x"}  # their parts are listed one by one
    assert {code: where for code, where in patterns.items() if code not in made and not titles().of(code)} == {}


def test_codes_that_are_handed_on_by_name_come_from_functions_that_this_test_has_looked_at():
    looked_at = {
        "coverage", "demand/children/births.py", "demand/children/cohort_findings.py", "demand/seats/estates.py",
        "demand/forecasting/enrolled_findings.py", "demand/seats/offer_findings.py", "editions.py", "zones/islands.py",
        "inputs/findings.py", "inputs/candidates.py", "inputs/figures.py", "inputs/project_crs.py", "travel/islands.py",
    }  # fmt: skip
    by_name = {file for file, _, given in _calls() if isinstance(given, ast.Name | ast.Attribute)}
    assert {file for file in by_name if not file.startswith(APART)} <= looked_at


def test_no_title_is_left_of_a_code_that_the_source_no_longer_has():
    written = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.rglob("*.py"))
    stale = [code for code in titles().codes if code not in _codes() and f'"{code}"' not in written]
    assert stale == []


def test_titles_are_chinese_sentences_without_figures_of_a_plan():
    every = [*titles().codes.values(), *titles().beginnings.values(), *titles().endings.values()]
    for title in every:
        assert re.search("[\u4e00-\u9fff]", title)
        assert not re.search(r"[0-9<>{}]|。$", title), title
        assert len(title) <= 40


@pytest.mark.parametrize(
    ("code", "title"),
    [
        ("candidates-generated", "没有备选用地图层，候选点由程序生成，未核实用地"),
        ("missing-people", "必需的数值空缺"),
        ("schools-outside-area", "部分要素在各区县以外"),
        ("a-new-code", "其他提示（a-new-code）"),
    ],
)
def test_a_code_is_named_by_itself_by_its_pattern_or_as_it_stands(code, title):
    assert title_zh(code) == title


def test_findings_are_grouped_by_code_and_layer_errors_first_and_notes_left_out():
    warning = Finding(Severity.WARNING, "same-place", "a", layer="schools", count=3)
    found = grouped([
        warning, replace(warning, what="b", count=4), replace(warning, layer="sites"),
        replace(warning, severity=Severity.NOTE), replace(warning, severity=Severity.ERROR, code="bad-year"),
    ])  # fmt: skip
    assert [(group.severity.value, group.code, group.layer, group.rows, len(group.findings)) for group in found] == [
        ("error", "bad-year", "schools", 3, 1),
        ("warning", "same-place", "schools", 7, 2),
        ("warning", "same-place", "sites", 3, 1),
    ]
