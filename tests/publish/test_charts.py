"""Charts: the same bytes each time, words that say what the picture shows, Chinese that reads."""

from __future__ import annotations

import re

import numpy as np
import pytest

from geoplan.publish import chart_kinds, charts
from geoplan.types import Stage

YEARS = np.arange(2020, 2026)
PUPILS = {"low": np.array([9.0, 9, 8, 7, 6, 5]) * 1000, "middle": np.array([9.0, 10, 9, 8, 7, 6]) * 1000}
STATES = {"met": (("符合", "met"), "#6c9cb5"), "no_data": (("缺数据", "no data"), "#c9cdcf")}
CURVE = (np.array([0.0, 0.5, 1.0]), np.array([0.0, 0.2, 1.0]), 0.3)

EVERY = {
    "seats": lambda: chart_kinds.pupils_and_seats(
        Stage.PRIMARY, YEARS, PUPILS, {2020: 8000.0, 2025: 9000.0}, middle="middle"
    ),
    "wave": lambda: chart_kinds.cohort_wave(YEARS, {Stage.PRIMARY: PUPILS["middle"], Stage.JUNIOR: PUPILS["low"]}),
    "lorenz": lambda: chart_kinds.lorenz({("小学", "primary"): CURVE}),
    "states": lambda: chart_kinds.stacked_states([(("幼儿园", "kindergarten"), {"met": 2, "no_data": 1})], STATES),
}


@pytest.mark.parametrize("name", EVERY)
def test_two_drawings_of_a_chart_are_the_same_bytes(name):
    assert charts.as_svg(EVERY[name]()) == charts.as_svg(EVERY[name]())
    assert charts.as_png(EVERY[name]()) == charts.as_png(EVERY[name]())


@pytest.mark.parametrize("name", EVERY)
def test_the_svg_keeps_its_words_as_text_for_the_fonts_of_the_reader(name):
    svg = charts.as_svg(EVERY[name]())
    assert svg.startswith("<svg")
    assert "<text" in svg
    assert "Microsoft YaHei" in svg
    assert "PingFang SC" in svg
    assert "DejaVu" not in svg or charts.cjk_font() is None


def test_the_words_beside_a_chart_of_pupils_name_the_peak_the_end_and_the_seats():
    zh, en = EVERY["seats"]().alt
    assert zh == "小学学生2021年最多，约10,000人；2025年约6,000人。2020年公办学位8,000个。"
    assert en == "Pupils of primary peak in 2021 at about 10,000; 6,000 in 2025. Public seats in 2020: 8,000."


def test_the_words_beside_the_wave_name_the_peak_of_every_stage():
    assert EVERY["wave"]().alt[0] == "高峰：小学2021年，初中2020年。"


def test_the_words_beside_the_verdicts_count_them_and_leave_out_what_is_none():
    assert EVERY["states"]().alt == ("符合2条；缺数据1条。", "met 2; no data 1.")


def test_without_a_chinese_font_the_picture_is_lettered_in_english_only(monkeypatch):
    written = []
    monkeypatch.setattr(charts, "cjk_font", lambda: None)
    chart = EVERY["wave"]()
    spy = charts.Chart(chart.id, chart.title, chart.alt, lambda _axes, label: written.append(label("小学", "primary")))
    charts.as_png(spy)
    charts.as_svg(spy)
    assert written == ["primary", "小学 primary"]


@pytest.mark.skipif(charts.cjk_font() is None, reason="this machine has no Chinese font")
def test_chinese_letters_are_drawn_and_are_not_the_box_of_a_missing_glyph():
    def one(zh):
        draw = lambda axes, label: axes.text(0.5, 0.5, label(zh, ""))  # noqa: E731
        return charts.as_png(charts.Chart("t", ("", ""), ("", ""), draw))

    assert one("学位") != one("学生")


@pytest.mark.parametrize(
    ("times", "unit", "ticks"),
    [
        (1, "人 pupils", ("2,000", "10,000")),
        (0.001, "人 pupils", ("2", "10")),
        (50, "万人 10,000 pupils", ("20", "40")),
    ],
)
def test_the_ticks_of_a_small_town_count_pupils_and_those_of_a_city_ten_thousands(times, unit, ticks):
    lines = {Stage.PRIMARY: PUPILS["middle"] * times}
    svg = charts.as_svg(chart_kinds.cohort_wave(YEARS, lines))
    assert f">{unit}<" in svg
    for tick in ticks:
        assert f">{tick}<" in svg
    assert "0.0" not in re.findall(r">([\d.,]+)<", svg)


def test_the_year_of_a_peak_stands_on_no_line_and_nearer_to_its_own():
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    from geoplan.publish.chart_kinds import cohort_wave
    from geoplan.types import Stage

    years = np.arange(2020, 2036)
    fall, level = np.linspace(30_000, 13_000, 16), np.full(16, 34_000.0)
    level[5] = 40_000.0
    axes = Figure(figsize=(6, 3.4)).add_subplot()
    cohort_wave(years, {Stage.KINDERGARTEN: fall, Stage.JUNIOR: level}).draw(axes, lambda zh, _en: zh)
    year = next(text for text in axes.texts if text.get_text() == "2020")
    box = year.get_window_extent(FigureCanvasAgg(axes.figure).get_renderer())
    for line in axes.lines:
        dense = np.linspace(0, len(line.get_xdata()) - 1, 400)
        known = np.arange(len(line.get_xdata()))
        xy = np.column_stack([np.interp(dense, known, each) for each in (line.get_xdata(), line.get_ydata())])
        x, y = axes.transData.transform(xy).T
        assert not ((x > box.x0) & (x < box.x1) & (y > box.y0) & (y < box.y1)).any()
    assert box.y1 < axes.transData.transform((2020, 34_000))[1]


def test_a_peak_is_looked_for_from_the_year_of_the_data_on():
    falling = np.array([9.0, 12, 9, 8, 10, 6]) * 1000
    assert "小学2024年" in chart_kinds.cohort_wave(YEARS, {Stage.PRIMARY: falling}, since=2023).alt[0]
    assert "小学2021年" in chart_kinds.cohort_wave(YEARS, {Stage.PRIMARY: falling}).alt[0]
