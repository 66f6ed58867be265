"""The atlas beside the tables of the same set: what closes, what is built, and the public notice."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from matplotlib import rc_context

from geoplan.editions import edition_of
from geoplan.publish.atlas import places_of, sheets_of, write_atlas
from geoplan.publish.atlas.sheet import Folio
from geoplan.publish.atlas.write import _all_sheets, _page, settings
from geoplan.publish.charts import cjk_font
from geoplan.publish.figures import figures_of
from geoplan.publish.lint_cells import word_paragraphs
from geoplan.publish.mapfile import Notice, notice_words
from geoplan.publish.office import write_explanation, write_text
from geoplan.publish.statutory.layout import building_table, layout_table
from geoplan.publish.statutory.planned import planned_schools

pytestmark = pytest.mark.skipif(cjk_font() is None, reason="no Chinese font on this machine")

spec = importlib.util.spec_from_file_location("set_town_atlas", Path(__file__).with_name("set_town.py"))
set_town = importlib.util.module_from_spec(spec)
spec.loader.exec_module(set_town)

NOTICE = Notice(date(2026, 12, 1), date(2027, 1, 15), ("邮寄：小镇教育局",))


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    found = edition_of(set_town.project(tmp_path_factory.mktemp("planned") / "p", years=(2026, 2030)))
    return replace(found, map_file=replace(found.map_file, notice=NOTICE, sources=("统计年鉴",)))


@pytest.fixture(scope="module")
def folio(edition):
    return Folio(edition.plan, edition.map_file, planned=planned_schools(edition))


def words_of(folio, slug):
    """Everything that is written on the sheet with an id."""
    sheets = _all_sheets(folio)
    number = next(at for at, each in enumerate(sheets) if each.id == slug)
    with rc_context(settings()):
        figure = _page(folio, sheets, number).figure
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_a_school_that_table_4_closes_is_not_kept_on_the_planned_map(edition, folio):
    words = words_of(folio, "kindergarten-layout")
    assert words[words.index("保留（含改扩建、迁建）") + 1] == "2 所"
    assert words[words.index("拟撤并") + 1] == "1 所"
    rows = layout_table(edition.plan, folio.schools).sheet.rows
    kindergartens = [row[4] for row in rows if row[1] in {"K1", "K2", "K3"}]
    assert sorted(kindergartens) == ["保留 / keep", "保留 / keep", "撤销 / close"]
    assert any("规划覆盖率不计拟撤并的学校" in word for word in words)


def test_the_atlas_lists_what_table_5_lists_in_the_same_order_with_the_same_figures(edition, folio):
    words = words_of(folio, "projects")
    total, *rows = building_table(edition.plan, folio.schools).sheet.rows
    assert total[2] == f"合计 {len(rows)} 项"
    where = 0
    for row in rows:
        where = words.index(str(row[1]), where)
        assert words[where + 1] == row[2]
        assert words[where + 4] == ("—" if row[6] is None else str(row[6]))
        assert words[where + 6] == f"{row[9]:,}"
    assert {"V2", "V4", "V5"} <= {row[1] for row in rows}


def test_the_notice_stands_on_the_contents_of_the_atlas_and_in_both_texts(edition, folio, tmp_path):
    (notice, _), (sources, _) = notice_words(edition.map_file)
    said = "".join(words_of(folio, "contents"))
    assert notice in said
    assert sources in said
    figures = figures_of(edition)
    for write in (write_text, write_explanation):
        write(edition, figures, tmp_path / "x.docx")
        assert {notice, sources} <= set(word_paragraphs(tmp_path / "x.docx"))


@pytest.fixture(scope="module")
def drawn(edition, tmp_path_factory):
    """The atlas as files, and what it said of each sheet while it drew them."""
    told = []
    out = tmp_path_factory.mktemp("planned-atlas")
    pupils = edition.pupils
    pdf = write_atlas(
        edition.plan,
        out,
        map_file=edition.map_file,
        balance=pupils.balance,
        forecast=pupils.forecasts,
        years=pupils.years,
        schools=planned_schools(edition),
        told=told.append,
    )
    return pdf, tuple(told)


def test_the_sheets_that_are_told_are_the_pages_and_pictures_in_their_order(edition, drawn):
    pdf, told = drawn
    assert sheets_of(edition) == told
    assert [sheet.number for sheet in told] == list(range(len(told)))
    assert len({sheet.id for sheet in told}) == len(told)
    assert len(re.findall(rb"/Type /Page\b", pdf.read_bytes())) == len(told)
    pictures = sorted(path.name for path in (pdf.parent / "atlas").iterdir())
    assert [int(name[:2]) for name in pictures] == [sheet.number for sheet in told]
    assert {"contents", "kindergarten-layout", "unit-D1", "unit-D2"} <= {sheet.id for sheet in told}


def test_every_figure_that_a_sheet_is_said_to_print_stands_there_as_it_is_published(edition, drawn):
    figures = figures_of(edition)
    folio = Folio(
        edition.plan,
        edition.map_file,
        edition.pupils.balance,
        edition.pupils.forecasts,
        years=edition.pupils.years,
        planned=planned_schools(edition),
    )
    said = 0
    for sheet in drawn[1]:
        words = words_of(folio, sheet.id)
        for key in sheet.figures:
            assert any(word == figures[key].text or word.startswith(f"{figures[key].text} ") for word in words), key
            said += 1
    assert said > 100
    planned = next(sheet for sheet in drawn[1] if sheet.id == "kindergarten-planned-straight")
    places = places_of(drawn[1])["kindergarten.straight.after.district.D2.share"]
    assert f"atlas.pdf 图{planned.number:02d} 幼儿园规划后服务半径覆盖图（直线距离）" in places
    assert any("分图则：=D2" in place for place in places)


def test_where_there_are_few_schools_each_is_named_and_one_that_closes_is_named_and_crossed_out(folio):
    for slug in ("kindergarten-layout", "kindergarten-schools", "primary-layout"):
        words = words_of(folio, slug)
        supply = next(each for each in folio.plan.stages if slug.startswith(each.stage.value)).basis.before.supply
        assert set(map(str, supply.names)) <= set(words), slug
    assert "拟撤并幼儿园" in words_of(folio, "kindergarten-planned-straight")
    assert "撤并后不再服务的范围" in words_of(folio, "kindergarten-planned-straight")
    assert "撤并后不再服务的范围" not in words_of(folio, "kindergarten-coverage-straight")


def test_gaps_that_a_closing_makes_are_drawn_with_the_planned_radius_and_named_in_the_text(edition, folio, tmp_path):
    gaps = edition.plan.stages[0].basis.closing_gaps
    assert [(gap.id, gap.closings, gap.since) for gap in gaps] == [(f"G{at}", ("K2",), 2027) for at in range(21, 25)]
    words = words_of(folio, "kindergarten-planned-straight")
    row = next(at for at, word in enumerate(words) if word.startswith("撤并形成的缺口"))
    assert "4 处" in words[row : row + 4]
    assert {gap.id for gap in gaps} & set(words)
    assert not any("撤并形成的缺口" in word for word in words_of(folio, "kindergarten-coverage-straight"))
    write_text(edition, figures_of(edition), tmp_path / "text.docx")
    told = next(line for line in word_paragraphs(tmp_path / "text.docx") if "学校撤并还将形成服务缺口" in line)
    assert [gap.id for gap in gaps] == re.findall(r"G\d+", told)
    assert "（K2）撤并，2027年起）" in told
