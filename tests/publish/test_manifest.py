"""The manifest of the tiny town (tiny.py): what it traces, and that it holds nothing of this machine."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import numpy as np
import pytest

from geoplan.publish.json_file import write_json
from geoplan.publish.manifest import manifest


@pytest.fixture(scope="module")
def plan(tiny, tmp_path_factory):
    return tiny.plan(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def files(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "b.html").write_bytes(b"page")
    (out / "a.xlsx").write_bytes(b"table")
    return [out / "b.html", out / "a.xlsx"]


def test_it_names_project_profile_inputs_and_rules(plan, files):
    found = manifest(plan, files, map_name="consultation")
    assert found["map"] == "consultation"
    assert found["project"]["name"] == "小镇 & <测试>"
    assert found["project"]["notices"] == ["本项目数据为合成数据。"]
    assert (found["project"]["crs"], found["project"]["data_date"]) == ("EPSG:4547", "2024-09-01")
    assert (found["profile"]["id"], found["profile"]["radius_profiles"]) == ("combined", ["national"])
    assert [rule["id"] for rule in found["profile"]["rules_in_force"]][:2] == ["CB-R-01", "CB-R-02"]
    contents = found["provenance"].pop("contents")
    assert set(contents) >= {"project.toml", "schools.csv", "data/rules/national.toml"}
    assert found["provenance"] == plan.provenance.as_dict()
    schools = plan.config.layer_path("schools").read_bytes()
    assert found["provenance"]["inputs_sha256"]["schools.csv"] == hashlib.sha256(schools).hexdigest()


def test_it_reports_the_solver_for_each_stage(plan, files):
    kindergarten, primary = manifest(plan, files, map_name="m")["solver"]
    assert (kindergarten["stage"], kindergarten["travel"], kindergarten["model"]) == (
        "kindergarten",
        "straight",
        "max_cover",
    )
    assert (kindergarten["status"], kindergarten["objective"], kindergarten["bound"]) == ("optimal", 1900, 1900)
    assert (kindergarten["gap"], kindergarten["seed"], kindergarten["sites"]) == (0, 0, ["S1"])
    assert kindergarten["ties"] == "preferred site, then lower id"
    assert kindergarten["rejected"] == [{"id": "S4", "why": "地质灾害"}]
    assert (primary["stage"], primary["sites"]) == ("primary", [])


def test_outputs_stand_by_name_with_their_hashes_in_order(plan, files):
    outputs = manifest(plan, files, map_name="m")["outputs_sha256"]
    assert list(outputs) == ["a.xlsx", "b.html"]
    assert outputs["b.html"] == hashlib.sha256(b"page").hexdigest()


def test_outputs_in_folders_keep_their_relative_path(plan, files):
    below = files[0].parent / "layers" / "c.gpkg"
    below.parent.mkdir()
    below.write_bytes(b"layers")
    assert list(manifest(plan, [*files, below], map_name="m")["outputs_sha256"]) == [
        "a.xlsx",
        "b.html",
        "layers/c.gpkg",
    ]
    assert manifest(plan, [], map_name="m")["outputs_sha256"] == {}


def test_it_holds_no_clock_and_no_folder_of_this_machine(plan, files, tmp_path):
    target = tmp_path / "manifest.json"
    write_json(manifest(plan, files, map_name="m"), target)
    text = target.read_text(encoding="utf-8")
    assert str(tmp_path) not in text
    assert str(plan.config.folder) not in text
    strings = re.findall(r'"((?:[^"\\]|\\.)*)"', text)
    assert not [each for each in strings if each.startswith(("/", "\\\\", "~")) or re.match(r"[A-Za-z]:\\", each)]
    assert "seconds" not in text


def test_two_runs_from_the_same_files_give_the_same_bytes(tiny, tmp_path):
    texts = []
    for name in ("one", "two"):
        target = tmp_path / f"{name}.json"
        write_json(manifest(tiny.plan(tmp_path / name), [], map_name="m"), target)
        texts.append(target.read_bytes())
    assert texts[0] == texts[1]


def test_a_handful_of_pupils_left_out_is_not_published(tiny, tmp_path):
    plan = tiny.plan(tmp_path, counts="pupils", each=4)
    solution = plan.stages[0].proposal.solution
    object.__setattr__(solution, "unserved_weight", 4.0)
    # nothing at all where other figures of the plan would tell it
    assert manifest(plan, [], map_name="m")["solver"][0]["unserved"] in {"<10", None}


def test_json_is_utf8_with_two_spaces_and_a_newline_at_the_end(tmp_path):
    target = tmp_path / "x.json"
    write_json({"名": "邢台", "b": [1, 2.5], "a": True}, target)
    assert target.read_bytes() == '{\n  "名": "邢台",\n  "b": [\n    1,\n    2.5\n  ],\n  "a": true\n}\n'.encode()


def test_what_json_does_not_know_becomes_null_or_plain(tmp_path):
    target = tmp_path / "x.json"
    value = {
        "nan": float("nan"),
        "inf": [float("inf"), -np.inf],
        "numpy": (np.int64(3), np.float64("nan"), np.float32(0.5), np.bool_(True)),  # noqa: FBT003
        "half": "\ud800",
    }
    write_json(value, target)
    assert json.loads(target.read_text(encoding="utf-8")) == {
        "nan": None,
        "inf": [None, None],
        "numpy": [3, None, 0.5, True],
        "half": "?",
    }


def test_a_value_that_json_cannot_hold_is_an_error(tmp_path):
    with pytest.raises(TypeError):
        write_json({"path": Path("x")}, tmp_path / "x.json")
