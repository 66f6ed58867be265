"""`geoplan zones` as it is typed: what it prints, writes, refuses, and with which exit code."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest


def geoplan(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "geoplan", "zones", *map(str, arguments)],
        capture_output=True, text=True, check=False, cwd=cwd,
    )  # fmt: skip


@pytest.fixture(scope="module")
def town(zone_town):
    return zone_town()


@pytest.fixture(scope="module")
def full(zone_town):
    """100 pupils more than seats."""
    return zone_town(columns={"people": [200, 100, 100, 100, 100, 100]})


def test_zones_are_printed_chinese_first_and_written(town, tmp_path):
    done = geoplan(town, "--stage", "primary", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "600 名学生划入 2 个学区，每个学区连片。"
    assert "已证明：在所给条件下没有更好的方案。" in done.stdout
    assert "A\t一小\t200\t300\t200\t500\t1,000" in done.stdout
    assert "e2\t丙小区\t一小\t二小\t100\t" in done.stdout
    assert {path.name for path in tmp_path.iterdir()} == {
        f"zones-primary.{end}" for end in ("html", "xlsx", "gpkg", "json")
    }


def test_json_is_one_object_with_the_promised_keys(town, tmp_path):
    done = geoplan(town, "--stage", "primary", "--move-price", "1500", "--out", tmp_path, "--json")
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert {"page", "stage", "today", "plan", "after", "zones", "changes", "assignment", "findings"} <= set(found)
    assert found["asked"]["move_price"] == 1500
    assert found["plan"]["objective"] == 700_000 + 150_000
    assert done.stderr == ""


def test_without_a_plan_nothing_is_written_over_the_last_good_outputs(full, tmp_path):
    (tmp_path / "zones-primary.html").write_text("the last good one")
    done = geoplan(full, "--stage", "primary", "--out", tmp_path)
    assert done.returncode == 1
    assert "100 seats are missing" in done.stdout
    assert "--least-bad" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["zones-primary.html"]
    assert (tmp_path / "zones-primary.html").read_text() == "the last good one"


def test_the_least_bad_plan_is_published_where_it_is_asked_for(full, tmp_path):
    done = geoplan(full, "--stage", "primary", "--least-bad", "--out", tmp_path, "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["least_bad_shown"] is True
    assert "未能满足全部要求" in (tmp_path / "zones-primary.html").read_text(encoding="utf-8")


def test_seats_exceeded_at_a_price_are_a_plan(full, tmp_path):
    done = geoplan(full, "--stage", "primary", "--over-price", "1500", "--out", tmp_path, "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["after"]["over_seats"] == 100


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("{town}", "--stage", "primary", "--balance", "load", "--over-price", "5"), "leave --over-price out"),
        (("{town}", "--stage", "primary", "--whole-by", "comunity"), "Did you mean 'community'"),
        (("{town}", "--stage", "primary", "--together", "A"), "two or more schools"),
        (("{town}", "--stage", "primary", "--longest-m", "-5"), "above 0"),
        (("{town}", "--stage", "primary", "--exclude", "X"), "no school 'X'"),
        (("{town}", "--stage", "primary", "--new", "1"), "no sites layer"),
        (("{town}", "--stage", "junior"), "No junior (初中) school takes part"),
        (("{town}", "--stage", "primary", "--travel", "walk"), "no roads"),
        (("{town}", "--stage", "primary", "--district", "东区"), "no districts layer"),
        (("{town}", "--stage", "primry"), "primry"),
        (("{town}/nowhere", "--stage", "primary"), "No project.toml"),
    ],
)
def test_wrong_use_is_exit_code_2_with_what_to_do_and_no_traceback(town, tmp_path, arguments, message):
    given = [str(argument).replace("{town}", str(town)) for argument in arguments]
    done = geoplan(*given, "--out", tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_contradictions_are_refused_before_a_project_is_opened(tmp_path):
    done = geoplan(tmp_path / "nowhere", "--stage", "primary", "--most-moved", "0", "--new", "2")
    assert done.returncode == 2
    assert "--most-moved 0" in done.stderr


def test_one_district_of_the_demo_works_out_of_the_box(tmp_path):
    done = geoplan("--stage", "primary", "--district", "柏乡县", "--over-price", "3000", "--time-limit-s", "20",
                   "--out", tmp_path, "--json", cwd=tmp_path)  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["travel"] == "walk"
    assert found["units"] == len(found["assignment"]) > 50
