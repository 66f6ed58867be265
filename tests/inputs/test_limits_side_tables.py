"""Control points, reference points and decisions by hand pass the same guard as the layers themselves."""

from __future__ import annotations

import os

import pytest

from geoplan.inputs import limits

POINTS = "name,lon,lat\n一小,114.50,37.05\n"
KEYS = ["reference", "registration"]


@pytest.fixture
def named(town):
    """The schools with a side table under one of the keys."""

    def write(key, path, project=""):
        town.project = project
        town.layer("schools", f'path = "schools.csv"\n{key} = "{path}"')
        return town

    return write


@pytest.fixture
def stranger(tmp_path_factory):
    path = tmp_path_factory.mktemp("other") / "points.csv"
    path.write_text(POINTS, encoding="utf-8")
    return path


@pytest.mark.parametrize("key", KEYS)
def test_a_side_table_beyond_the_folder_is_refused_by_its_name(named, stranger, key):
    town = named(key, "../" + os.path.relpath(stranger, named(key, "x").folder.parent))
    finding = town.finding("outside-project", "error")
    assert finding.file.startswith("../")
    assert finding.layer == "schools"


@pytest.mark.parametrize("key", KEYS)
def test_a_link_out_of_the_folder_is_refused(named, stranger, key):
    town = named(key, "points.csv")
    (town.folder / "points.csv").symlink_to(stranger)
    assert town.codes() == ["outside-project"]


def test_an_absolute_path_is_noted_or_forbidden_as_for_layers(named, stranger):
    town = named("reference", stranger)
    assert town.finding("file-outside-project", "note").file == str(stranger)
    assert named("reference", stranger, "outside_files = false").codes() == ["outside-project"]


@pytest.mark.parametrize("key", KEYS)
def test_a_pipe_and_a_device_are_not_read(named, key):
    town = named(key, "points.csv")
    os.mkfifo(town.folder / "points.csv")
    assert town.codes() == ["not-a-file"]
    (town.folder / "points.csv").unlink()
    (town.folder / "points.csv").mkdir()
    assert named(key, "points.csv").codes() == ["not-a-file"]


@pytest.mark.parametrize("key", KEYS)
def test_a_side_table_of_gigabytes_is_refused_before_it_is_read(named, key):
    town = named(key, "points.csv")
    with (town.folder / "points.csv").open("wb") as stream:
        stream.truncate(limits.MAX_TABLE_BYTES + 1)
    assert town.codes() == ["too-large"]


@pytest.mark.parametrize("key", KEYS)
def test_a_workbook_that_is_a_bomb_or_locked_is_refused(named, key):
    town = named(key, "points.xlsx")
    (town.folder / "points.xlsx").write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 600)
    (code,) = town.codes()
    assert code in {"encrypted-file", "unreadable-file"}


def test_a_side_table_that_is_no_table_says_what_was_expected(named):
    town = named("reference", "points.gpkg")
    town.write("points.gpkg", "SQLite format 3\0")
    assert "expected a CSV or XLSX, found .gpkg" in town.finding("unreadable-file", "error").what


def test_one_that_is_missing_or_a_link_to_itself_is_told_as_before(named):
    assert named("reference", "none.csv").codes() == ["missing-file"]
    town = named("registration", "none.csv")
    assert town.codes() == ["missing-file"]
    (town.folder / "none.csv").symlink_to(town.folder / "none.csv")
    assert town.codes() == ["missing-file"]


def test_decisions_by_hand_pass_the_guard_too(town, stranger):
    town.write("places.csv", POINTS)
    town.layer("schools", f'path = "schools.csv"\nlocate_from = {{ path = "places.csv", settled = "{stranger}" }}')
    town.project = "outside_files = false"
    assert "outside-project" in town.codes()
