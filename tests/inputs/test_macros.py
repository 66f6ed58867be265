"""Workbooks with macros, formulas, links and queries: the stored values are read, nothing is run, and it is told."""

from __future__ import annotations

import io
import os
import socket
import subprocess

import pytest
import xlsxwriter

from geoplan.inputs.changes import ChangeLog
from geoplan.inputs.load import check_layers

VBA = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"Attribute VB_Name = AutoOpen" * 50
HEADERS = ["id", "校名", "学段", "学位数", "经度", "纬度"]
FORMULAS = {
    "sum": ("=40*45", 1800),
    "web": ('=WEBSERVICE("http://127.0.0.1:9/x")', 1200),
    "another file": ("='[other.xlsx]Sheet1'!A1", 900),
    "program": ("=cmd|' /C calc'!A0", 600),
    "link": ('=HYPERLINK("file:///etc/passwd", 300)', 300),
}


@pytest.fixture
def book(town):
    """book(name, formulas) -> a workbook whose fourth column holds them with the values that Excel stored."""

    def write(name, formulas, *, macros):
        with xlsxwriter.Workbook(town.folder / name) as made:
            if macros:
                made.add_vba_project(io.BytesIO(VBA), is_stream=True)
            sheet = made.add_worksheet()
            sheet.write_row(0, 0, HEADERS)
            for row, (formula, value) in enumerate(formulas, start=1):
                sheet.write_row(row, 0, [f"s{row}", f"第{row}小学", "小学"])
                sheet.write_formula(row, 3, formula, None, value)
                sheet.write_row(row, 4, [114.5 + row / 100, 37.05])
        town.layer("schools", f'path = "{name}"')

    return write


@pytest.fixture
def nothing_runs(monkeypatch):
    """Programs and connections are counted, and refused."""
    tried = []

    def refuse(*args, **_options):
        tried.append(args)
        raise PermissionError(args)

    monkeypatch.setattr(subprocess, "Popen", refuse)
    monkeypatch.setattr(os, "system", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    return tried


@pytest.mark.parametrize("name", ["schools.xlsm", "schools.xlsx"])
def test_the_stored_values_of_formulas_are_read_and_nothing_is_run(book, town, nothing_runs, name):
    book(name, FORMULAS.values(), macros=name.endswith("m"))
    assert town.frame("schools")["capacity"].tolist() == [1800, 1200, 900, 600, 300]
    assert nothing_runs == []


def test_macros_are_noted_and_not_run(book, town, nothing_runs):
    book("schools.xlsm", [FORMULAS["sum"]], macros=True)
    told = town.finding("macros-ignored", "note")
    assert told.file == "schools.xlsm"
    assert told.what == "The workbook holds macros; they are neither run nor looked at."
    assert nothing_runs == []


def test_a_workbook_without_macros_has_no_such_note(book, town):
    book("schools.xlsx", [FORMULAS["sum"]], macros=False)
    assert "macros-ignored" not in town.codes("note")


def test_a_formula_whose_result_was_never_stored_is_a_warning_with_its_row_and_a_change(book, town):
    book("schools.xlsm", [FORMULAS["sum"], ("=40*45", "")], macros=True)
    log = ChangeLog()
    layers, findings = check_layers(town.config(), log=log)
    assert layers.schools.frame["capacity"].isna().tolist() == [False, True]
    (told,) = [finding for finding in findings if finding.code == "uncomputed-formula"]
    assert (told.severity, told.rows) == ("warning", ("row 3",))
    assert [(each.row, each.column) for each in log.changes if each.why == "uncomputed"] == [("row 3", "学位数")]


def test_a_formula_that_ended_in_an_error_is_an_error_with_its_row(book, town):
    book("schools.xlsx", [FORMULAS["sum"], ("=1/0", "#DIV/0!")], macros=False)
    assert "'#DIV/0!' (s2)" in town.finding("not-a-number", "error").what
