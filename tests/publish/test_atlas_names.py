"""Whatever is crowded on a sheet: every school can be told, nothing is too small to read, nothing lost in silence."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import rc_context

from geoplan.publish.atlas.district_names import district_names
from geoplan.publish.atlas.letters import LEAST_POINTS, width_mm
from geoplan.publish.atlas.notes import general_sheets
from geoplan.publish.atlas.school_names import stage_names
from geoplan.publish.atlas.scope import contents_sheets
from geoplan.publish.atlas.sheet import Folio, TableColumn
from geoplan.publish.atlas.tables import cell_lines, column_edges
from geoplan.publish.atlas.write import _all_sheets, _page, settings
from geoplan.publish.charts import cjk_font
from geoplan.publish.mapfile import read_map

pytestmark = pytest.mark.skipif(cjk_font() is None, reason="no Chinese font on this machine")

spec = importlib.util.spec_from_file_location("atlas_names_tiny", Path(__file__).with_name("tiny.py"))
tiny = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tiny)


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    return tiny.plan(tmp_path_factory.mktemp("names"))


def crowded(plan, count, spread_m):
    """The same town with `count` kindergartens around one place of the first district."""
    stage = plan.stages[0]
    supply = stage.basis.before.supply
    x, y = tiny.at(1, 2)
    where = np.random.default_rng(0).normal((x, y), spread_m, (count, 2))
    many = replace(
        supply.only(np.zeros(count, dtype=np.int64)),
        xy=where,
        ids=np.array([f"s{each}" for each in range(count)], dtype=object),
        names=np.array([f"演示第{each}幼儿园" for each in range(count)], dtype=object),
        district=np.zeros(count, dtype=np.int64),
    )
    view = replace(stage.basis, before=replace(stage.basis.before, supply=many))
    proposal = replace(stage.proposal, before=replace(stage.proposal.before, supply=many))
    views = tuple(view if each.travel is view.travel else each for each in stage.views)
    return replace(plan, stages=(replace(stage, views=views, proposal=proposal),))


def drawn(folio, key):
    """The words of a sheet and the sizes of their smallest letters."""
    sheets = _all_sheets(folio)
    number = next(at for at, each in enumerate(sheets) if each.id == key)
    with rc_context(settings()):
        figure = _page(folio, sheets, number).figure
    texts = sorted((text for axes in figure.axes for text in axes.texts), key=lambda text: -text.get_fontsize())
    return {text.get_text(): text.get_fontsize() for text in texts if text.get_text()}


def written(named):
    return {line.text for line in named.text.lines}


@pytest.mark.parametrize("count", [12, 90, 215])
def test_every_school_of_a_crowded_layout_has_its_name_or_a_number_of_the_index(plan, count):
    folio = Folio(crowded(plan, count, 400.0), read_map("consultation"))
    names = stage_names(folio, folio.plan.stages[0])
    for named in (names.today, names.layout):
        told = {entry.name for entry in (*named.entries, *names.entries) if entry.number in written(named)}
        supply = folio.plan.stages[0].basis.before.supply
        assert set(map(str, supply.names)) <= told | written(named)
        if named.left:
            assert any(str(named.left) in note for note in named.notes("幼儿园", "幼儿园·校名索引"))


def test_schools_of_a_town_in_a_wide_district_are_told_on_an_enlargement(plan):
    folio = Folio(crowded(plan, 200, 90.0), read_map("consultation"))
    names = district_names(folio, 0)
    assert len(names.details) == len(names.main.boxes) == 1
    assert names.details[0].text.window.denominator * 1.5 <= names.main.text.window.denominator
    told = set()
    for named in (names.main, *names.details):
        told |= written(named)
        told |= {entry.name for entry in (*named.entries, *names.entries) if entry.number in written(named)}
    assert set(map(str, folio.plan.stages[0].basis.before.supply.names)) <= told
    titles = [sheet.title[0] for sheet in _all_sheets(folio)]
    assert titles[titles.index("分图则：城关镇") + 1] == "分图则：城关镇·放大图"
    assert "放大图" in drawn(folio, "unit-D1")


def test_no_letter_of_any_sheet_is_too_small_to_be_read_in_print(plan):
    notices = tuple(f"第{each}条提示：" + "本项目的数据均为合成数据，仅供演示使用。" * 4 for each in range(12))
    said = replace(plan, config=replace(plan.config, notices=notices))
    folio = Folio(crowded(said, 215, 90.0), read_map("consultation"))
    for sheet in _all_sheets(folio):
        small = {text: size for text, size in drawn(folio, sheet.id).items() if size < LEAST_POINTS}
        assert not small, sheet.id


def test_a_note_that_finds_no_room_is_counted_on_the_sheet_and_stands_on_the_general_notes(plan):
    notices = tuple(f"第{each}条提示：" + "数据为合成数据，仅供演示使用。" * 6 for each in range(40))
    folio = Folio(replace(plan, config=replace(plan.config, notices=notices)), read_map("consultation"))
    said = "".join(drawn(folio, "scope"))
    missing = [each for each in notices if each[:6] not in said]
    assert missing
    assert "条见“总说明”" in said
    general = "".join("".join(drawn(folio, sheet.id)) for sheet in general_sheets(folio))
    assert all(each[:6] in general for each in notices)


def test_the_contents_of_very_many_sheets_are_continued_on_sheets_with_numbers():
    sheets = contents_sheets([(f"图{each}", f"Sheet {each}") for each in range(400)])
    assert [sheet.id for sheet in sheets] == ["contents", "contents-1", "contents-2"]
    assert sheets[1].title == ("图纸目录（续 1）", "Contents, continued")
    assert len(contents_sheets([("图", "Sheet")] * 60)) == 1


@given(st.lists(st.lists(st.text("学校123", max_size=40), min_size=3, max_size=3), min_size=1, max_size=6))
def test_words_of_a_column_never_reach_the_next_one(rows):
    columns = (TableColumn("编号", 3), TableColumn("校名", 9), TableColumn("片区", 4))
    edges = column_edges(columns, [tuple(row) for row in rows], (20.0, 110.0), 7.0)
    assert edges[0] == 20.0
    assert edges[-1] <= 110.0 + 1e-9
    for cells in rows:
        for cell, start, end in zip(cells, edges[:-1], edges[1:], strict=True):
            lines = cell_lines(cell, 7.0, end - start - 2.7)
            assert all(width_mm(line, 7.0) <= end - start - 2.6 for line in lines if len(line) > 1)
            assert "".join(lines) == cell
