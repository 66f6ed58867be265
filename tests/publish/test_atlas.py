"""The atlas of a tiny town: every sheet, the same bytes each time, nothing that the page would not publish."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import warnings
import zlib
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geoplan.errors import PublishError
from geoplan.publish.atlas import letters, write_atlas
from geoplan.publish.atlas.page import Page
from geoplan.publish.atlas.sheet import Folio
from geoplan.publish.atlas.write import atlas_sheets, settings
from geoplan.publish.charts import cjk_font
from geoplan.publish.mapfile import read_map
from geoplan.types import Layer
from geoplan.units import percent

pytestmark = pytest.mark.skipif(cjk_font() is None, reason="no Chinese font on this machine")

spec = importlib.util.spec_from_file_location("atlas_tiny", Path(__file__).parent / "tiny.py")
tiny = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tiny)

HOSTILE = "$\\frac{1}{0}$ \u202e<b>&\n二行\U0001f3eb" + "很长" * 60


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    return tiny.plan(tmp_path_factory.mktemp("atlas"), roads=True)


@pytest.fixture(scope="module")
def pupils_plan(tmp_path_factory):
    return tiny.plan(tmp_path_factory.mktemp("atlas-pupils"), counts="pupils", each=3)


@pytest.fixture(scope="module")
def map_file():
    return read_map("consultation")


@pytest.fixture(scope="module")
def written(plan, map_file, tmp_path_factory):
    out = tmp_path_factory.mktemp("atlas-out")
    steps = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pdf = write_atlas(plan, out, map_file=map_file, progress=steps.append)
    return pdf, steps


def streams_of(content):
    """What the compressed streams of a PDF hold."""
    for part in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
        with contextlib.suppress(zlib.error):
            yield zlib.decompressobj().decompress(part)


def words_of(folio, slug, *, axes=None):
    """Everything that is written on the first sheet with a slug that ends so, or on its paper (0) or map (1) alone."""
    from matplotlib import rc_context

    sheets = atlas_sheets(folio)
    number, sheet = next((n, each) for n, each in enumerate(sheets, 1) if each.slug.endswith(slug))
    with rc_context(settings()):
        page = Page(folio, sheet, number=number, total=len(sheets))
        sheet.compose(page)
        figure = page.finish()
    shown = figure.axes if axes is None else [figure.axes[axes]]
    return [text.get_text() for each in shown for text in each.texts]


def test_every_sheet_is_a_page_of_the_pdf_and_a_picture_and_is_reported(plan, map_file, written):
    pdf, steps = written
    sheets = atlas_sheets(Folio(plan, map_file))
    pictures = sorted(path.name for path in (pdf.parent / "atlas").iterdir())
    assert len(re.findall(rb"/Type /Page\b", pdf.read_bytes())) == len(sheets) + 1 == len(pictures) == len(steps)
    assert pictures[0] == "00-contents.png"
    assert pictures[1:3] == ["01-notes.png", "02-scope.png"]


def test_pictures_that_other_processes_draw_have_the_same_bytes(plan, map_file, written, tmp_path):
    pdf = write_atlas(plan, tmp_path, map_file=map_file, processes=3)
    assert pdf.read_bytes() == written[0].read_bytes()
    one, several = (sorted((path.parent / "atlas").iterdir()) for path in (written[0], pdf))
    assert [path.name for path in one] == [path.name for path in several]
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in several]


def test_what_fails_in_another_process_is_raised_and_nothing_is_written(plan, map_file, tmp_path, monkeypatch):
    # a function that another process can import, and that refuses what it is given
    monkeypatch.setattr("geoplan.publish.atlas.write.draw_pictures", int)
    with pytest.raises(TypeError, match="int"):
        write_atlas(plan, tmp_path, map_file=map_file, processes=2)
    assert not list(tmp_path.rglob("*.*"))


class DeadlyToOthers:
    """What a spawned process is given to do, and dies of before it has begun."""

    def __reduce__(self):
        return os._exit, (3,)


def test_a_process_that_dies_is_an_error_and_no_endless_wait(plan, map_file, tmp_path, monkeypatch):
    monkeypatch.setattr("geoplan.publish.atlas.write.draw_pictures", DeadlyToOthers())
    with pytest.raises(PublishError, match="code 3"):
        write_atlas(plan, tmp_path, map_file=map_file, processes=2)
    assert not list(tmp_path.rglob("*.*"))


def test_the_sheets_stand_in_the_order_of_the_statutory_set(plan, map_file):
    titles = [sheet.title[0] for sheet in atlas_sheets(Folio(plan, map_file))]
    stage = [title.removeprefix("幼儿园") for title in titles[2:9]]
    assert titles[:2] == ["总说明", "规划范围图"]
    assert stage[:3] == ["现状分布图", "现状服务半径覆盖图（直线距离）", "现状服务半径覆盖图（步行路网）"]
    assert stage[3:5] == ["服务空白（缺口）图", "规划布局图"]
    assert stage[5:] == ["规划后服务半径覆盖图（直线距离）", "规划后服务半径覆盖图（步行路网）"]
    assert titles[-3:] == ["近期建设项目表", "分图则：城关镇", "分图则：=D2"]


def test_two_runs_give_the_same_bytes(plan, map_file, written, tmp_path):
    again = write_atlas(plan, tmp_path, map_file=map_file)
    assert again.read_bytes() == written[0].read_bytes()
    for picture in sorted((tmp_path / "atlas").iterdir()):
        assert picture.read_bytes() == (written[0].parent / "atlas" / picture.name).read_bytes()


def test_the_pdf_names_no_clock_and_no_machine(written):
    content = written[0].read_bytes()
    assert b"CreationDate" not in content
    assert b"Matplotlib" not in content
    assert str(Path.home()).encode() not in content


def test_every_font_is_embedded_with_its_letters_for_searching(written):
    content = written[0].read_bytes()
    fonts = [part for part in content.split(b"endobj") if re.search(rb"/Type /Font\b", part)]
    assert any(b"CJK" in font or b"Han" in font or b"Hei" in font for font in fonts)
    for font in fonts:
        assert b"/CharProcs" in font or b"/FontDescriptor" in font
        assert b"/ToUnicode" in font
    maps = [each.lower() for each in streams_of(content) if b"begincmap" in each]
    assert any(f"{ord('规'):04x}".encode() in each for each in maps)


def test_no_outlines_of_the_wrong_kind_are_embedded_as_truetype(written):
    content = written[0].read_bytes()
    assert not any(each[:4] == b"OTTO" for each in streams_of(content))


def test_hostile_names_are_drawn_as_they_are_or_shortened_and_never_as_mathematics(plan, map_file, tmp_path):
    units = replace(plan.units, district_names=(HOSTILE, "\u202e$x$"), names=plan.units.names.copy())
    units.names[:] = HOSTILE
    config = replace(plan.config, name=HOSTILE, author="$a$\n\x00", notices=(HOSTILE,))
    hostile = replace(plan, units=units, config=config)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pdf = write_atlas(hostile, tmp_path, map_file=replace(map_file, title=HOSTILE, approval_number="$x^2$"))
    assert pdf.stat().st_size > 0
    words = words_of(Folio(hostile, replace(map_file, title=HOSTILE)), "scope")
    assert any(word.startswith("$\\frac{1}{0}$ <b>& 二行〓") and word.endswith("…") for word in words)
    assert not any("\n" in word or "\u202e" in word for word in words)


def test_the_share_on_the_sheet_is_that_of_the_summary(plan, map_file):
    view = plan.stages[0].views[0]
    total = view.before.total
    words = words_of(Folio(plan, map_file), "kindergarten-coverage-straight")
    assert percent(total.covered, total.assessed) in words
    assert f"{total.people:,.0f}" in words


def test_proposed_sites_carry_the_numbers_of_their_list(plan, map_file):
    words = words_of(Folio(plan, map_file), "kindergarten-layout")
    site = plan.stages[0].proposal.sites[0]
    assert words[words.index(site.name) - 1] == "1"
    assert "1" in words_of(Folio(plan, map_file), "kindergarten-layout", axes=1)


def test_the_legend_names_only_what_is_drawn_with_counts(plan, map_file):
    words = words_of(Folio(plan, map_file), "kindergarten-schools")
    assert {"公办幼儿园", "2 所", "民办幼儿园", "1 所", "道路"} <= set(words)
    assert "铁路" not in words
    assert not any(word.startswith("规划新建") for word in words)


def test_the_clause_of_the_radius_its_source_and_the_notices_stand_on_the_sheet(plan, map_file):
    text = "".join(words_of(Folio(plan, map_file), "kindergarten-coverage-straight"))
    assert "1,500 米" in text
    assert "服务半径1.5公里" in text
    assert "本项目数据为合成数据。" in text
    assert "schools.csv" in text


def test_without_an_approval_number_every_map_with_boundaries_carries_the_watermark(plan, map_file):
    assert words_of(Folio(plan, map_file), "scope").count("内部资料 未经审核不得公开") > 3
    approved = words_of(Folio(plan, replace(map_file, approval_number="冀S(2025)001号")), "scope")
    assert "冀S(2025)001号" in approved
    assert not any("未经审核" in word for word in approved)


def test_hidden_boundaries_are_not_drawn_and_need_no_watermark(plan, map_file):
    for slug in ("scope", "unit"):
        words = words_of(Folio(plan, replace(map_file, boundaries=False)), slug)
        assert "片区界线" not in words
        assert not any("未经审核" in word for word in words)


def test_small_counts_of_pupils_are_not_published_on_any_sheet(pupils_plan, map_file):
    folio = Folio(pupils_plan, map_file)
    gaps = pupils_plan.stages[0].basis.gaps
    small = [gap.id for gap in gaps[-3:] + gaps[:3] if 0 < gap.people < 10]
    assert small
    words = words_of(folio, "kindergarten-gaps")
    # the first time that an id is written is in the table: id, place, count; the smallest may find no room there
    rows = [words[words.index(each) :][:3] for each in small if each in words]
    assert rows
    assert {row[2] for row in rows if row[1].endswith("一带")} == {"<10"}


@pytest.mark.parametrize("options", [{"is_local": True}, {"new": 0}, {"polygon_rows": (3, 9)}], ids=str)
def test_other_towns_have_their_atlas_too(options, map_file, tmp_path):
    folio = Folio(tiny.plan(tmp_path, **options), map_file)
    for slug in ("scope", "kindergarten-coverage-straight", "kindergarten-layout", "projects", "unit"):
        assert words_of(folio, slug)


def test_without_a_chinese_font_nothing_is_written(plan, map_file, tmp_path, monkeypatch):
    monkeypatch.setattr(letters, "cjk_font", lambda: None)
    with pytest.raises(PublishError, match="fonts-noto-cjk"):
        write_atlas(plan, tmp_path / "out", map_file=map_file)
    assert not (tmp_path / "out").exists()


def test_a_picture_of_an_earlier_atlas_does_not_stay_and_other_files_do(plan, map_file, tmp_path):
    folder = tmp_path / "atlas"
    folder.mkdir()
    (folder / "77-unit.png").write_bytes(b"old")
    (folder / "mine.png").write_bytes(b"mine")
    write_atlas(plan, tmp_path, map_file=map_file)
    assert not (folder / "77-unit.png").exists()
    assert (folder / "mine.png").exists()


def test_an_interrupted_atlas_leaves_nothing_behind(plan, map_file, tmp_path):
    def stop(step):
        if "03" in step or "3/" in step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atlas(plan, tmp_path, map_file=map_file, progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_ten_thousand_schools_and_two_hundred_thousand_vertices_fit_on_one_small_sheet(plan, map_file, tmp_path):
    rng = np.random.default_rng(0)
    west, south, east, north = Folio(plan, map_file).bounds
    starts = rng.uniform((west, south), (east, north), (4_000, 1, 2))
    steps = np.cumsum(rng.normal(0, 20, (4_000, 50, 2)), axis=1)
    roads = gpd.GeoDataFrame(geometry=shapely.linestrings(starts + steps), crs=plan.layers.crs)
    layers = replace(plan.layers, roads=Layer("roads", roads, "roads.gpkg"))
    stage = plan.stages[0]
    supply = stage.basis.before.supply
    many = supply.only(np.zeros(10_000, dtype=np.int64))
    many = replace(many, xy=rng.uniform((west, south), (east, north), (10_000, 2)))
    view = replace(stage.basis, before=replace(stage.basis.before, supply=many))
    views = tuple(view if each.travel is view.travel else each for each in stage.views)
    large = replace(plan, layers=layers, stages=(replace(stage, views=views),))
    folio = Folio(large, replace(map_file, base=("roads",)))
    from matplotlib import rc_context

    sheet = next(each for each in atlas_sheets(folio) if each.slug.endswith("-schools"))
    with rc_context(settings()):
        page = Page(folio, sheet, number=1, total=1)
        sheet.compose(page)
        page.finish().savefig(tmp_path / "many.pdf")
    assert 0 < (tmp_path / "many.pdf").stat().st_size < 10_000_000


def balance_of(*districts):
    """A balance of 2025 from (pupils, seats) of D1 and D2, the whole first."""
    from geoplan.demand import Balance, BalanceRow
    from geoplan.types import Stage

    def row(place, name, pupils, seats):
        gap, surplus = max(pupils - seats, 0.0), max(seats - pupils, 0.0)
        return BalanceRow(place, name, Stage.PRIMARY, 2025, pupils, seats, 0, seats, 0, 0, 0, gap, surplus, 0, None, 1)

    whole = row("", "", *(sum(each) for each in zip(*districts, strict=True)))
    named = zip(("D1", "D2"), ("城关镇", "乡"), districts, strict=True)
    return Balance((whole, *(row(place, name, *each) for place, name, each in named)), {Stage.PRIMARY: 45})


def test_a_balance_is_coloured_by_district_with_its_published_figures(plan, map_file):
    folio = Folio(plan, map_file, balance_of((100.0, 60.0), (70.0, 70.0)))
    words = words_of(folio, "primary-balance-2025")
    assert {"缺口，超过学生数三成", "1 个", "100", "40"} <= set(words)
    assert "没有数据或不公布" not in words


def test_a_handful_of_pupils_is_on_no_sheet_and_cannot_be_had_by_subtraction(plan, map_file):
    folio = Folio(plan, map_file, balance_of((100.0, 60.0), (7.0, 0.0)))
    words = words_of(folio, "primary-balance-2025")
    assert {"没有数据或不公布", "2 个", "<10", "≥10"} <= set(words)
    assert not {"7", "100", "40"} & set(words)
