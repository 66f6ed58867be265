"""Names of schools on a map: all of them where there are few, as many as find room where there are more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.publish.atlas.sheet import INK, SOFT
from geoplan.publish.sheets import district_label

if TYPE_CHECKING:
    from geoplan.coverage import Supply
    from geoplan.publish.atlas.canvas import Canvas
    from geoplan.publish.atlas.sheet import Folio

FEW, MOST = 40, 260
"""Up to so many schools in sight every name is looked a place for, further off if need be; beyond, none is written."""
_FEW_POINTS, _POINTS, _AWAY_MM, _REACH_MM = 6.4, 4.6, 1.1, 20.0


def name_schools(canvas: Canvas, folio: Folio, supply: Supply) -> list[str]:
    """Write the names of the schools that a map shows: first those that end, then the larger ones.

    Returns:
        What a note should say of the names that are not written.
    """
    rows = [row for row, (x, y) in enumerate(supply.xy) if canvas.window.holds(float(x), float(y))]
    if len(rows) > MOST:
        return [f"图上{supply.stage.zh}较多，校名见各分图则。"]
    few = len(rows) <= FEW
    left = 0
    for row in in_order(folio, supply, rows):
        x, y = supply.xy[row]
        name = short_name(folio, supply, row)
        ends = str(supply.ids[row]) in folio.ending
        points, reach = (_FEW_POINTS, _REACH_MM) if few else (_POINTS, 0.0)
        colour = ENDING_INK if ends else INK if few else SOFT
        if not canvas.name(float(x), float(y), name, points, colour=colour, away_mm=_AWAY_MM, reach_mm=reach):
            left += 1
    canvas.leaders()
    return [f"有 {left} 所的校名在图上注不下，见各分图则和附表。"] if left else []


ENDING_INK = "#8f3a10"


def in_order(folio: Folio, supply: Supply, rows: list[int]) -> list[int]:
    """Rows of schools by how much their names matter: those that end, then by seats, then by id."""
    seats = np.nan_to_num(folio.seats.array(supply.stage, supply.ids))
    return sorted(rows, key=lambda row: (str(supply.ids[row]) not in folio.ending, -seats[row], str(supply.ids[row])))


def short_name(folio: Folio, supply: Supply, row: int) -> str:
    """The name without that of its district, which stands on the map itself."""
    name = str(supply.names[row])
    return name.removeprefix(district_label(folio.plan, int(supply.district[row]))) or name
