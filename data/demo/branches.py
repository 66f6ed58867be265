"""The special and vocational schools of the demo: synthetic, in the seats, without seats of an ordinary stage."""

# ruff: noqa: INP001  (a folder of data, not a package: build.py runs beside it)

from __future__ import annotations

from typing import Any

import pandas as pd
from draw import NO, YES, beside, rng_for, xy_of

SPECIAL, VOCATIONAL = "特殊教育", "中等职业学校"
NO_SPECIAL_SCHOOL = ("130530", "130522")  # 新河县, 临城县: so that the clause is not met everywhere
VOCATIONAL_IN = ("130503", "130528", "130533")


def other_branches(places: pd.DataFrame) -> pd.DataFrame:
    """A special school in the seat of most counties, and three vocational schools."""
    seats = places[places["part"] == "seat"].groupby("district", sort=True)
    special = [code for code, _ in seats if code not in NO_SPECIAL_SCHOOL]
    rows = [
        {"id": f"{letter}{n:03d}", **branch_school(str(code), seats.get_group(code), stage)}
        for letter, stage, codes in (("X", SPECIAL, special), ("V", VOCATIONAL, VOCATIONAL_IN))
        for n, code in enumerate(codes, start=1)
    ]
    return pd.DataFrame(rows)


def branch_school(code: str, seat: pd.DataFrame, stage: str) -> dict[str, Any]:
    """One school of a branch beside one of the first communities of a seat."""
    rng, is_special = rng_for("branch", code, stage), stage == SPECIAL
    noun = "特殊教育学校" if is_special else "职业学校"
    home = seat.iloc[[int(rng.integers(0, min(6, len(seat))))]]
    x, y = beside(xy_of(home), rng, 90, 200)[0]
    enrolment = int(rng.integers(60, 190) if is_special else rng.integers(1_100, 2_600))
    classes = -(-enrolment // (10 if is_special else 48))
    county = home["county"].iloc[0]
    return {
        "name": f"{county}演示{noun}", "stage": stage, "ownership": "public", "kind": noun, "county": county,
        "capacity": classes * (12 if is_special else 50), "enrolment": enrolment, "classes": classes,
        "district": code, "township": f"{county}城区街道", "area": "urban", "x": x, "y": y,
        "resource_centre": (YES if rng.random() < 0.75 else NO) if is_special else "",
        "site_area_m2": enrolment * (60 if is_special else 30), "floor_area_m2": enrolment * 20,
        "year_open": int(rng.integers(1985, 2016)), "licensed": YES,
        **dict.fromkeys(("inclusive", "central", "grade", "level", "parent", "group"), ""),
    }  # fmt: skip
