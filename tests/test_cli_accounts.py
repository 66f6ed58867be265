"""`geoplan forecast`, `balance` and `ledger` as they are typed: what they print, write, refuse, and how they end."""

from __future__ import annotations

import json
from dataclasses import dataclass

import openpyxl
import pytest

from geoplan.cli import main


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def geoplan(capsys, monkeypatch):
    """The command line in this process: a fresh one takes seconds to start."""

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["geoplan", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Done(ended.value.code or 0, printed.out, printed.err)

    return run


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
    assert (primary["学生"], primary["现有学位（含超额）"], primary["大班额占用"], primary["公办学位"]) == (
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
    assert facts["differences"]


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
