"""The clauses that are shipped: complete, as the register has them, and verbatim in the plans."""

import csv
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

from geoplan.rules import Kind, Level, load_profile, profile_names
from geoplan.rules.clause import ACTIONS, BOUNDS, SCOPES

REGISTER = Path(__file__).parents[2] / ".." / "shared" / "domain" / "rules.csv"
CITIES = {"xingtai": "邢台", "anyang": "安阳", "zhengzhou": "郑州", "jiaozuo": "焦作"}
CLAUSES = {clause.id: clause for name in profile_names() for clause in load_profile(name).clauses}
KINDS = {"layers": "rule", "both": "rule", "table": "rule", "track": "track", "show": "baseline", "no": "text"}

# the figure of these rows is not the clause's target, and stands elsewhere
FIGURE_ELSEWHERE = {
    "XT-R-26": "one central school each: the indicator looks for the link",
    "AY-R-14": "one central school each: the indicator looks for the link",
    "AY-R-24": "five included pupils are the condition, in options",
    "ZZ-I-21": "two figures in one cell, in options",
    "ZZ-I-22": "two figures in one cell, in options",
}
# of "1-2" only the lower bound is tested
LOWER_BOUND_ONLY = {"XT-R-10", "AY-R-02", "ZZ-R-05", "ZZ-R-23"}


@pytest.fixture(scope="module")
def register():
    """The rows of the register of all clauses; it stands beside the checkout and is not part of it."""
    if not REGISTER.is_file():
        pytest.skip("../shared/domain/rules.csv is not beside this checkout")
    with REGISTER.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def of_city(name):
    return load_profile(name).clauses


