"""The answer table from run to run: an answer stays with its words, and nothing of the office is lost."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import openpyxl
import pyogrio
import pytest

from geoplan.errors import PublishError
from geoplan.project import Project
from geoplan.publish.remarks import collect, write_remarks
from geoplan.publish.remarks_answers import SHEET

_spec = importlib.util.spec_from_file_location("geoplan_tiny_answers", Path(__file__).with_name("tiny.py"))
tiny = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(tiny)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return Project.open(tiny.write(tmp_path_factory.mktemp("answers") / "town"))


def run(town, folder, *remarks):
    """Write the table of `(id, text)`, beside the one of the run before; its rows by id."""
    letter = folder / "a.json"
    found = [{"id": key, "stage": "primary", "lat": 37.0, "lon": 114.0, "text": text} for key, text in remarks]
    letter.write_text(json.dumps({"format": "geoplan-remark/1", "plan": "0" * 12, "remarks": found}), encoding="utf-8")
    table = folder / "out" / "remarks.xlsx"
    book = collect([letter], town.config, town.layers, town.units, versions=(), answered=table)
    write_remarks(book, folder / "out")
    head, *rows = openpyxl.load_workbook(table)[SHEET].iter_rows(values_only=True)
    names = [cell.split("\n")[-1] for cell in head]
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def edit(folder, change):
    book = openpyxl.load_workbook(folder / "out" / "remarks.xlsx")
    change(book)
    book.save(folder / "out" / "remarks.xlsx")


def answer(book):
    sheet = book[SHEET]
    heads = [cell.value.split("\n")[-1] for cell in sheet[1]]
    sheet.cell(2, heads.index("answer") + 1, "同意")


def test_an_answer_does_not_pass_to_other_words_under_the_same_id(town, tmp_path):
    run(town, tmp_path, ("r-00000001", "在城东建小学"))
    edit(tmp_path, answer)
    for _ in range(2):
        rows = run(town, tmp_path, ("r-00000001", "关闭城东小学"))
        assert (rows["r-00000001"]["remark"], rows["r-00000001"]["answer"]) == ("在城东建小学", "同意")
        (other,) = (row for key, row in rows.items() if key != "r-00000001")
        assert (other["remark"], other["answer"]) == ("关闭城东小学", None)
        assert "r-00000001" in other["checks"]
    placed = pyogrio.read_dataframe(tmp_path / "out" / "remarks.gpkg", layer="remarks")
    assert placed.geometry.notna().all()


@pytest.mark.parametrize("text", ["一\n\n二", "_x0041_ a", "=1+1", " 边 距 "])
def test_words_that_a_workbook_writes_its_own_way_are_still_the_same(town, tmp_path, text):
    run(town, tmp_path, ("r-00000001", text))
    edit(tmp_path, answer)
    rows = run(town, tmp_path, ("r-00000001", text))
    assert [row["answer"] for row in rows.values()] == ["同意"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda book: book.create_sheet("会议纪要"), "会议纪要"),
        (lambda book: book[SHEET].cell(2, 30, "没有表头"), "without a header"),
        (lambda book: [book[SHEET].cell(1, at, "经办人") for at in (20, 21)], "经办人"),
    ],
    ids=["a sheet", "a column without header", "two columns of one name"],
)
def test_what_the_table_could_not_keep_is_refused_before_it_is_lost(town, tmp_path, change, words):
    run(town, tmp_path, ("r-00000001", "一"))
    edit(tmp_path, change)
    before = (tmp_path / "out" / "remarks.xlsx").read_bytes()
    with pytest.raises(PublishError, match=words):
        run(town, tmp_path, ("r-00000002", "二"))
    assert (tmp_path / "out" / "remarks.xlsx").read_bytes() == before
