"""`geoplan forecast`, `balance`, `ledger`, `closure` as typed: what they print, write, refuse, and how they end."""

from __future__ import annotations

import json

import openpyxl
import pytest


@pytest.fixture(scope="module")
def folder(two_counties):
    return two_counties()


def test_a_forecast_is_printed_by_stage_and_scenario_with_its_assumptions(geoplan, folder):
    done = geoplan("forecast", folder)
    assert done.returncode == 0, done.stderr
    lines = [line.split("\t") for line in done.stdout.splitlines() if "\t" in line]
    assert lines[0][:4] == ["学段 stage", "方法 method", "方案 scenario", "2020"]
    assert lines[0][-1] == "高峰 peak"
    assert next(line for line in lines if line[2] == "中方案" and line[0] == "小学")[:4] == [
        "小学",
        "队列要素法",
        "中方案",
        "840",
    ]
    assert "不计迁移（假定）" in done.stdout


def test_one_stage_of_a_forecast_can_be_asked_for(geoplan, folder):
    done = geoplan("forecast", folder, "--stage", "primary")
    assert "幼儿园\t" not in done.stdout
    assert "小学\t" in done.stdout


def test_the_balance_is_written_as_page_workbook_json_and_charts_and_ends_with_1_where_seats_are_short(
    geoplan, folder, tmp_path
):
    done = geoplan("balance", folder, "--out", tmp_path)
    assert done.returncode == 1, done.stderr
    names = {path.name for path in tmp_path.iterdir()}
    assert {"balance.html", "balance.xlsx", "balance.json", "balance-wave.png", "balance-seats-primary.png"} <= names
    assert "2020—2035年在校生高峰" in done.stdout
    book = openpyxl.load_workbook(tmp_path / "balance.xlsx")
    assert book.sheetnames[:2] == ["学龄人口预测表", "学位供需平衡表"]
    sheet = book["学位供需平衡表"]
    heads = [cell.value.splitlines()[0] for cell in sheet[1]]
    rows = [dict(zip(heads, (cell.value for cell in row), strict=True)) for row in sheet.iter_rows(min_row=2)]
    primary = next(row for row in rows if row["编号"] == "A" and row["学段"].startswith("小学") and row["学年"] == 2020)
    assert (primary["学生"], primary["在用学位（含大班额）"], primary["大班额占用"], primary["公办学位"]) == (
        280,
        300,
        30,
        270,
    )
    assert primary["缺口"] == 10


