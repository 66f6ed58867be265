import copy
import dataclasses

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from geoplan import errors
from geoplan.config import ROLES
from geoplan.errors import GeoplanError, MissingExtraError, near_match
from geoplan.types import Area, Finding, Layer, Layers, Severity, Stage, Table, Travel, natural_key, natural_sorted
from geoplan.units import to_base, walk_minutes


def test_ids_sort_as_people_count():
    assert natural_sorted(["S10", "S2", "S1", "s1", "2", "10", ""]) == ["", "2", "10", "S1", "S2", "S10", "s1"]
    assert natural_sorted(["a1b10", "a1b9", "a01b9"]) == ["a01b9", "a1b9", "a1b10"]


@given(st.lists(st.text(max_size=12), max_size=30))
def test_any_ids_have_one_order(ids):
    assert natural_sorted(ids) == natural_sorted(reversed(ids))
    assert sorted(set(ids)) == sorted(set(natural_sorted(ids)))


@given(st.text(max_size=12), st.text(max_size=12))
def test_different_ids_never_tie(one, other):
    assert (natural_key(one) == natural_key(other)) == (one == other)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_whole_numbers_keep_their_own_order(one, other):
    assert (natural_key(str(one)) < natural_key(str(other))) == (one < other)


@pytest.mark.parametrize("kind", [Stage, Area, Travel])
def test_every_word_has_a_chinese_label_and_is_its_own_value(kind):
    for word in kind:
        assert word.zh
        assert not word.zh.isascii()
        assert kind(word.value) is word


def test_a_finding_says_where_what_why_and_what_to_do():
    finding = Finding(
        Severity.ERROR,
        "duplicate-id",
        "2 rows share an id.",
        why="Results go by id.",
        fix="Number them.",
        layer="schools",
        file="s.csv",
        rows=("7", "8"),
        count=9,
    )
    assert str(finding) == ("error: schools (s.csv): 2 rows share an id. [7, 8, …] Results go by id. → Number them.")
    assert finding.as_dict()["rows"] == ["7", "8"]
    assert finding.as_dict()["severity"] == "error"


def test_a_bare_finding_is_one_short_line():
    assert str(Finding(Severity.NOTE, "x", "Nothing to see.")) == "note: Nothing to see."


def test_findings_are_frozen_and_comparable():
    finding = Finding(Severity.NOTE, "x", "y")
    with pytest.raises(dataclasses.FrozenInstanceError):
        finding.code = "z"
    assert finding == copy.copy(finding)
    assert len({finding, copy.copy(finding)}) == 1


def test_layers_know_which_of_them_are_present_and_whether_they_are_local():
    frame = gpd.GeoDataFrame({"name": ["a"]}, geometry=[shapely.Point(0, 0)], index=["1"])
    layers = Layers(crs=None, schools=Layer("schools", frame, "s.csv"))
    assert layers.is_local
    assert [layer.role for layer in layers.present()] == ["schools"]
    assert "local metres" in repr(layers)
    assert not Layers(crs=CRS.from_epsg(4547)).is_local


def test_layers_hold_every_role_and_tables_beside_them_without_a_place():
    births = Table("births", pd.DataFrame({"births": [1, 2]}, index=["row 2", "row 3"]), "b.csv")
    layers = Layers(crs=None, births=births)
    assert layers.of("births") is births
    assert layers.present() == (births,)
    assert [role for role in ROLES if layers.of(role) is None] == [role for role in ROLES if role != "births"]
    assert repr(births) == "Table(births: 2 rows from b.csv)"
    assert "births 2" in repr(layers)


@pytest.mark.parametrize(
    ("name", "builtin"),
    [
        ("ConfigError", ValueError), ("InputError", ValueError), ("MissingFileError", FileNotFoundError),
        ("MissingColumnError", LookupError), ("RuleError", LookupError), ("TravelError", ValueError),
        ("ProblemError", ValueError), ("PublishError", RuntimeError),
    ],
)  # fmt: skip
def test_every_error_is_geoplan_s_and_the_builtin_that_a_caller_expects(name, builtin):
    error = getattr(errors, name)("found, expected, do")
    assert isinstance(error, GeoplanError)
    assert isinstance(error, builtin)
    assert str(error) == "found, expected, do"


def test_a_missing_library_answers_with_the_command_that_installs_it():
    error = MissingExtraError("python-docx", "word")
    assert "pip install 'geoplan[word]'" in str(error)
    assert isinstance(error, ImportError)


def test_a_near_match_is_offered_and_a_far_one_is_not():
    assert near_match("capacty", ["capacity", "cost"]) == " Did you mean 'capacity'?"
    assert near_match("zzz", ["capacity", "cost"]) == ""


@pytest.mark.parametrize(
    ("value", "unit", "base"),
    [
        (0.7, "万人", (7000, "people")),
        (1.2, "万人", (12_000, "people")),
        (1.5, "km", (1500, "m")),
        (300, "m", (300, "m")),
        (45, "min", (45, "min")),
    ],
)
def test_units_become_metres_and_people_exactly(value, unit, base):
    assert to_base(value, unit) == base


def test_three_km_on_foot_are_45_minutes():
    assert walk_minutes(3000) == pytest.approx(45)
