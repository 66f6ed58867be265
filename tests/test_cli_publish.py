"""`geoplan publish --set` and `--publish` as typed: what they write, refuse and leave alone, and how they end."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from pathlib import Path

import pytest

import geoplan.publish.atlas.write as drawing
import geoplan.publish.lint as linting
import geoplan.publish.statutory.write as writing
from geoplan.publish.charts import cjk_font
from geoplan.publish.manifest import require_folder
from geoplan.types import Finding, Severity

spec = importlib.util.spec_from_file_location("set_town_cli", Path(__file__).parent / "publish" / "set_town.py")
set_town = importlib.util.module_from_spec(spec)
spec.loader.exec_module(set_town)

needs_font = pytest.mark.skipif(cjk_font() is None, reason="no Chinese font on this machine")
needs_word = pytest.mark.skipif(importlib.util.find_spec("docxtpl") is None, reason="docxtpl is not installed")
FILES = {
    "atlas.pdf", "tables.xlsx", "geoplan.gpkg", "geoplan.qgs", "figures.json", "manifest.json",
}  # fmt: skip


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return set_town.write(tmp_path_factory.mktemp("town") / "p")


def hashes(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*")) if path.is_file()
    }  # fmt: skip


@pytest.fixture
def no_atlas(monkeypatch):
    """The atlas takes seconds, and most of these tests do not ask for it."""
    monkeypatch.setattr(writing, "_atlas", lambda *_: {})


@needs_font
@needs_word
def test_the_set_is_written_whole_with_every_file_in_its_manifest(town, tmp_path, geoplan, monkeypatch):
    # three sheets of the atlas, drawn here: the others have tests of their own, and take a while
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    every = drawing.atlas_sheets
    monkeypatch.setattr(drawing, "atlas_sheets", lambda folio: every(folio)[:3])
    code, _, said = geoplan("publish", town, "--set", "--shapefile", "--out", tmp_path)
    assert code == 0, said
    found = hashes(tmp_path)
    assert FILES | {"text.docx", "explanation.docx", "shapefile/schools.shp"} <= set(found)
    assert any(name.startswith("atlas/") and name.endswith(".png") for name in found)
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["outputs_sha256"] == {name: digest for name, digest in found.items() if name != "manifest.json"}
    assert len(manifest["plan_version"]) == 12
    assert manifest["solver"][0]["status"] == "optimal"
    assert "schools.csv" in manifest["provenance"]["inputs_sha256"]
    for step in ("附表", "QGIS", "图集", "清单"):
        assert step in said


@needs_word
def test_two_runs_give_the_same_bytes(town, tmp_path, geoplan, no_atlas):
    for name in ("one", "two"):
        code, _, said = geoplan("publish", town, "--set", "--shapefile", "--out", tmp_path / name)
        assert code == 0, said
    assert hashes(tmp_path / "one") == hashes(tmp_path / "two")


def test_json_is_one_object_and_nothing_else_is_said(town, tmp_path, geoplan, no_atlas):
    code, out, said = geoplan("publish", town, "--set", "--no-word", "--out", tmp_path / "set", "--json")
    assert (code, said) == (0, "")
    found = json.loads(out)
    assert {"manifest", "out", "plan_version", "lint", "findings"} <= set(found)
    assert not (tmp_path / "set" / "text.docx").exists()


def test_files_that_the_set_does_not_have_any_more_are_removed_and_others_are_left(town, tmp_path, geoplan, no_atlas):
    out = tmp_path / "set"
    assert geoplan("publish", town, "--set", "--no-word", "--shapefile", "--out", out)[0] == 0
    (out / "notes.txt").write_text("mine")
    (tmp_path / "outside.txt").write_text("not of the set")
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    manifest["outputs_sha256"]["../outside.txt"] = ""
    (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert geoplan("publish", town, "--set", "--no-word", "--out", out)[0] == 0
    assert not list(out.glob("shapefile/*"))
    assert (out / "notes.txt").read_text() == "mine"
    assert (tmp_path / "outside.txt").exists()


def test_ctrl_c_in_the_middle_leaves_the_last_good_set(town, tmp_path, geoplan, monkeypatch, no_atlas):
    out = tmp_path / "set"
    assert geoplan("publish", town, "--set", "--no-word", "--out", out)[0] == 0
    before = hashes(out)

    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(writing, "write_project", stop)
    code, _, said = geoplan("publish", town, "--set", "--no-word", "--out", out)
    assert code == 130, said
    assert hashes(out) == before


def refusing(*_, **__):
    return (Finding(Severity.ERROR, "no-approval", "审图号 missing", fix="Give one."),)


def test_publish_refuses_while_the_lint_finds_an_error_and_writes_nothing(
    town, tmp_path, geoplan, monkeypatch, no_atlas
):
    monkeypatch.setattr(linting, "lint_before", lambda *_: ())
    monkeypatch.setattr(linting, "lint", refusing)
    for more in (("--set", "--no-word"), ()):
        code, _, said = geoplan("publish", town, *more, "--publish", "--out", tmp_path / "set")
        assert code == 1
        assert "error: 审图号 missing" in said
        assert "Not published" in said
        assert not list((tmp_path / "set").rglob("*"))


def test_a_refusal_in_json_says_what_was_found(town, tmp_path, geoplan, monkeypatch):
    monkeypatch.setattr(linting, "lint_before", refusing)
    code, out, _ = geoplan("publish", town, "--publish", "--json", "--out", tmp_path / "set")
    found = json.loads(out)
    assert (code, found["published"], found["lint"][0]["code"]) == (1, False, "no-approval")


def test_without_publish_the_lint_only_warns(town, tmp_path, geoplan, monkeypatch, no_atlas):
    monkeypatch.setattr(linting, "lint", refusing)
    code, _, said = geoplan("publish", town, "--set", "--no-word", "--out", tmp_path / "set")
    assert code == 0
    assert "warning: 审图号 missing" in said
    assert (tmp_path / "set" / "tables.xlsx").exists()


def test_a_missing_word_library_is_said_before_the_work_with_the_way_around_it(town, tmp_path, geoplan, monkeypatch):
    monkeypatch.setattr(writing, "find_spec", lambda _: None)
    code, _, said = geoplan("publish", town, "--set", "--out", tmp_path / "set")
    assert code == 2
    assert "pip install 'geoplan[word]'" in said
    assert "--no-word" in said
    assert not (tmp_path / "set").exists()


def test_options_of_the_set_are_refused_without_it(town, tmp_path, geoplan):
    code, _, said = geoplan("publish", town, "--shapefile", "--out", tmp_path / "set")
    assert code == 2
    assert "--set" in said


def test_a_map_that_is_not_there_is_said_before_the_work(town, tmp_path, geoplan):
    code, _, said = geoplan("publish", town, "--set", "--no-word", "--map", "consultatoin")
    assert code == 2
    assert "Did you mean 'consultation'" in said


def test_a_key_that_can_be_none_is_said_before_the_work(town, tmp_path, geoplan):
    code, _, said = geoplan("publish", town, "--tianditu-key", "abc", "--key-will-be-readable", "--out", tmp_path / "x")
    assert code == 2
    assert "32 hexadecimal characters" in said
    assert not (tmp_path / "x").exists()


def test_a_map_is_published_with_the_findings_of_the_lint_in_short(town, tmp_path, geoplan):
    code, _, said = geoplan("publish", town, "--out", tmp_path / "map")
    assert code == 0
    assert (tmp_path / "map" / "consultation.html").exists()
    told = said[said.index("发布前检查 / lint: ") :].splitlines()
    assert "no-approval-number 1、no-notice 1、no-source 1" in told[0]
    assert "--publish would refuse" in told[0]
    assert [line[:10] for line in told[1:4]] == ["  warning:"] * 3
    assert "--json tells all" in told[4]


def test_json_of_a_map_tells_every_finding_of_the_lint(town, tmp_path, geoplan):
    code, out, said = geoplan("publish", town, "--out", tmp_path, "--json")
    assert (code, said) == (0, "")
    found = {each["code"]: each["severity"] for each in json.loads(out)["lint"]}
    assert {"no-approval-number", "no-notice", "no-source", "profile-composed"} <= set(found)
    assert set(found.values()) == {"warning"}


def test_run_writes_the_map_without_the_lint(town, tmp_path, geoplan, monkeypatch):
    monkeypatch.setattr(linting, "lint", None)
    monkeypatch.setattr(linting, "lint_before", None)
    code, _, said = geoplan("run", town, "--out", tmp_path)
    assert code == 0, said
    assert "lint" not in said


def test_a_map_is_not_written_over_a_set_nor_a_set_over_a_map(town, tmp_path, geoplan, monkeypatch, no_atlas):
    both = {"map": (), "set": ("--set", "--no-word")}
    for name, more in both.items():
        assert geoplan("publish", town, *more, "--out", tmp_path / name)[0] == 0
    monkeypatch.setattr("geoplan.project.Project.plan", None)  # refused before anything is computed
    for name, other in (("set", "map"), ("map", "set")):
        before = hashes(tmp_path / name)
        for command in (("publish", town, *both[other]), *((("run", town),) if other == "map" else ())):
            code, _, said = geoplan(*command, "--out", tmp_path / name)
            assert code == 2
            assert "would replace manifest.json and geoplan.gpkg" in said
            assert f"--out {tmp_path / name / other}" in said
        assert hashes(tmp_path / name) == before


@pytest.mark.parametrize("text", ["{", "[]", '{"name": "an app of the web"}'])
def test_a_manifest_that_is_none_of_ours_stands_in_nobodys_way(text, tmp_path):
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    for is_set in (True, False):
        require_folder(tmp_path, is_set=is_set)
        require_folder(tmp_path / "absent", is_set=is_set)
