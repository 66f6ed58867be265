from __future__ import annotations

import pandas as pd
import pytest

from geoplan.inputs.columns import Match
from geoplan.inputs.findings import RefusedError
from geoplan.inputs.raw import Raw, row_labels
from geoplan.inputs.rows import keep_where, row_ids
from geoplan.inputs.schema import layer_schemas

SCHEMAS = layer_schemas(None)


@pytest.fixture
def raw():
    table = pd.DataFrame({"类": ["a", "b ", None, "—"], "n": [0, 3.0, "1.5万", "x"]}, dtype=object)
    table.index = pd.Index(row_labels(range(1, 5)))
    return Raw(table, None, None, ())


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        ({"类": ("a", "b")}, ["row 1", "row 2"]),
        ({"类": ("*",)}, ["row 1", "row 2"]),
        ({"n": (">0",)}, ["row 2", "row 3"]),
        ({"n": (">=3",)}, ["row 2", "row 3"]),
        ({"n": ("< 1",)}, ["row 1"]),
        ({"n": ("3",)}, ["row 2"]),
        ({"类": ("*",), "n": (">0",)}, ["row 2"]),
        ({"Ｎ": (">0",)}, ["row 2", "row 3"]),
    ],
)
def test_rows_that_fit_every_entry_are_kept(raw, source, where, kept):
    result, _ = keep_where(raw, source(where=where))
    assert list(result.attributes.index) == kept


def test_the_rows_left_out_are_counted_and_named(raw, source):
    _, (finding,) = keep_where(raw, source(where={"类": ("a",)}))
    assert finding.what == "1 of 4 rows are kept by where = 类: a."
    assert finding.rows == ("row 2", "row 3", "row 4")


def test_every_unknown_column_of_where_is_told_with_a_hint(raw, source):
    with pytest.raises(RefusedError) as caught:
        keep_where(raw, source(where={"类别": ("a",), "m": ("1",), "n": (">x",)}))
    assert [finding.code for finding in caught.value.findings] == ["missing-column", "missing-column", "bad-where"]
    assert "Did you mean '类'?" in caught.value.findings[0].what


def ids(raw, source, cells, role="schools"):
    return row_ids(raw, Match("编号", cells), source(role), SCHEMAS[role])


def test_duplicate_ids_are_an_error_that_names_them_and_their_rows(raw, source):
    _, (finding,) = ids(raw, source, ["a", " a", "b", "c"])
    assert (finding.code, finding.severity, finding.rows, finding.count) == ("duplicate-id", "error", ("a",), 1)
    assert "row 1, row 2" in finding.what


def test_roads_with_ids_that_repeat_are_renumbered_with_a_warning(raw, source):
    result, (finding,) = ids(raw, source, ["0", "0", "0", "0"], role="roads")
    assert result == ["row 1", "row 2", "row 3", "row 4"]
    assert finding.severity == "warning"


def test_a_blank_id_becomes_the_row_number_with_a_warning(raw, source):
    result, (finding,) = ids(raw, source, ["a", None, "b", "c"])
    assert result == ["a", "row 2", "b", "c"]
    assert (finding.code, finding.severity, finding.rows) == ("blank-id", "warning", ("row 2",))


@pytest.mark.parametrize(("role", "severity"), [("schools", "warning"), ("population", "note")])
def test_ids_made_from_row_numbers_are_told(raw, source, role, severity):
    result, (finding,) = row_ids(raw, None, source(role), SCHEMAS[role])
    assert result[0] == "row 1"
    assert (finding.code, finding.severity) == ("generated-ids", severity)
