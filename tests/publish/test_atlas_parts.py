"""The parts of an atlas: letters, windows, labels, tables. Hand-made cases that need no plan."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.errors import PublishError
from geoplan.publish.atlas import letters
from geoplan.publish.atlas.labels import Placer, nearest_edge
from geoplan.publish.atlas.paths import filled, stroked
from geoplan.publish.atlas.window import Window, bar_length_m, length_words, round_scale, window_for
from geoplan.publish.charts import cjk_font

needs_font = pytest.mark.skipif(cjk_font() is None, reason="no Chinese font on this machine")


def test_without_a_chinese_font_the_error_names_the_package_to_install(monkeypatch):
    monkeypatch.setattr(letters, "cjk_font", lambda: None)
    with pytest.raises(PublishError, match="apt-get install fonts-noto-cjk"):
        letters.font_families()


@needs_font
@pytest.mark.parametrize(
    ("given_text", "drawn"),
    [
        ("一小\n二小\r\n三小\t四小", "一小 二小 三小 四小"),
        ("\u202e倒\u200f写\u2066名\u2069", "倒写名"),
        ("\x00a\x1b[31mb\x7f", "a [31mb"),
        ("$\\frac{1}{0}$ 学校", "$\\frac{1}{0}$ 学校"),
        ("\ud800半个", "半个"),
        ("校\U0001f3eb", "校〓"),
        ("  ", ""),
    ],
)
def test_what_cannot_be_drawn_is_left_out_or_replaced_by_a_geta(given_text, drawn):
    assert letters.drawable(given_text) == drawn


@needs_font
def test_a_long_name_is_shortened_to_its_room_and_ends_in_an_ellipsis():
    short = letters.shortened("很长的学校名称" * 40, 7, 30)
    assert short.endswith("…")
    assert letters.width_mm(short, 7) <= 30


@needs_font
@given(st.text(max_size=80), st.floats(5, 60))
def test_a_shortened_line_never_exceeds_its_room_by_more_than_one_ellipsis(text, room):
    line = letters.shortened(text, 7, room)
    assert letters.width_mm(line, 7) <= room + letters.width_mm("…", 7)
    assert "\n" not in line


@needs_font
@given(st.text(alphabet="学校规划，。（）abc 12", max_size=120))
def test_broken_lines_hold_every_letter_in_its_order(text):
    joined = "".join(letters.wrapped(text, 7, 40)).replace(" ", "")
    assert joined == letters.drawable(text).replace(" ", "")


@needs_font
def test_a_line_does_not_begin_with_a_closing_mark_nor_end_with_an_opening_one():
    for line in letters.wrapped("学" * 10 + "。" + "校（" * 20 + "）", 7, 24.9):
        assert not line.startswith(("。", "）"))
        assert not line.endswith("（")


@pytest.mark.parametrize(("least", "scale"), [(9_900, 10_000), (10_000, 10_000), (10_001, 11_000), (641_000, 650_000)])
def test_a_scale_is_the_next_round_one(least, scale):
    assert round_scale(least) == pytest.approx(scale)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(0, 5e5), st.floats(0, 5e5))
def test_a_window_shows_all_of_its_bounds_at_one_scale_in_both_directions(x, y, wide, high):
    window = window_for((x, y, x + wide, y + high), 296, 233)
    west, south, east, north = window.box
    assert west <= x
    assert south <= y
    assert x + wide <= east
    assert y + high <= north
    assert (east - west) / 296 == pytest.approx(window.metres_per_mm, rel=1e-6)
    assert (north - south) / 233 == pytest.approx(window.metres_per_mm, rel=1e-6)


def test_the_scale_bar_is_a_round_length_that_fits_its_room():
    window = Window(100_000, (0, 0, 29_600, 23_300))
    assert bar_length_m(window) == 5_000
    assert length_words(5_000) == "5 km"
    assert length_words(200) == "200 m"


def test_names_that_were_placed_do_not_cover_each_other():
    placer = Placer(100, 100)
    rng = np.random.default_rng(0)
    placed = [at for x, y in rng.uniform(10, 90, (200, 2)) if (at := placer.place(x, y, "学校", 7, away_mm=1))]
    wide, high = letters.width_mm("学校", 7), 7 * letters.MM_PER_POINT
    assert 20 < len(placed) < 200
    for row, (x, y) in enumerate(placed):
        for other_x, other_y in placed[:row]:
            assert abs(x - other_x) >= wide or abs(y - other_y) >= high


def test_a_number_is_never_left_out_even_where_ten_sites_share_a_place():
    placer = Placer(100, 100)
    spots = [placer.badge(50, 50, 4.6) for _ in range(10)]
    assert spots[0] == (50, 50)
    assert len({(round(x, 3), round(y, 3)) for x, y in spots}) == 10


def test_a_hole_of_a_polygon_stays_open():
    ring = shapely.Polygon([(0, 0), (9, 0), (9, 9), (0, 9)], [[(3, 3), (6, 3), (6, 6), (3, 6)]])
    path = filled([ring, None], Window(10, (0, 0, 10, 10)))
    turns = [shapely.is_ccw(shapely.LinearRing(part)) for part in path.to_polygons()]
    assert sorted(turns) == [False, True]


def test_what_the_window_does_not_show_is_not_drawn():
    window = Window(10, (0, 0, 10, 10))
    far = [shapely.box(100, 100, 110, 110), shapely.LineString([(50, 50), (60, 60)]), None, shapely.Polygon()]
    assert filled(far, window) is None
    assert stroked(far, window) is None
    assert filled([], window) is None


def test_lines_are_thinned_to_what_the_paper_shows():
    x = np.linspace(0, 100_000, 50_001)
    line = shapely.linestrings(np.column_stack([x, np.sin(x / 40)]))
    path = stroked([line], window_for((0, 0, 100_000, 10), 296, 233))
    assert len(path.vertices) < 100


@needs_font
def test_notes_end_a_line_after_a_sentence_and_keep_a_citation_together():
    said = "人数逐点判断，服务范围重叠处不重复计算。图上范围经过简化，仅供阅读，以附表的数字为准。"
    assert letters.wrapped(said, 7, 62)[0] == "人数逐点判断，服务范围重叠处不重复计算。"
    cited = "小学服务半径不宜大于五百米，见（《中小学校设计规范》GB 50099-2011）第五条。"
    lines = letters.wrapped(cited, 7, 80)
    assert len(lines) > 1
    assert any("（《中小学校设计规范》GB 50099-2011）" in line for line in lines)


def test_a_name_finds_a_place_further_off_where_those_beside_its_mark_are_taken():
    placer = Placer(100, 100)
    placer.take(50, 50, 24, 12)
    assert placer.place(50, 50, "学校", 7, away_mm=1) is None
    x, y = placer.place(50, 50, "学校", 7, away_mm=1, reach_mm=20)
    assert abs(x - 50) > 12 or abs(y - 50) > 6
    edge = nearest_edge((50, 50), (x, y), "学校", 7)
    assert edge is not None
    assert nearest_edge((50, 50), (54, 50), "学校", 7) is None


def test_names_of_schools_keep_off_marks_and_the_name_of_a_district_covers_as_few_as_it_can():
    placer = Placer(100, 100)
    for across in range(-3, 4):
        placer.mark(50 + across, 50, 1.5)
    x, y = placer.place(50, 50, "某某县", 9)
    assert abs(y - 50) > 2
    x, y = placer.place(50, 50, "一小", 5, away_mm=1, reach_mm=5)
    assert abs(y - 50) > 1.5 or abs(x - 50) > 5


@needs_font
def test_a_line_is_as_wide_as_its_letters_and_spare_letters_come_from_the_spare_font():
    from geoplan.publish.atlas.lettering import outline

    assert outline("学校", bold=False)[1] == pytest.approx(2.0, abs=0.05)
    assert outline("学校学校", bold=True)[1] == pytest.approx(2 * outline("学校", bold=True)[1])
    path, _ = outline("校", bold=False)
    assert len(path.vertices) > 20
