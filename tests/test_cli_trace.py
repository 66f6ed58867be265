"""`geoplan trace` as typed: from a published folder and from a project, what it prints and how it refuses."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import pytest

from geoplan.editions import edition_of
from geoplan.project import Project
from geoplan.publish.figures import figures_of, write_figures

spec = importlib.util.spec_from_file_location("trace_tiny", Path(__file__).parent / "publish" / "tiny.py")
tiny = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tiny)

SHARE = "kindergarten.straight.before.share"
DRAWN = "kindergarten.straight.before.covered"
PLACES = {SHARE: ("text.docx 第二章",), DRAWN: ("atlas.pdf 图03 幼儿园现状覆盖图", "atlas.pdf 图21 城关镇")}


@pytest.fixture
def geoplan(geoplan):
    """`geoplan trace` with these arguments."""
    return lambda *arguments: geoplan("trace", *arguments)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return tiny.write(tmp_path_factory.mktemp("trace"))


@pytest.fixture(scope="module")
def published(project, tmp_path_factory):
    folder = tmp_path_factory.mktemp("set")
    edition = edition_of(Project.open(project))
    write_figures(edition, figures_of(edition), folder / "figures.json", places=PLACES)
    return folder


def test_a_number_of_a_published_folder_is_traced_to_clause_line_files_method_and_place(geoplan, published):
    code, out, _ = geoplan(SHARE, published)
    assert code == 0
    assert out.startswith(f"{SHARE} = 33.3% share\n幼儿园，直线距离，现状：覆盖率\n")
    assert "CB-R-01 《邢台市“十四五”教育规划》002_fe10ad1b5c3f9bc5.txt:118（plan）" in out
    assert "资料 input: population, 30 rows, population.csv\n  sha256 " in out
    assert "算法 how: 半径内人口 ÷ 有半径标准的人口" in out
    assert "刊载 printed: text.docx 第二章" in out
    # this folder holds neither workbooks nor a page
    assert out.count("刊载 printed") == 1


def test_the_cells_of_the_tables_beside_it_are_named_and_checked(geoplan, project, published, tmp_path):
    import openpyxl

    from geoplan.publish.tables import write_tables

    (tmp_path / "figures.json").write_bytes((published / "figures.json").read_bytes())
    write_tables(edition_of(Project.open(project)).plan, tmp_path / "geoplan.xlsx")
    _, out, _ = geoplan("kindergarten.straight.after.district.D1.covered", tmp_path)
    where = re.search(r"geoplan\.xlsx 覆盖!([A-Z]+)(\d+)$", out, re.MULTILINE)
    cell = openpyxl.load_workbook(tmp_path / "geoplan.xlsx")["覆盖"][where[1] + where[2]]
    assert out.startswith(f"kindergarten.straight.after.district.D1.covered = {cell.value:,} people")
    _, out, _ = geoplan("kindergarten.site.S1.people_newly", tmp_path)
    assert re.search(r"geoplan\.xlsx 建议![A-Z]+2$", out, re.MULTILINE)


def test_a_cell_that_was_edited_by_hand_is_told_of(geoplan, project, published, tmp_path):
    import openpyxl

    from geoplan.publish.tables import write_tables

    (tmp_path / "figures.json").write_bytes((published / "figures.json").read_bytes())
    write_tables(edition_of(Project.open(project)).plan, tmp_path / "geoplan.xlsx")
    book = openpyxl.load_workbook(tmp_path / "geoplan.xlsx")
    heads = [str(cell.value).partition("\n")[0] for cell in book["建议"][1]]
    book["建议"].cell(2, heads.index("新增覆盖人口") + 1).value = 901
    book.save(tmp_path / "geoplan.xlsx")
    _, out, _ = geoplan("kindergarten.site.S1.people_newly", tmp_path)
    assert "与此不符 differs: 901" in out


def test_a_project_is_computed_and_gives_the_same_answer(geoplan, project, published):
    code, out, _ = geoplan(SHARE, project, "--json")
    assert code == 0
    computed = json.loads(out)
    _, out, _ = geoplan(SHARE, published, "--json")
    read = json.loads(out)
    assert "tables: 覆盖" in computed["printed"]
    for key in ("id", "plan", "value", "text", "clauses", "inputs", "rows", "how"):
        assert computed[key] == read[key]
    assert computed["inputs"][0]["sha256"]


def test_ids_are_listed_by_words_in_a_folder_that_needs_no_id(geoplan, published):
    code, out, err = geoplan("--like", "闲置一号", published)
    assert code == 0
    assert "kindergarten.site.S1.people_newly" in out
    code, listed, _ = geoplan(published, "--like", "闲置一号", "--json")
    assert code == 0
    found = json.loads(listed)
    assert len(found) >= 8
    assert all("闲置一号" in each["zh"] for each in found)
    assert f"{len(found)} figures" in err
    assert {each["id"] for each in found} <= {line.split("\t")[0] for line in out.splitlines()}


def test_every_sheet_of_the_atlas_that_prints_a_figure_is_named(geoplan, published):
    code, out, _ = geoplan(DRAWN, published)
    assert code == 0
    for place in PLACES[DRAWN]:
        assert f"刊载 printed: {place}" in out
    _, out, _ = geoplan("kindergarten.sites", published)
    assert "atlas.pdf" not in out


def test_an_unknown_id_ends_with_its_neighbours_and_no_traceback(geoplan, published):
    code, out, err = geoplan("kindergarten.straight.before.shar", published)
    assert (code, out) == (2, "")
    assert SHARE in err
    assert "--like" in err
    assert "Traceback" not in err


def test_no_id_at_all_says_how_to_find_one(geoplan):
    code, _, err = geoplan()
    assert code == 2
    assert "--like TEXT" in err


def test_a_changed_figures_file_is_told_of(geoplan, published, tmp_path):
    text = (published / "figures.json").read_text(encoding="utf-8")
    (tmp_path / "figures.json").write_text(text, encoding="utf-8")
    (tmp_path / "manifest.json").write_text('{"outputs_sha256": {"figures.json": "0"}}', encoding="utf-8")
    code, _, err = geoplan(SHARE, tmp_path)
    assert code == 0
    assert "changed since it was published" in err


def test_a_broken_figures_file_is_named(geoplan, tmp_path):
    (tmp_path / "figures.json").write_text("{", encoding="utf-8")
    code, _, err = geoplan(SHARE, tmp_path)
    assert code == 2
    assert "figures.json" in err
