"""The version of a plan of the tiny town (tiny.py): what it follows, and what it does not know."""

from __future__ import annotations

import importlib.util
import random
import shutil
from pathlib import Path

import pytest

from geoplan.project import Project
from geoplan.publish.manifest import manifest
from geoplan.publish.version import is_version, plan_version


def _tiny():
    spec = importlib.util.spec_from_file_location("geoplan_tiny", Path(__file__).with_name("tiny.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """The tiny town's folder; copy it before changing anything."""
    return _tiny().write(tmp_path_factory.mktemp("tiny") / "town")


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


def test_a_school_that_moves_by_a_metre_changes_the_version(copy, known):
    assert _edited(copy, "schools.csv", "POINT(497500.0 4100500.0)", "POINT(497501.0 4100500.0)") != known
