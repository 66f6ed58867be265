"""Marks of the subject: schools, proposed sites, gaps, people outside; in the colours of layers/*.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.publish.atlas.letters import LEAST_POINTS
from geoplan.publish.atlas.sheet import LegendItem, Sign
from geoplan.publish.privacy_sites import drawn_people, gap_xy
from geoplan.publish.sheets import noun
from geoplan.publish.styles import GAP_OPACITY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geoplan.coverage import Coverage, Gap, Supply
    from geoplan.plan import StagePlan
    from geoplan.publish.atlas.canvas import Canvas
    from geoplan.publish.atlas.maptext import MapText
    from geoplan.publish.atlas.sheet import Folio
    from geoplan.publish.atlas.window import Window
    from geoplan.types import Stage

# the page's own colours of new sites and of people outside the radius
SITE_FILL, OUTSIDE, OUTSIDE_EDGE = "#f4b81f", "#d1602a", "#7a2f0c"
ENDING_SIGN = Sign("point", "#B04A16", "cross", edge="#B04A16", size=6)
GAP_COLOURS = ("#f4c9a4", "#e08a4f", "#b04a16")
SERVICE_OPACITY = 0.30
BADGE_MM = 4.6
MANY = 400
_LARGEST_DISC = 60.0
_MOST_GAP_NAMES = 40


def school_sign(folio: Folio, stage: Stage, *, small: bool = False) -> Sign:
    """A stage's school: its colour and shape of layers/schools.toml."""
    style = folio.schemas["schools"].style.of(stage.value)
    return Sign("point", style.colour, style.shape, edge="white", size=2.4 if small else 4.6)


def service_sign(folio: Folio, stage: Stage) -> Sign:
    """The area within the radius: the stage's colour, thin enough for the ground to be read."""
    style = folio.schemas["schools"].style.of(stage.value)
    return Sign("fill", style.colour, edge=style.colour, opacity=SERVICE_OPACITY)


def is_ending(folio: Folio, supply: Supply) -> NDArray[np.bool_]:
    """Which schools the plan closes or merges, shape (schools,)."""
    return np.array([str(each) in folio.ending for each in supply.ids], dtype=bool)


def draw_ending(canvas: Canvas, folio: Folio, supply: Supply, which: NDArray[np.bool_] | None = None) -> int:
    """Crosses over the schools that the plan closes or merges; says how many the map shows."""
    ending = is_ending(folio, supply)
    xy = supply.xy[ending if which is None else ending & which]
    if shown := canvas.marks(xy, ENDING_SIGN):
        words = f"拟撤并{supply.stage.zh}"
        canvas.explain(LegendItem(ENDING_SIGN, words, "To close or merge", f"{shown:,} 所"))
    return shown


def draw_schools(
    canvas: Canvas, folio: Folio, supply: Supply, *, by_ownership: bool = False, small: bool = False
) -> None:
    """Existing schools; with `by_ownership` private ones as hollow marks, where the layer tells."""
    stage = supply.stage
    style = folio.schemas["schools"].style.of(stage.value)
    sign = school_sign(folio, stage, small=small or len(supply) > MANY)
    open_sign = Sign("point", "white", sign.shape, edge=style.colour, size=sign.size)
    split = by_ownership and supply.knows_ownership
    groups = [(np.ones(len(supply), dtype=bool), sign, f"现状{stage.zh}", style.legend_en)]
    if split:
        public, private = (f"公办{stage.zh}", "Public"), (f"民办{stage.zh}", "Private")
        groups = [(~supply.is_public, open_sign, *private), (supply.is_public, sign, *public)]
    for which, mark, zh, en in groups:
        if shown := canvas.marks(supply.xy[which], mark):
            canvas.explain(LegendItem(mark, zh, en, f"{shown:,} 所"))
    canvas.text.heed(supply.xy)


def badge_sites(text: MapText, stage_plan: StagePlan, *, prefix: str = "", district: int | None = None) -> None:
    """Numbered badges of proposed sites, of one district where it is given; the numbers are those of the lists."""
    seen = _sites_seen(text.window, stage_plan, district)
    xy = [stage_plan.proposal.sites[number - 1].xy for number in seen]
    text.numbers(xy, [f"{prefix}{number}" for number in seen], fill=SITE_FILL, size_mm=BADGE_MM)


