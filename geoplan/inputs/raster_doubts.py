"""Does a raster that is declared as population hold people at all? Heights and brightness come in the same format."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from geoplan.inputs.findings import warning

if TYPE_CHECKING:
    from geoplan.inputs.raw import Request
    from geoplan.types import Finding

_OTHER = re.compile(
    r"elevation|altitude|(?<![a-z])(?:dem|dsm|dtm|srtm|aster|slope|ndvi|landcover|land_cover|nightlights?|viirs)(?![a-z])|"
    r"高程|海拔|坡度|夜光|地表覆盖|土地利用",
    re.IGNORECASE,
)
_METRES = {"m", "meter", "metre", "meters", "metres", "米"}
_DENSEST = 30_000
"""People per km² over a whole window. The densest district of Shanghai, Huangpu (20.5 km²), had 32,000 at the census of
2020, and no area of 25 km² with its parks and rivers comes near to it."""
_LEAST_KM2 = 25.0


def doubts(request: Request, *, said: str, unit: str, people: float, area_m2: float) -> list[Finding]:
    """A warning where the raster's own words, or its sum, speak against people by cell.

    Args:
        said: description and tags of the band and of the file.
        unit: of the band, '' where none is declared.
        people: sum of the cells.
        area_m2: of the cells that have data.
    """
    evidence = []
    if named := _OTHER.search(f"{request.path.name} {said}".replace("_", " ")):
        evidence.append(f"its name or description says {named[0]!r}")
    if unit.strip().casefold() in _METRES:
        evidence.append(f"its unit is {unit.strip()!r}")
    density = people / area_m2 * 1e6 if area_m2 > 0 else 0.0
    if area_m2 >= _LEAST_KM2 * 1e6 and density > _DENSEST:
        evidence.append(
            f"it would be {density:,.0f} people per km² over {area_m2 / 1e6:,.0f} km², more than in any city"
        )
    if not evidence:
        return []
    return [
        warning(
            request.source,
            "raster-not-people",
            f"The raster does not look like people by cell: {'; '.join(evidence)}.",
            why="Heights, land use or brightness would be counted as people, and every figure of the plan with them.",
            fix="Give a raster of people per cell (WorldPop “ppp”, GHS-POP), or census rows as [layers.population].",
        )
    ]