def squeezed(text):
    """As a reader sees it: full-width and half-width alike, no spaces, no line breaks."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def test_there_are_359_clauses_of_which_161_are_computed_109_followed_73_shown_and_16_read():
    kinds = Counter(clause.kind for clause in CLAUSES.values())
    assert kinds == {Kind.RULE: 161, Kind.TRACK: 109, Kind.BASELINE: 73, Kind.TEXT: 16}
    assert len(CLAUSES) == 359


@pytest.mark.parametrize(
    ("name", "rule", "track", "baseline", "text"),
    [
        ("xingtai", 61, 10, 22, 1),
        ("anyang", 29, 76, 16, 6),
        ("zhengzhou", 35, 16, 24, 5),
        ("jiaozuo", 36, 7, 11, 4),
    ],
)
def test_each_city_has_the_clauses_of_its_own_plan(name, rule, track, baseline, text):
    kinds = Counter(clause.kind.value for clause in of_city(name))
    assert kinds == {"rule": rule, "track": track, "baseline": baseline, "text": text}
    assert {clause.profile for clause in of_city(name)} == {name}


def test_ids_are_unique_over_all_cities():
    assert len(CLAUSES) == sum(len(of_city(name)) for name in profile_names())


@pytest.mark.parametrize("clause", CLAUSES.values(), ids=list(CLAUSES))
def test_every_clause_is_complete_and_cites_its_line(clause):
    assert clause.scope in SCOPES
    assert clause.operator in BOUNDS
    assert clause.text.strip() == clause.text != ""
    assert clause.evidence == "plan"
    assert clause.source_title
    assert clause.citation.startswith(f"{clause.source}:")
    assert clause.quantity.isidentifier() or clause.quantity in {
        "layout_plan+standard_class_size",
        "inclusive/public_enrol_share",
    }
    assert bool(clause.notice_zh) == bool(clause.notice_en)
    assert not set("()|;,") & set(clause.unit)
    assert not (clause.year and clause.period)


@pytest.mark.parametrize("clause", CLAUSES.values(), ids=list(CLAUSES))
def test_a_clause_names_an_indicator_where_it_is_computed_and_none_where_it_is_followed_or_read(clause):
    if clause.kind is Kind.RULE:
        assert clause.indicator.isidentifier()
    elif clause.kind in {Kind.TRACK, Kind.TEXT}:
        assert clause.indicator == ""
        assert not clause.by_place


def test_the_shipped_clauses_are_the_rows_of_the_register_in_its_order(register):
    for name, city in CITIES.items():
        rows = [row for row in register if row["city"] == city]
        assert [clause.id for clause in of_city(name)] == [row["id"] for row in rows]
        for clause, row in zip(of_city(name), rows, strict=True):
            assert (clause.text, clause.source, clause.line) == (row["clause_zh"], row["source_file"], row["line"])
            assert (clause.kind.value, clause.level.value) == (KINDS[row["checkable"]], row["stage"])
            assert row["area_type"] in {clause.scope, f"{clause.county_zh}({clause.scope})"}
            assert row["year"] == (str(clause.year) if clause.year else clause.period)


def test_the_figures_of_the_register_are_kept_with_their_operators(register):
    signs = {"target": ">=", "exists": ">=", "checklist": "="}
    for row in register:
        clause = CLAUSES[row["id"]]
        if not row["low"] + row["high"] or row["operator"] == "planned" or row["id"] in FIGURE_ELSEWHERE:
            continue
        sign = signs.get(row["operator"], row["operator"])
        if row["id"] in LOWER_BOUND_ONLY:
            sign = ">="
        bounds = {"<=": [row["high"]], ">=": [row["low"]], ">": [row["low"]]}.get(sign, [row["low"], row["high"]])
        assert clause.operator == sign, clause.id
        found = [bound for bound in (clause.low, clause.high) if bound is not None]
        assert found == [float(bound) for bound in bounds], clause.id


def test_a_clause_that_the_register_gives_no_figure_has_none_but_the_four_that_say_mostly(register):
    mostly = {row["id"] for row in register if row["operator"] == "majority"}
    for row in register:
        clause = CLAUSES[row["id"]]
        if row["id"] in mostly:
            assert (clause.operator, clause.low, clause.high, clause.unit) == (">", 50.0, None, "%")
        elif not row["low"] + row["high"]:
            assert clause.operator in {"", "baseline"}, clause.id
            assert clause.low is None, clause.id
            assert clause.high is None, clause.id
    assert len(mostly) == 4


def test_every_clause_stands_verbatim_at_its_lines_in_its_plan(plans):
    """Full-width or half-width, spaces and line breaks aside. Of a range of lines, such as the label and the cell of a
    table, the first fragment stands in the first line and the last one in the last. All 359 hold; none is excepted."""
    files = {path.name: path.read_text(encoding="utf-8").splitlines() for path in plans.glob("*.txt")}
    for clause in CLAUSES.values():
        first, _, last = clause.line.partition("-")
        lines = [squeezed(line) for line in files[clause.source][int(first) - 1 : int(last or first)]]
        parts = [squeezed(part) for part in clause.text.split("…")]
        for part in parts:
            assert part in "".join(lines), f"{clause.id} {part}"
        if last:
            # a label may run over two lines of the scraped table
            assert parts[0] in "".join(lines[:2]), clause.id
            assert parts[-1] in lines[-1], clause.id


PROJECTS = [clause for clause in CLAUSES.values() if clause.county_zh]


def test_anyang_names_65_projects_in_ten_lists_as_its_lines_360_to_378_have_them():
    by_line = Counter(int(clause.line) for clause in PROJECTS)
    assert [by_line[line] for line in range(360, 379, 2)] == [5, 7, 10, 6, 8, 8, 5, 5, 6, 5]
    assert len(PROJECTS) == sum(by_line.values()) == 65
    assert [clause.id for clause in PROJECTS] == [f"AY-P-{number:02}" for number in range(1, 66)]
    assert {clause.year for clause in PROJECTS} == {2025}


def test_the_projects_of_anyang_are_of_these_stages_and_eleven_do_not_tell():
    levels = Counter(clause.level for clause in PROJECTS)
    unknown = levels.pop(Level.SECONDARY_UNKNOWN) + levels.pop(Level.NINE_YEAR_UNKNOWN)
    assert unknown == 11
    assert levels == {
        Level.PRIMARY: 25,
        Level.JUNIOR: 11,
        Level.SENIOR: 9,
        Level.KINDERGARTEN: 7,
        Level.SPECIAL: 1,
        Level.NINE_YEAR: 1,
    }


def test_each_list_of_projects_is_one_county_and_every_project_has_something_done():
    assert len({(clause.line, clause.county_zh) for clause in PROJECTS}) == 10
    assert {clause.county_zh for clause in PROJECTS} >= {"市本级", "文峰区", "林州市", "滑县", "内黄县"}
    assert {clause.action for clause in PROJECTS} <= set(ACTIONS)
    assert all(clause.action for clause in PROJECTS)


def test_the_names_of_all_projects_are_the_whole_text_of_their_lists(plans):
    lines = (plans / "001_61ca6bd26030f4aa.txt").read_text(encoding="utf-8").splitlines()
    for line in range(360, 379, 2):
        names = [clause for clause in PROJECTS if clause.line == str(line)]
        text = squeezed(lines[line - 1]).removeprefix("基础教育提质扩容工程")
        expected = squeezed(names[0].county_zh + ":" + "、".join(clause.text for clause in names))
        assert text.rstrip(";。").replace(",", "、") == expected.replace(",", "、")
