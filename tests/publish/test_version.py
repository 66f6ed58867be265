"""The version of a plan of the tiny town (tiny.py): what it follows, and what it does not know."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pytest

from geoplan.project import Project
from geoplan.publish.manifest import manifest
from geoplan.publish.publish import publish
from geoplan.publish.version import is_version, plan_version


@pytest.fixture(scope="module")
def town(tiny, tmp_path_factory):
    """The tiny town's folder; copy it before changing anything."""
    return tiny.write(tmp_path_factory.mktemp("tiny") / "town")


@pytest.fixture(scope="module")
def known(town):
    return plan_version(Project.open(town).plan())


@pytest.fixture
def copy(town, tmp_path):
    return Path(shutil.copytree(town, tmp_path / "another" / "place"))


def _edited(folder, name, old, new):
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    return plan_version(Project.open(folder).plan())


def test_a_version_is_twelve_hex_characters(known):
    assert is_version(known)
    assert not any(is_version(text) for text in ("", known[:-1], known.replace(known[0], "G"), known + "0"))


def test_the_manifest_carries_the_version(town, known):
    assert manifest(Project.open(town).plan(), [], map_name="m")["plan_version"] == known


def test_another_folder_gives_the_same_version(copy, known):
    assert plan_version(Project.open(copy).plan()) == known


@pytest.mark.parametrize("name", ["schools.csv", "population.csv", "sites.csv"])
def test_the_order_of_rows_with_ids_does_not_matter(copy, known, name):
    head, *rows = (copy / name).read_text(encoding="utf-8").splitlines()
    shuffled = random.Random(7).sample(rows, len(rows))  # noqa: S311  no secret
    assert shuffled != rows
    (copy / name).write_text("\n".join([head, *shuffled]) + "\n", encoding="utf-8")
    assert plan_version(Project.open(copy).plan()) == known


def test_another_file_name_gives_the_same_version(copy, known):
    (copy / "schools.csv").rename(copy / "学校.csv")
    assert _edited(copy, "project.toml", '"schools.csv"', '"学校.csv"') == known


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("schools.csv", "三中", "四中"),
        ("population.csv", '"100"', '"101"'),
        ("sites.csv", '"270"', '"360"'),
        ("project.toml", "kindergarten = 1", "kindergarten = 2"),
        ("project.toml", "2024-09-01", "2024-09-02"),
        ("project.toml", '"combined"', '"xingtai"'),
    ],
)
def test_what_the_plan_says_or_rests_on_changes_the_version(copy, known, name, old, new):
    assert _edited(copy, name, old, new) != known


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('author = "=author"', 'author = "另一个单位"'),
        ('notices = ["本项目数据为合成数据。"]', 'notices = ["本项目数据为演示数据。"]'),
    ],
)
def test_words_around_the_plan_leave_its_version_and_remarks_stay_joined(copy, known, old, new):
    assert _edited(copy, "project.toml", old, new) == known


def test_words_of_the_map_leave_the_version_and_change_the_hashes_of_the_outputs(copy, known, tmp_path):
    found = []
    for name, number in (("one", "冀S（2026）001号"), ("two", "冀S（2026）002号")):
        (copy / "maps").mkdir(exist_ok=True)
        (copy / "maps" / "consultation.toml").write_text(f'[map]\napproval_number = "{number}"\n', encoding="utf-8")
        publish(Project.open(copy).plan(), "consultation", tmp_path / name, progress=lambda _: None)
        found.append(json.loads((tmp_path / name / "manifest.json").read_text(encoding="utf-8")))
    one, two = found
    assert one["plan_version"] == two["plan_version"] == known
    assert one["outputs_sha256"]["consultation.html"] != two["outputs_sha256"]["consultation.html"]


SCENARIO = '[[scenarios]]\nname = "两处"\nname_en = "Two"\nnew = { kindergarten = 2 }\n'


def test_a_scenario_belongs_to_the_plan_and_its_name_does_not(copy, known):
    path = copy / "project.toml"
    text = path.read_text(encoding="utf-8")

    def version(more):
        path.write_text(text + more, encoding="utf-8")
        return plan_version(Project.open(copy).plan())

    two, three = version(SCENARIO), version(SCENARIO.replace("= 2", "= 3"))
    assert len({known, two, three}) == 3
    assert version(SCENARIO.replace("两处", "另一名称").replace("Two", "Other")) == two


@pytest.mark.parametrize(
    "more",
    [
        "[forecast]\nbirths_change = -0.1\n",
        "[forecast.scenarios]\nlow = { births = 0.5 }\nmiddle = { births = 1.0 }\nhigh = { births = 1.5 }\n",
        "[balance]\nyears = [2024, 2030]\n",
    ],
)
def test_what_steers_pupils_and_seats_changes_the_version(copy, known, more):
    text = (copy / "project.toml").read_text(encoding="utf-8")
    (copy / "project.toml").write_text(text + more, encoding="utf-8")
    assert plan_version(Project.open(copy).plan()) != known


def test_the_day_and_the_clauses_of_the_ledger_change_the_version(copy, known):
    versions = {
        known,
        _edited(copy, "project.toml", 'data_date = "2024-09-01"', 'data_date = "2024-09-01"\nas_of = "2026-01-01"'),
        _edited(copy, "project.toml", 'as_of = "2026-01-01"', 'as_of = "2026-01-01"\nledger_profile = "anyang"'),
    }
    assert len(versions) == 3


def test_a_school_that_moves_by_a_metre_changes_the_version(copy, known):
    assert _edited(copy, "schools.csv", "POINT(497500.0 4100500.0)", "POINT(497501.0 4100500.0)") != known