def explain_sites(canvas: Canvas, stage_plan: StagePlan, *, prefix: str = "", district: int | None = None) -> None:
    """The badges' line of the legend."""
    if seen := _sites_seen(canvas.window, stage_plan, district):
        sign = Sign("point", SITE_FILL, "circle", edge="#4a3200", size=9, letter=prefix)
        words = f"规划新建{stage_plan.stage.zh}（编号见表）"
        canvas.explain(LegendItem(sign, words, "Proposed, numbered", f"{len(seen):,} 所"))


def _sites_seen(window: Window, stage_plan: StagePlan, district: int | None) -> list[int]:
    return [
        number
        for number, site in enumerate(stage_plan.proposal.sites, start=1)
        if (district is None or site.district == district) and window.holds(*site.xy)
    ]


def gap_breaks(gaps: Sequence[Gap]) -> tuple[float, ...]:
    """Round bounds between the classes of gaps: about the median, and the upper tenth."""
    if len(gaps) < 3:
        return ()
    found = np.quantile([gap.people for gap in gaps], (0.5, 0.9))
    rounded = [_round(float(value)) for value in found if value >= 1]
    return tuple(dict.fromkeys(rounded))


def _round(value: float) -> float:
    power = 10.0 ** np.floor(np.log10(value))
    return float(max(step * power for step in (1, 2, 5) if step * power <= value * (1 + 1e-9)))


def draw_gaps(canvas: Canvas, folio: Folio, gaps: Sequence[Gap]) -> None:
    """Gaps, darker with more people in them; the legend counts each class."""
    if not gaps:
        return
    breaks = gap_breaks(gaps)
    sizes = np.array([gap.people for gap in gaps], dtype=float)
    of_class = np.searchsorted(np.array(breaks), sizes, side="right")
    colours = GAP_COLOURS[-len(breaks) - 1 :]
    word = noun(folio.plan)[0]
    for number, colour in enumerate(colours):
        mine = [gap.polygon for gap, each in zip(gaps, of_class, strict=True) if each == number]
        sign = Sign("fill", colour, edge=OUTSIDE_EDGE, opacity=max(GAP_OPACITY, 0.8))
        item = LegendItem(sign, f"缺口，{word}{_class_words(number, breaks)}", "Gap", f"{len(mine):,} 处")
        canvas.fill(mine, sign, item)


def draw_closing_gaps(canvas: Canvas, folio: Folio, gaps: Sequence[Gap]) -> None:
    """Gaps that come up because schools close, as they are until a new school takes over; the largest by id."""
    if not gaps:
        return
    sign = Sign("fill", GAP_COLOURS[1], edge=OUTSIDE_EDGE, opacity=0.35, shape="dashed", width=0.9)
    words = "撤并形成的缺口（未计新校）", "Gaps by closings"
    canvas.fill([gap.polygon for gap in gaps], sign, LegendItem(sign, *words, f"{len(gaps):,} 处"))
    name_gaps(canvas, folio, gaps)


def name_gaps(canvas: Canvas, folio: Folio, gaps: Sequence[Gap]) -> None:
    """Ids of the largest gaps, those with most people first, in the tables, too."""
    points = 7.4 if len(gaps) <= _MOST_GAP_NAMES else LEAST_POINTS
    for gap in gaps[:_MOST_GAP_NAMES]:
        canvas.text.name(
            *gap_xy(folio.plan, gap), gap.id, points, colour=OUTSIDE_EDGE, bold=True, away_mm=0.4, reach_mm=8.0
        )


def _class_words(number: int, breaks: tuple[float, ...]) -> str:
    if not breaks:
        return "不分级"
    if number == 0:
        return f"不足 {breaks[0]:,.0f}"
    if number == len(breaks):
        return f" {breaks[-1]:,.0f} 及以上"
    return f" {breaks[number - 1]:,.0f}-{breaks[number]:,.0f}"


def draw_outside(canvas: Canvas, folio: Folio, coverage: Coverage) -> None:
    """Places with people outside the radius, as discs whose area follows their people."""
    places = folio.places
    share = np.array(places.share(coverage))
    outside = (share >= 0) & (share < 100)
    if not outside.any():
        return
    people = drawn_people(folio.plan, places)
    area = np.clip(people[outside] / max(float(people.max()), 1.0) * _LARGEST_DISC, 1.6, _LARGEST_DISC)
    sign = Sign("point", OUTSIDE, "dot", edge=OUTSIDE_EDGE, size=4, opacity=0.85)
    canvas.discs(places.xy[outside], area, sign)
    words = f"有{noun(folio.plan)[0]}在半径外的居住处"
    canvas.explain(LegendItem(sign, words, "Outside the radius; area by people", f"{int(outside.sum()):,} 处"))