def test_the_balance_ends_with_0_where_seats_suffice(geoplan, two_counties, tmp_path):
    schools = [
        {
            "id": f"{county}{kind}",
            "stage": stage,
            "ownership": "公办",
            "classes": 99,
            "district": county,
            "x": x,
            "y": 1,
        }
        for county, x in (("A", 3000), ("B", 9000))
        for kind, stage in (("K", "kindergarten"), ("P", "primary"))
    ]
    done = geoplan("balance", two_counties(schools=schools), "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "无缺口" in done.stdout


def test_the_ledger_prints_a_row_for_each_clause_and_ends_with_1_where_one_is_not_met(geoplan, folder, tmp_path):
    done = geoplan("ledger", folder, "--as-of", "2026", "--out", tmp_path)
    assert done.returncode == 1, done.stderr
    # of two readings of a clause the first one is judged
    lines = [line.split("\t") for line in done.stdout.splitlines() if line.count("\t") > 5]
    rows = {line[0]: line for line in reversed(lines)}
    assert rows["XT-I-15"][2:6] == ["符合", "已到期", "60 %", "≥ 58 %"]
    assert rows["XT-I-15"][-1] == "002_fe10ad1b5c3f9bc5.txt:122"
    assert rows["XT-R-22"][2] == "缺数据"
    assert {path.name for path in tmp_path.iterdir()} == {
        f"ledger-xingtai{end}" for end in (".html", ".xlsx", ".json", "-states.png")
    }


def test_two_profiles_are_compared_on_request(geoplan, folder, tmp_path):
    done = geoplan("ledger", folder, "--as-of", "2026", "--compare", "zhengzhou", "--out", tmp_path)
    assert "的规则，全域判定有变化的" in done.stdout
    assert "规则比较" in openpyxl.load_workbook(tmp_path / "ledger-xingtai.xlsx").sheetnames
    facts = json.loads((tmp_path / "ledger-xingtai.json").read_text(encoding="utf-8"))
    assert facts["compared_with"] == "zhengzhou"
    assert facts["tables"]["规则比较"]


@pytest.mark.parametrize("command", ["forecast", "balance", "ledger"])
def test_json_is_one_value_and_nothing_else(geoplan, folder, tmp_path, command):
    out = [] if command == "forecast" else ["--out", tmp_path]
    done = geoplan(command, folder, "--json", *out)
    assert done.stderr == ""
    found = json.loads(done.stdout)
    assert {"forecast": "forecasts", "balance": "balance", "ledger": "entries"}[command] in found


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["forecast", "--method", "guess"], "guess"),
        (["forecast", "--method", "housing"], "housing needs the layer estates"),
        (["ledger", "--profile", "beijing"], "No rule profile 'beijing'"),
    ],
)
def test_what_cannot_be_done_ends_with_2_and_says_why_without_a_traceback(geoplan, folder, arguments, says):
    done = geoplan(arguments[0], folder, *arguments[1:])
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_two_runs_give_the_same_bytes(geoplan, folder, tmp_path):
    for name in ("one", "two"):
        geoplan("balance", folder, "--out", tmp_path / name)
        geoplan("ledger", folder, "--out", tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


@pytest.fixture(scope="module")
def valley(write_project):
    """valley(pupils, next_m, **more) -> a teaching point with so many pupils, and the next school so far away."""

    def build(pupils, next_m, **more):
        people = [
            {"id": "v", "people": 260, "pupils_primary": pupils, "x": 0, "y": 0, "area": "rural"},
            {"id": "w", "people": 3000, "pupils_primary": 180, "x": next_m, "y": 0, "area": "rural"},
        ]
        schools = [
            {"id": "t1", "name": "李庄教学点", "stage": "primary", "enrolment": pupils, "x": 0, "y": 0},
            {
                "id": "p1",
                "name": "中心小学",
                "stage": "primary",
                "enrolment": 180,
                "capacity": 240,
                "x": next_m,
                "y": 0,
            },
            {"id": "j1", "name": "镇中", "stage": "junior", "enrolment": 300, "x": next_m, "y": 0},
        ]
        blank = {"id": "", "capacity": ""}
        return write_project(population=people, schools=[blank | each for each in schools], **more)

    return build


def test_a_teaching_point_with_twelve_pupils_three_kilometres_from_the_next_school_is_kept_with_1(geoplan, valley):
    done = geoplan("closure", valley(12, 3000), "--school", "t1")
    assert done.returncode == 1, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "保留 / keep"
    assert lines[1].startswith("李庄教学点若撤并，12名学生需改去他校")
    assert lines[1].endswith("其中12名超过30分钟（国办发〔2018〕27号（转引））：保留")
    assert "中心小学\tp1\t12\t3,000\t45\t步行\t60" in lines
    assert "  3. 听证：听取学生家长、村民意见（河北省实施意见（转引））" in lines


def test_a_school_with_another_within_reach_may_close_and_ends_with_0(geoplan, valley):
    done = geoplan("closure", valley(12, 2000), "--school", "t1")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("可撤并 / may_close\n")
    assert geoplan("closure", valley(12, 2000), "--school", "t1", "--limit-minutes", "20").returncode == 1


def test_fewer_than_ten_pupils_are_never_told(geoplan, valley):
    folder = valley(7, 1000)
    done = geoplan("closure", folder, "--school", "t1")
    assert "<10名学生" in done.stdout
    assert "中心小学\tp1\t<10\t1,000\t15\t步行\t60" in done.stdout.splitlines()
    found = json.loads(geoplan("closure", folder, "--school", "t1", "--json").stdout)
    assert (found["verdict"], found["pupils"], found["receivers"][0]["pupils"]) == ("may_close", "<10", "<10")
    assert len(found["checklist"]) == 7


def test_a_school_that_is_to_close_itself_takes_nobody_in(geoplan, valley):
    merged = [{"name": "撤并中心小学", "action": "merge", "status": "planned", "school": "p1"}]
    done = geoplan("closure", valley(12, 1000, projects=merged), "--school", "t1")
    assert done.returncode == 1
    assert "无校可达 none\t\t12\t—\t—" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--school", "t11"], "Did you mean 't1'?"),
        (["--school", "李庄教学点"], "that is a name. The id is 't1'"),
        (["--school", "j1"], "offers junior, not primary. Name one of its stages with --stage"),
        (["--school", "t1", "--limit-minutes", "0"], "above 0 minutes"),
    ],
)
def test_a_school_that_cannot_be_closed_ends_with_2_and_says_what_may_be_meant(geoplan, valley, arguments, says):
    done = geoplan("closure", valley(12, 3000), *arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
