"""`clean` and `[totals]` in project.toml: what is understood, and every fault with its key."""

from __future__ import annotations

import pytest

from geoplan.config import read_project
from geoplan.config_checks import CleanConfig, OfficialTotal
from geoplan.errors import ConfigError


@pytest.fixture
def read(tmp_path):
    def make(text):
        (tmp_path / "project.toml").write_text(text, encoding="utf-8")
        return read_project(tmp_path)

    return make


@pytest.fixture
def faults(read):
    def make(text):
        with pytest.raises(ConfigError) as caught:
            read(text)
        return str(caught.value)

    return make


def clean(value):
    return f'[layers.districts]\npath = "d.gpkg"\n{value}\n'


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", None),
        ("clean = false", None),
        ("clean = true", CleanConfig(snap_m=0.1, gap_width_m=10)),
        ("clean = { snap_m = 5, gap_width_m = 20 }", CleanConfig(snap_m=5, gap_width_m=20)),
        ("clean = { gap_width_m = 0 }", CleanConfig(snap_m=0.1, gap_width_m=0)),
    ],
)
def test_cleaning_is_asked_for_in_the_districts_layer(read, value, expected):
    assert read(clean(value)).layers["districts"].clean == expected


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ('clean = "yes"', "layers.districts.clean: expected true, or { snap_m = 5, gap_width_m = 20 }, found 'yes'"),
        ("clean = { snap = 5 }", "layers.districts.clean.snap: unknown key"),
        ("clean = { snap_m = -1 }", "layers.districts.clean.snap_m: expected a number from 0, found -1"),
        ("clean = { gap_width_m = inf }", "layers.districts.clean.gap_width_m: expected a number from 0, found inf"),
    ],
)
def test_faults_of_clean_name_their_key(faults, value, message):
    assert message in faults(clean(value))


def test_only_districts_can_be_cleaned(faults):
    assert "layers.schools.clean: unknown key" in faults('[layers.schools]\npath = "s.csv"\nclean = true\n')


def test_a_bare_number_takes_source_year_and_tolerance_of_the_table(read):
    totals = read('[totals]\nsource = "XT:6"\nyear = 2020\ntolerance = 0.01\nkindergartens = 2347\n').totals
    assert totals.figures == (OfficialTotal("kindergartens", 2347.0, "XT:6", "", 2020, 0.01),)
    assert totals


def test_a_figure_may_bring_its_own_source(read):
    totals = read('[totals]\nsource = "A"\npeople = { value = 7111106, source = "B", year = 2020 }\n').totals
    assert totals.figures == (OfficialTotal("people", 7111106.0, "B", "", 2020, 0.0),)


def test_figures_by_district_are_written_by_place(read):
    totals = read('[totals]\nsource = "A"\n[totals.by_district.kindergartens]\n"襄都区" = 120\n130503 = 98\n').totals
    assert [(each.place, each.value) for each in totals.figures] == [("襄都区", 120), ("130503", 98)]


def test_a_column_of_the_districts_layer_can_be_the_official_figure(read):
    totals = read('[totals.by_district]\npeople = { column = "districts", source = "七普" }\n').totals
    assert (totals.own_columns, totals.figures) == ({"people": "七普"}, ())


def test_without_the_table_there_is_nothing_to_compare(read):
    assert not read("").totals


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kindergartens = 2347", "totals.kindergartens: needs a source"),
        ('source = "A"\nkindergarten = 1', "totals.kindergarten: unknown key"),
        ('source = "A"\nkindergartens = "2347"', "totals.kindergartens: expected a number from 0, found '2347'"),
        ('source = "A"\nkindergartens = -1', "totals.kindergartens: expected a number from 0, found -1"),
        ('source = "A"\nkindergartens = nan', "totals.kindergartens: expected a number from 0, found nan"),
        ('source = "A"\npeople = { year = 2020 }', "totals.people.value: expected a number from 0, found None"),
        ('source = "A"\ntolerance = 5\npeople = 1', "totals.tolerance: expected a share from 0 to 1"),
        ('[totals.by_district]\npeople = "districts"', "totals.by_district.people: needs a source"),
        (
            'source = "A"\n[totals.by_district]\nschools = "districts"',
            "totals.by_district.schools: the districts layer holds people",
        ),
        ('source = "A"\n[totals.by_district.school]\n"甲" = 1', "totals.by_district.school: unknown key"),
    ],
)
def test_faults_of_totals_name_their_key(faults, text, message):
    assert message in faults(f"[totals]\n{text}\n")
