"""The gate before the public, end to end: a complete map passes, and each single thing that is missing is refused."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path

import pyogrio
import pytest

import geoplan.publish.statutory.write as writing
from geoplan.publish.charts import cjk_font

spec = importlib.util.spec_from_file_location("set_town_gate", Path(__file__).parent / "publish" / "set_town.py")
set_town = importlib.util.module_from_spec(spec)
spec.loader.exec_module(set_town)

MAP = """
[map]
title = "小镇布局规划（公示）"
approval_number = "冀S（2026）001号"
sources = ["教育事业统计（2024年）"]

[notice]
from = "2026-12-01"
to = "2027-01-15"
channels = ["邮寄：小镇教育局"]
"""
MISSING = (
    ("no-approval-number", 'approval_number = "冀S（2026）001号"', ""),
    ("notice-too-short", 'to = "2027-01-15"', 'to = "2026-12-20"'),
    ("no-channels", 'channels = ["邮寄：小镇教育局"]', ""),
    ("no-source", 'sources = ["教育事业统计（2024年）"]', ""),
    ("no-notice", MAP[MAP.index("[notice]") :], ""),
)


@pytest.fixture
def geoplan(geoplan):
    """The command line: exit code, and everything said."""

    def run(*arguments):
        done = geoplan(*arguments)
        return done.returncode, done.stdout + done.stderr

    return run


@pytest.fixture(scope="module")
def complete(tmp_path_factory):
    """A town whose map file and project file leave nothing out."""
    folder = set_town.write(tmp_path_factory.mktemp("gate") / "p")
    (folder / "maps").mkdir()
    (folder / "maps" / "consultation.toml").write_text(MAP, encoding="utf-8")
    return folder


@pytest.mark.parametrize("more", [(), ("--set", "--no-word", "--shapefile")])
def test_a_complete_map_is_published(complete, more, tmp_path, geoplan):
    if more and cjk_font() is None:
        pytest.skip("no Chinese font on this machine")
    code, said = geoplan("publish", complete, *more, "--publish", "--out", tmp_path)
    assert code == 0, said
    assert (tmp_path / "manifest.json").exists()


@pytest.mark.parametrize(("code", "words", "instead"), MISSING, ids=[each[0] for each in MISSING])
def test_each_single_thing_that_is_missing_is_refused_before_the_work(
    complete, code, words, instead, tmp_path, geoplan, monkeypatch
):
    monkeypatch.setattr("geoplan.project.Project.plan", None)  # nothing is computed
    folder = shutil.copytree(complete, tmp_path / "p")
    path = folder / "maps" / "consultation.toml"
    path.write_text(MAP.replace(words, instead), encoding="utf-8")
    for more in ((), ("--set", "--no-word")):
        left, said = geoplan("publish", folder, *more, "--publish", "--json", "--out", tmp_path / "out")
        assert left == 1, said
        assert f'"{code}"' in said
        assert not list((tmp_path / "out").rglob("*"))


@pytest.mark.parametrize(
    ("code", "words"), [("no-data-date", 'data_date = "2024-09-01"'), ("no-author", 'author = "=author"')]
)
def test_a_project_without_date_or_author_is_refused(complete, code, words, tmp_path, geoplan, monkeypatch):
    monkeypatch.setattr("geoplan.project.Project.plan", None)
    folder = shutil.copytree(complete, tmp_path / "p")
    path = folder / "project.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(words, ""), encoding="utf-8")
    left, said = geoplan("publish", folder, "--publish", "--json", "--out", tmp_path / "out")
    assert (left, f'"{code}"' in said) == (1, True), said


def test_a_column_of_the_input_that_looks_personal_is_refused(complete, tmp_path, geoplan, monkeypatch):
    monkeypatch.setattr("geoplan.project.Project.plan", None)
    folder = shutil.copytree(complete, tmp_path / "p")
    path = folder / "projects.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([head + ",家长手机号", *(row + ",无" for row in rows)]) + "\n", encoding="utf-8")
    left, said = geoplan("publish", folder, "--publish", "--json", "--out", tmp_path / "out")
    assert (left, '"personal-column"' in said) == (1, True), said


def test_zones_that_are_asked_for_stand_in_atlas_data_and_project(zone_town, tmp_path, geoplan):
    if cjk_font() is None:
        pytest.skip("no Chinese font on this machine")
    code, said = geoplan("publish", zone_town(), "--set", "--zones", "primary", "--no-word", "--out", tmp_path)
    assert code == 0, said
    assert any("zones" in path.name for path in (tmp_path / "atlas").iterdir())
    layers = {name for name, _ in pyogrio.list_layers(tmp_path / "geoplan.gpkg")}
    assert {"zones_after_primary", "zones_before_primary"} <= layers
    assert "layername=zones_after_primary" in (tmp_path / "geoplan.qgs").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))["set"]["zones"][0]["stage"] == "primary"


def test_zones_that_cannot_be_drawn_are_left_out_and_that_is_said(zone_town, tmp_path, geoplan, monkeypatch):
    monkeypatch.setattr(writing, "_atlas", lambda *_: {})
    folder = zone_town(columns={"people": [200, 100, 100, 100, 100, 100]})
    code, said = geoplan("publish", folder, "--set", "--zones", "primary", "--no-word", "--out", tmp_path)
    assert code == 0, said
    assert "学区 zones" in said
    assert "100 seats are missing" in said
    assert not any(name.startswith("zones") for name, _ in pyogrio.list_layers(tmp_path / "geoplan.gpkg"))
