"""Tables of schools out of every way in which planners write them: read as they mean it, or refused by name.

What a figure means is known here because it was chosen first and written second; what a hostile cell means nobody
knows, so that only silence about it is a fault. Both in the encodings, delimiters and headers of real files.
"""

from __future__ import annotations

import csv
import importlib.util
import io
import os
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from geoplan.errors import GeoplanError
from geoplan.inputs.hints import Hints
from geoplan.inputs.intake import plan_files, take_in
from geoplan.inputs.schema import layer_schemas


def _sibling(name):
    spec = importlib.util.spec_from_file_location(f"fuzz_{name}", Path(__file__).with_name(f"{name}.py"))
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


damage, oracle, seeds = (_sibling(name) for name in ("damage", "oracle", "seeds"))
COLUMNS = layer_schemas()["schools"].columns
FULL_WIDTH = str.maketrans("0123456789.,", "０１２３４５６７８９．，")
FIGURES = ("capacity", "enrolment", "classes")
EXAMPLES = int(os.environ.get("GEOPLAN_HYPOTHESIS_EXAMPLES", "100"))
"""Of each test; the same ones every time, unless more are asked for."""
PLAIN = settings(
    max_examples=EXAMPLES, derandomize=EXAMPLES <= 100, deadline=None, database=None,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip


def headers(name):
    """Any of the headers that a column goes by and that no other column of these tables does."""
    taken = {
        each
        for other in ("id", "name", "stage", *FIGURES, "year_open")
        if other != name
        for each in COLUMNS[other].names
    }
    return st.sampled_from([each for each in COLUMNS[name].names if each not in taken and not each.isdecimal()])


@st.composite
def figures(draw):
    """(what is written, what is meant): counts with separators, full-width, in 万, with a unit, about, or unknown."""
    count = draw(st.integers(0, 99_999))
    ways = [
        str(count), f"{count:,}", f"{count}人", f"{count:,} 人", f" {count} ", f"{count}.0", f"+{count}",
        str(count).translate(FULL_WIDTH), f"{count:,}".translate(FULL_WIDTH), f"约{count}", f"{count}余人",
        f"{count}左右", f"{count}名", f"{count:05d}",
        f"{count / 10_000:.4f}万", f"{count / 10_000:.4f}万人", f"{count / 10_000:.4f}".translate(FULL_WIDTH) + "万",
    ]  # fmt: skip
    blanks = [(blank, None) for blank in ("", "—", "/", "无", "不详", " ", "N/A")]
    return draw(st.sampled_from([*((way, count) for way in ways), *blanks]))


@st.composite
def years(draw):
    """As `figures`, for the year in which a school was opened."""
    year = draw(st.integers(1949, 2026))
    ways = ("{}", "{}年", "{}年9月", "{}-09-01", "{}0901", "{}.09", " {}", "{}学年")
    way = draw(st.sampled_from(ways)).format(year)
    return draw(st.sampled_from([(way, year), (way.translate(FULL_WIDTH), year), ("", None), ("不详", None)]))


STAGES = st.sampled_from([
    ("幼儿园", ("kindergarten",)), ("小学", ("primary",)), ("初级中学", ("junior",)), ("高中", ("senior",)),
    ("九年一贯制学校", ("primary", "junior")), ("完全中学", ("junior", "senior")),
    ("小学、初中", ("primary", "junior")), ("211 小学", ("primary",)), (" 小学 ", ("primary",)),
    ("教学点", ("primary",)), ("primary;junior", ("primary", "junior")),
])  # fmt: skip


@st.composite
def files(draw, cells):
    """(name of the file, its bytes): rows in one of the formats, encodings and delimiters that offices send."""
    form = draw(st.sampled_from(["xlsx", "utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"]))
    if form == "xlsx":
        return "学校.xlsx", seeds.table_xlsx([list(row) for row in cells])
    stream = io.StringIO()
    mark = draw(st.sampled_from([",", ";", "\t"]))
    end = draw(st.sampled_from(["\r\n", "\n"]))
    csv.writer(stream, delimiter=mark, lineterminator=end).writerows(cells)
    text = stream.getvalue()
    try:
        return "学校.csv", text.encode(form)
    except UnicodeEncodeError:  # a sign that GBK does not have
        return "学校.csv", text.encode("utf-8")


def written(draw, rows):
    """The whole table below its header, and one of its columns moved to the front."""
    names = ["id", "name", "stage", *FIGURES, "year_open", "lon", "lat"]
    order = draw(st.permutations(range(len(names))))
    known = {name: draw(headers(name)) for name in names if name in COLUMNS} | {"lon": "经度", "lat": "纬度"}
    table = [[known[names[at]] for at in order], *([row[at] for at in order] for row in rows)]
    return names, order, table


@st.composite
def meant(draw):
    """A table of which every cell's meaning is known: (name, bytes, meanings by id)."""
    rows, truth = [], {}
    for number in range(draw(st.integers(1, 8))):
        key = f"S{number:03}"
        stage, counts, year = draw(STAGES), [draw(figures()) for _ in FIGURES], draw(years())
        classes = counts[2]
        counts[2] = classes if not any(mark in classes[0] for mark in "人名") else (str(classes[1]), classes[1])
        place = (114.5 + number / 1000, 37.05)
        rows.append([key, f"第{number + 1}学校", stage[0], *(each[0] for each in counts), year[0], *map(str, place)])
        truth[key] = (stage[1], *(each[1] for each in counts), year[1])
    _, _, table = written(draw, rows)
    return (*draw(files(table)), truth)


def taken_in(name, content):
    """What geoplan made of the file; None where it refused it by a message that names it."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / name
        path.write_bytes(content)
        try:
            found = take_in(plan_files([path], Hints(roles=("schools",))), progress=lambda _: None)
        except GeoplanError as refused:
            told, found = str(refused), None
    if found is None:
        assert name in told
        return None
    assert all(each.file == name for each in found.errors)
    return found


@PLAIN
@given(meant())
def test_every_figure_is_read_as_it_was_meant(table):
    name, content, truth = table
    found = taken_in(name, content)
    assert found is not None
    assert [str(each) for each in found.errors] == []
    frame = found.layers[0].layer.frame
    assert set(frame.index) == set(truth)
    for key, (stages, *numbers) in truth.items():
        row = frame.loc[key]
        assert tuple(row["stages"]) == stages
        for column, number in zip((*FIGURES, "year_open"), numbers, strict=True):
            assert (None if row[column] != row[column] else row[column]) == number, (key, column)


HOSTILE = st.one_of(
    st.sampled_from(damage.CELLS),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    figures().map(lambda pair: pair[0]),
    years().map(lambda pair: pair[0]),
)


@st.composite
def hostile(draw):
    """A table with a cell or more of which nobody knows what they mean."""
    rows = [list(row) for row in seeds.ROWS]
    for _ in range(draw(st.integers(1, 6))):
        rows[draw(st.integers(0, len(rows) - 1))][draw(st.integers(0, len(seeds.HEADERS) - 1))] = draw(HOSTILE)
    cells = [list(seeds.HEADERS), *rows]
    name, content = draw(files(cells))
    if name.endswith("xlsx"):
        cells = [[seeds.storable(cell) for cell in row] for row in cells]
    return name, content, tuple(map(tuple, cells))


def _rows_of(*rows):
    cells = [list(seeds.HEADERS), *rows]
    return "学校.csv", seeds.table_csv(cells), tuple(map(tuple, cells))


@PLAIN
@given(hostile())
@example(("学校.csv", b"", ()))
@example(_rows_of(["2113000001 ", "一小", "小学", "1", "", "", "114.5", "37.05"]))
@example(("学校.csv", seeds.table_csv([seeds.HEADERS]), (tuple(seeds.HEADERS),)))
def test_a_hostile_cell_is_read_as_it_stands_told_as_a_change_or_refused(table):
    name, content, cells = table
    found = taken_in(name, content)
    if found is not None and cells:
        case = SimpleNamespace(cells=cells, kind=name.rsplit(".", 1)[-1])
        assert list(oracle.silent_changes(case, found)) == []


@pytest.mark.parametrize("cell", ["1200", "１２００", "1,200", "1200人", "0.12万"])
def test_the_oracle_sees_a_figure_that_changed_and_that_nobody_told(cell):
    """The judge is no straw man: without the list of changes it finds every rewritten figure."""
    rows = [seeds.HEADERS, [*seeds.ROWS[0]]]
    rows[1][3] = cell
    found = taken_in("学校.csv", seeds.table_csv(rows))
    case = SimpleNamespace(cells=tuple(map(tuple, rows)), kind="csv")
    assert list(oracle.silent_changes(case, found)) == []
    found.log.changes.clear()
    silent = [each for each in oracle.silent_changes(case, found) if "学位数" in each]
    assert len(silent) == (cell != "1200")
