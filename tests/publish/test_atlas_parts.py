"""The parts of an atlas: letters, windows, labels, tables. Hand-made cases that need no plan."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geoplan.errors import PublishError
from geoplan.publish.atlas import letters
from geoplan.publish.atlas.labels import Placer
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
