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
from geoplan.publish.finding_words import details, finding_rows, grouped, title_zh, titles
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


@pytest.mark.parametrize(
    ("code", "english", "chinese"),
    [
        (
            "edge-effect",
            "小学 primary, walk: 9,080 of the 43,140 people outside the radius live nearer to the boundary.",
            (
                "小学（步行）：标准距离以外的 43,140 人中，9,080 人住得靠近资料边界，"
                "边界外的学校也许能服务他们，资料里没有。"
            ),
        ),
        (
            "crosses-river",
            "跨越河流 (小学 primary, straight): 1,750 people counted as covered in a straight line have a barrier.",
            "小学（直线）：算作已覆盖的人中，1,750 人上学路上要跨越河流，直线距离不是孩子实际走的路。",
        ),
        (
            "plot-allotted",
            (
                "A plot bears one school. primary wanted plots that go elsewhere: C1 to kindergarten, C2. "
                "Within the radius are 3,440 people fewer than with its pick of all plots."
            ),
            (
                "一块地只能建一所学校。小学也想要而安排给其他学段的地块：西环预留地（C1）归幼儿园、C2。"
                "为此标准距离内少 3,440 人。"
            ),
        ),
        (
            "plot-allotted",
            "A plot bears one school. junior wanted plots that go elsewhere: C1 to primary. No plan is left for it.",
            "一块地只能建一所学校。初中也想要而安排给其他学段的地块：西环预留地（C1）归小学。",
        ),
        (
            "schools-closing",
            "2 schools close, or end a stage: S5, S9.",
            "规划期内 2 所学校撤并或停办部分学段：郭家村小学（S5）、S9。",
        ),
        (
            "unit-in-header",
            "site_area_m2: figures under '占地面积（亩）' are taken × 666.667.",
            "“占地面积（亩）”一列按 666.667 倍换算。",
        ),
        (
            "unknown-value",
            "ownership (举办者类型): 1 cells hold words geoplan does not know: '民办普惠'.",
            "“举办者类型”一列有 1 格的用词无法识别：'民办普惠'。",
        ),
        ("edge-effect", "Something else altogether.", ""),
        ("another-code", "1 schools close, or end a stage: S5.", ""),
    ],
)
def test_what_a_finding_says_is_said_in_chinese_with_its_figures_and_names(code, english, chinese):
    assert details().of(code, english, {"C1": "西环预留地", "S5": "郭家村小学"}) == chinese


def test_every_chinese_sentence_belongs_to_a_finding_and_still_fits_what_the_code_says():
    """The fixed words that a pattern looks for stand in the program, so that no pattern outlives its sentence."""
    program = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.rglob("*.py"))
    source = re.sub(r'"\s*f?"', "", program)
    for code, english, zh in details().patterns:
        assert any(each == code or (code.endswith("-") and each.startswith(code)) for each in titles().codes), code
        fixed = re.sub(r"\(\?(?:P<\w+>|:)[^()]*(?:\([^()]*\)[^()]*)*\)\??|\\.|\.\*", "\n", english.pattern)
        words = max((each.strip(" ^$.,:;%'") for each in fixed.splitlines()), key=len)
        assert len(words) > 7, english.pattern
        assert words in source, words
        assert set(re.findall(r"{(\w+)}", zh)) <= set(english.groupindex), code


def test_a_page_tells_findings_in_groups_in_chinese_and_keeps_the_programs_words():
    findings = [
        Finding(Severity.NOTE, "roads-cut", "3 roads are cut where they meet a barrier.", layer="roads"),
        Finding(Severity.WARNING, "no-schools", "No schools.", layer="schools"),
        Finding(Severity.NOTE, "roads-cut", "4 roads are cut where they meet a barrier.", layer="roads"),
    ]
    found = finding_rows(findings, {"roads": "道路"}, {}, lambda text: text.replace("3", "<10"))
    assert [(row["severity"], row["zh"], row["layer"], row["details"]) for row in found] == [
        ("warning", "该学段没有学校", "", []),
        ("note", title_zh("roads-cut"), "道路", [
            "<10 条道路在没有桥梁、通道的地方被阻隔截断。", "4 条道路在没有桥梁、通道的地方被阻隔截断。",
        ]),
    ]  # fmt: skip
    assert found[1]["texts"][0].endswith("<10 roads are cut where they meet a barrier.")
