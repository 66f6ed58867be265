"""What stands in the tables: sheets as plain values, before any file format.

People are persons, distances metres. Every sheet is made from the plan's own fields, so that its totals are those
of `Plan.summary()`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geoplan.coverage import tidy
from geoplan.crs import to_lonlat
from geoplan.publish.privacy import words
from geoplan.types import Area, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from geoplan.plan import Plan, StagePlan, View
    from geoplan.rules import Verdict

Value = str | float | int | None
UNREACHABLE = "不可达 / unreachable"
_ROW = re.compile(r"row (\d+)")
_TABLES = {"schools": "学校表", "projects": "建设项目表", "sites": "备选用地", "parcels": "教育用地"}


@dataclass(frozen=True)
class Column:
    """One column: its header in two languages, the kind of its values, its width in characters.

    Attributes:
        kind: text, lines (wrapped text), count, metres, metres_local, share, gap (a very small share), degrees, plain.
    """

    zh: str
    en: str
    kind: str = "text"
    width: float = 14.0


@dataclass(frozen=True)
class Sheet:
    """One sheet.

    Attributes:
        frozen: columns that stay in sight when the sheet is scrolled.
    """

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    frozen: int = 1


def without_repeats(sheet: Sheet) -> Sheet:
    """The sheet with each header once: where the layer counts pupils, people and pupils are the same column."""
    heads = [column.en for column in sheet.columns]
    keep = [position for position, head in enumerate(heads) if heads.index(head) == position]
    columns = tuple(sheet.columns[position] for position in keep)
    return replace(sheet, columns=columns, rows=tuple(tuple(row[at] for at in keep) for row in sheet.rows))


def noun(plan: Plan) -> tuple[str, str]:
    """What the population layer counts, Chinese and English."""
    return ("学生", "pupils") if plan.units.counts == "pupils" else ("人口", "people")


def district_label(plan: Plan, index: int) -> str:
    """Name of a district by its index, '' outside all."""
    return plan.units.district_names[index] if index >= 0 else ""


def id_words(identifier: str, role: str) -> str:
    """An id as it is printed: `建设项目表第3行` for a row that its table gives no id (`row 3`), any other as it is."""
    found = _ROW.fullmatch(identifier)
    return identifier if found is None or role not in _TABLES else f"{_TABLES[role]}第{found[1]}行"


def known(value: float) -> float | int | None:
    """A number, or None for nan."""
    return None if math.isnan(value) else tidy(value)


def metres(value: float) -> Value:
    """A distance, or the word for a place that cannot be reached."""
    return tidy(round(value, 1)) if math.isfinite(value) else UNREACHABLE


def position_columns(plan: Plan) -> tuple[Column, Column]:
    """Headers of a position: degrees where the project's CRS is known, else local metres."""
    if plan.layers.crs is None:
        return Column("本地坐标x（米）", "local x (m)", "metres_local"), Column(
            "本地坐标y（米）", "local y (m)", "metres_local"
        )
    return Column("经度", "longitude", "degrees"), Column("纬度", "latitude", "degrees")


def positions(plan: Plan, xy: NDArray[np.float64]) -> list[tuple[float, float]]:
    """Positions for `position_columns`, in the order of `xy`, shape (n, 2)."""
    if plan.layers.crs is None or not len(xy):
        return [(round(float(x), 2), round(float(y), 2)) for x, y in xy]
    return [(round(float(lon), 6), round(float(lat), 6)) for lon, lat in to_lonlat(plan.layers.crs, xy)]


def every_view(plan: Plan) -> list[tuple[StagePlan, View]]:
    """Every stage by every travel mode."""
    return [(stage_plan, view) for stage_plan in plan.stages for view in stage_plan.views]


def stage_words(stages: Iterable[str]) -> str:
    """`小学、初中 / primary, junior`; '' for a school outside the stages that geoplan plans."""
    found = [Stage(each) for each in stages]
    zh, en = "、".join(each.zh for each in found), ", ".join(each.value for each in found)
    return f"{zh} / {en}" if found else ""


def area_words(area: str) -> str:
    """`城镇 / urban`."""
    return f"{Area(area).zh} / {area}" if area else ""


def verdict_cells(plan: Plan, verdicts: Sequence[Verdict], heads: Sequence[str]) -> tuple[str, str, str, str]:
    """State, words (each after its head), clause and source of verdicts, one line for each in every cell."""
    return (
        "\n".join(f"{verdict.state.zh} / {verdict.state.value}" for verdict in verdicts),
        "\n".join(head + words(plan, verdict.zh) for head, verdict in zip(heads, verdicts, strict=True)),
        "\n".join(verdict.rule.clause for verdict in verdicts),
        "\n".join(verdict.rule.citation for verdict in verdicts),
    )
