"""A city's own plan is one TOML file in its project: the ledger judges its clauses and cites them."""

import json

import pytest

from geoplan.cli import main
from geoplan.ledger import Deadline
from geoplan.project import Project
from geoplan.rules import State, open_rule_book
from geoplan.types import Stage

MYCITY = """
[profile]
id = "mycity"
title_zh = "我市布局规划"
title_en = "My city"

[profile.sources]
"plan.txt" = "我市教育设施布局规划"

[[caps]]
stage = "primary"
pupils = 40
clause = "小学每班不超过40人"
source = "plan.txt"
line = 5
evidence = "plan"

[[clauses]]
id = "MY-1"
kind = "rule"
level = "kindergarten"
scope = "all"
quantity = "public_enrol_share"
operator = ">="
low = 55
unit = "%"
year = 2025
clause = "公办园在园幼儿占比达到55%"
source = "plan.txt"
line = 3
evidence = "plan"
indicator = "public_enrolment_share"

[[clauses]]
id = "MY-2"
kind = "rule"
level = "primary"
scope = "all"
quantity = "class_size"
operator = "<="
high = 40
unit = "人/班"
year = 2030
clause = "小学每班不超过40人"
source = "plan.txt"
line = "5-6"
evidence = "plan"
indicator = "class_size"
"""


@pytest.fixture(scope="module")
def folder(two_counties):
    """Two counties with 60 of 100 children at public kindergartens and 50 pupils a class in primary schools."""
    folder = two_counties()
    (folder / "data" / "rules").mkdir(parents=True)
    (folder / "data" / "rules" / "mycity.toml").write_text(MYCITY, encoding="utf-8")
    return folder


def test_both_clauses_are_judged_by_their_own_bounds_and_deadlines(folder):
    ledger = Project.open(folder).ledger(profile="mycity", as_of=2026)
    # a share is read by child and by school; the first one is judged
    found = {entry.clause.id: entry for entry in reversed(ledger.entries) if entry.place == ""}
    assert (found["MY-1"].value, found["MY-1"].state, found["MY-1"].deadline) == (60, State.MET, Deadline.PASSED)
    assert (found["MY-2"].value, found["MY-2"].state, found["MY-2"].deadline) == (50, State.NOT_MET, Deadline.OPEN)


def test_its_cap_goes_before_the_national_ones(folder):
    caps = open_rule_book("mycity", project_dir=folder).caps()
    assert caps == {Stage.KINDERGARTEN: 30, Stage.PRIMARY: 40, Stage.JUNIOR: 50, Stage.SENIOR: 50}


def test_the_command_writes_the_ledger_of_the_new_profile_with_source_and_line(folder, capsys, monkeypatch, tmp_path):
    asked = ["geoplan", "ledger", str(folder), "--profile", "mycity", "--as-of", "2026", "--out", str(tmp_path)]
    monkeypatch.setattr("sys.argv", asked)
    with pytest.raises(SystemExit) as ended:
        main()
    printed = capsys.readouterr()
    assert ended.value.code == 1, printed.err
    rows = {line.split("\t")[0]: line.split("\t") for line in printed.out.splitlines() if line.count("\t") > 5}
    assert rows["MY-1"][-1] == "plan.txt:3"
    assert rows["MY-2"][2:6] == ["不符合", "未到期", "50 人/班", "≤ 40 人/班"]
    facts = json.loads((tmp_path / "ledger-mycity.json").read_text(encoding="utf-8"))
    assert {row["source"] for row in facts["tables"]["台账"]} == {"plan.txt:3", "plan.txt:5-6"}
    assert "我市布局规划" in (tmp_path / "ledger-mycity.html").read_text(encoding="utf-8")
