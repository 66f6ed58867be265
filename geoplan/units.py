"""Conversions between the units that planners write and the ones geoplan computes in.

Inside the package lengths are metres, people are persons and walking is minutes; the name of every
variable carries its unit. This module is the only place where one becomes another.
"""

from __future__ import annotations

PEOPLE_PER_WAN = 10_000
METRES_PER_KM = 1_000
M2_PER_MU = 2_000 / 3
M2_PER_HECTARE = 10_000

WALK_M_PER_MINUTE = 4_000 / 60
"""Walking pace of a young pupil, 4 km/h, in metres a minute; shown beside distances, never used to test a radius."""

UNITS = {
    "service_radius": ("m", "km"),
    "population_per_school": ("people", "人", "万人"),
    "population_per_public_school": ("people", "人", "万人"),
}
"""Units that a rule on each quantity may be written in."""

_TO_BASE = {
    "m": ("m", 1.0),
    "km": ("m", float(METRES_PER_KM)),
    "people": ("people", 1.0),
    "人": ("people", 1.0),
    "万人": ("people", float(PEOPLE_PER_WAN)),
}


def to_base(value: float, unit: str) -> tuple[float, str]:
    """`(0.3, "万人")` → `(3000.0, "people")`; a unit without a base of its own comes back unchanged.

    Rounded to 1e-6 of the base unit, so that 0.7 万人 is 7,000 people and not 6,999.999….
    """
    base, factor = _TO_BASE.get(unit, (unit, 1.0))
    return round(value * factor, 6), base


def percent(part: float, whole: float) -> str:
    """A share with one decimal, `—` of nothing. It says 100 % only for all of it and 0 % only for none."""
    if not whole > 0:
        return "—"
    tenths = round(1000 * part / whole)
    if part < whole - 1e-6 and tenths >= 1000:
        return "99.9%"
    if part > 0 and tenths <= 0:
        return "0.1%"
    return f"{tenths / 10:.1f}%"


def walk_minutes(distance_m: float) -> float:
    """Minutes on foot at 4 km/h."""
    return distance_m / WALK_M_PER_MINUTE
