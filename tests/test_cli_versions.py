"""`geoplan diff` and `geoplan remarks`, from the command line."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from geoplan.cli import app
from geoplan.errors import PublishError

BLOCK = """【geoplan-remark/1】
plan: 0123456789ab
id: r-00000001
at: 37.0, 114.0
stage: primary
near: school A1 某校

{text}
【/】
"""


def _tiny():
    path = Path(__file__).parent / "publish" / "tiny.py"
    spec = importlib.util.spec_from_file_location("geoplan_tiny", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def town(tmp_path):
    return _tiny().write(tmp_path / "town")


@pytest.fixture
def run():
    """run(…arguments) -> what the command printed, with its exit code."""

    def asked(*arguments):
        return CliRunner().invoke(app, [str(each) for each in arguments])

    return asked


def test_remarks_are_brought_back_beside_the_outputs_of_the_project(run, town, tmp_path):
    (tmp_path / "letter.txt").write_text(BLOCK.format(text="太远"), encoding="gb18030")
    done = run("remarks", tmp_path / "letter.txt", town)
    assert done.exit_code == 0, done.output
    assert "意见 1 条 / 1 remarks" in done.output
    folder = town / "maps" / "out" / "remarks"
    assert sorted(path.name for path in folder.iterdir()) == ["remarks.gpkg", "remarks.json", "remarks.xlsx"]


def test_remarks_know_the_version_that_was_published(run, town, tmp_path):
    assert run("publish", town).exit_code == 0
    version = json.loads((town / "maps" / "out" / "manifest.json").read_text(encoding="utf-8"))["plan_version"]
    for name, plan in (("known", version), ("other", "f" * 12)):
        letter = tmp_path / f"{name}.txt"
        letter.write_text(BLOCK.format(text="太远").replace("0123456789ab", plan), encoding="utf-8")
        answer = json.loads(run("remarks", letter, "--project", town, "--out", tmp_path / name, "--json").stdout)
        codes = {finding["code"] for finding in answer["findings"]}
        assert ("unknown-plan" in codes) == (name == "other")
        assert answer["by"]["concerns"] == {"A1 +cmd|' /C calc'!A0": 1}


def test_a_file_that_cannot_be_read_ends_with_1_and_the_others_are_kept(run, town, tmp_path):
    (tmp_path / "a.txt").write_text(BLOCK.format(text="太远"), encoding="utf-8")
    (tmp_path / "b.json").write_text("{", encoding="utf-8")
    done = run("remarks", tmp_path / "a.txt", tmp_path / "b.json", "-P", town, "-o", tmp_path / "out")
    assert done.exit_code == 1
    assert "b.json" in done.output
    assert "意见 1 条" in done.output


def test_versions_are_compared_from_projects_and_published_folders(run, town, tmp_path):
    assert run("publish", town, "--out", tmp_path / "old").exit_code == 0
    schools = town / "schools.csv"
    schools.write_text(schools.read_text(encoding="utf-8").replace("三中", "四中"), encoding="utf-8")
    done = run("diff", tmp_path / "old", town, "--out", tmp_path / "diff")
    assert done.exit_code == 0, done.output
    assert "学校：新增0、取消0、变更1。" in done.output
    names = sorted(path.name for path in (tmp_path / "diff").iterdir())
    assert names == ["diff.html", "diff.json", "diff.md", "diff.xlsx"]
    answer = json.loads(run("diff", tmp_path / "old", tmp_path / "old", "-o", tmp_path / "none", "--json").stdout)
    assert answer["is_empty"] is True
    assert answer["tables"]["学校变化"] == []


def test_a_folder_without_a_version_is_told(run, tmp_path):
    done = run("diff", tmp_path, tmp_path, "--out", tmp_path / "out")
    assert isinstance(done.exception, PublishError)
    assert "neither project.toml nor manifest.json" in str(done.exception)
    assert not (tmp_path / "out").exists()


KEY = "0123456789abcdef" * 2


@pytest.mark.parametrize("more", [[], ["--key-will-be-readable", "--publish"], ["--key-will-be-readable", "--set"]])
def test_a_key_without_a_clear_word_or_for_the_public_is_refused_before_the_work(run, town, tmp_path, more):
    done = run("publish", town, "--tianditu-key", KEY, "--out", tmp_path / "out", *more)
    assert done.exit_code == 2
    assert not (tmp_path / "out").exists()


def test_with_a_clear_word_the_key_stands_in_the_page_of_the_office_only(run, town, tmp_path):
    done = run("publish", town, "--tianditu-key", KEY, "--key-will-be-readable", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    holding = [path.name for path in sorted((tmp_path / "out").iterdir()) if KEY.encode() in path.read_bytes()]
    assert holding == ["consultation-online.html"]
