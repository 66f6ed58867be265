"""What the demo's schools say of themselves beside place and seats: pupils, classes, beds, land, tiers. All synthetic.

Every column comes from a generator of its own, so that none of the columns of build.py moves by a byte.
"""

# ruff: noqa: INP001  (a folder of data, not a package: build.py runs beside it)

from __future__ import annotations

import numpy as np
import pandas as pd
from branches import other_branches
from draw import NO, YES, Array, apportion, rng_for, xy_of
from scipy.spatial import cKDTree

WHOLE = "Int32"  # whole numbers that may be blank
CAPS = {"kindergarten": 30, "primary": 45, "junior": 50}
FULL = 0.96  # most pupils of a stage, as a share of its seats: elsewhere there is room
OVERSIZED = 55  # a class of more is a 大班额
LEVEL_CITY = ("130502", "130503")  # the two districts of the main city

COLUMNS = [
    "enrolment", "classes", "inclusive", "central", "grade", "level", "boarding_beds", "boarders", "site_area_m2",
    "floor_area_m2", "parent", "group", "resource_centre", "oversized_classes", "year_open", "township", "area",
    "licensed", "left_behind_pupils", "primary_classes", "junior_classes", "primary_enrolment", "junior_enrolment",
]  # fmt: skip


def detailed(schools: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """The schools with the columns of COLUMNS, and behind them the special and vocational schools."""
    table = schools.reset_index(drop=True)
    table = table.assign(**townships(table, places))
    table = table.assign(**pupils(table, places))
    table = table.assign(**ranks(table))
    table = table.assign(**land(table), **beds(table), **links(table), year_open=opened(table))
    return pd.concat([table, other_branches(places)], ignore_index=True)


# ---------------------------------------------------------------- townships, town and country


def townships(schools: pd.DataFrame, places: pd.DataFrame) -> dict[str, Array]:
    """Township of each school, and whether it stands in town: seats, new districts and the larger half of the towns.

    A school has the township of the nearest place of its county, a village that of the nearest town.
    """
    names, classes = np.full(len(schools), "", object), np.full(len(schools), "rural", object)
    for code, rows in schools.groupby("district").groups.items():
        mine = places[(places["district"] == code) & (places["area"] == "urban")]
        number = {grid: n for n, grid in enumerate(pd.factorize(mine[mine["part"] == "town"]["grid"])[1], start=1)}
        county = mine["county"].iloc[0]
        people = (
            mine[mine["part"] == "town"].groupby("grid")["people"].sum().sort_values(ascending=False, kind="stable")
        )
        large = set(people.index[: len(people) // 2])
        near = mine.iloc[cKDTree(xy_of(mine)).query(xy_of(schools.loc[rows]))[1]]
        in_seat = near["part"].isin(["seat", "new"]).to_numpy()
        rural = (schools.loc[rows, "area"] == "rural").to_numpy()
        towns = mine[mine["part"] == "town"]
        nearest_town = towns["grid"].to_numpy()[cKDTree(xy_of(towns)).query(xy_of(schools.loc[rows]))[1]]
        is_seat = in_seat & ~rural
        names[rows] = [f"{county}城区街道" if s else f"{county}第{number[g]}镇"
                       for s, g in zip(is_seat, nearest_town, strict=True)]  # fmt: skip
        in_large = ~rural & np.isin(nearest_town, list(large))
        classes[rows] = np.where(is_seat | in_large, "urban", "rural")
    return {"township": names, "area": classes}


# ---------------------------------------------------------------- pupils and classes


def stage_seats(schools: pd.DataFrame, stage: str) -> Array:
    """Seats of one stage: those of a nine-year school are split into whole classes of 45 and 50, near two to one."""
    seats = schools["capacity"].to_numpy(dtype=np.int64)
    both = (schools["stage"] == "primary;junior").to_numpy()
    primary = np.array([whole_classes(int(each)) if two else 0 for each, two in zip(seats, both, strict=True)])
    has = schools["stage"].str.contains(stage).to_numpy()
    part = primary if stage == "primary" else seats - primary
    return np.where(both, part, np.where(has, seats, 0))


def whole_classes(seats: int) -> int:
    """Primary seats (in 45s) of a nine-year school whose junior seats are in 50s, nearest to three fifths."""
    options = [n * 45 for n in range(1, seats // 45) if (seats - n * 45) % 50 == 0 and n * 45 < seats]
    return min(options, key=lambda each: abs(each - 0.6 * seats))


def pupils(schools: pd.DataFrame, places: pd.DataFrame) -> dict[str, object]:
    """Enrolment, classes and oversized classes.

    Kindergartens are full: their children are those of the plan. Primary and junior pupils are the children of the
    places, at most FULL of all seats (the other junior pupils are at 完全中学, of which the demo has none), shared out
    by seats and luck: where they are more than a school's seats, its classes are large.
    """
    stage = schools["stage"]
    young, rng = (stage == "kindergarten").to_numpy(), rng_for("class sizes")
    capacity = schools["capacity"].to_numpy()
    size = np.clip(rng.normal(np.where(schools["area"] == "urban", 29.0, 25.5), 3.2), 17, 39)
    enrolment = np.where(young, capacity, 0)
    groups = np.maximum(np.ceil(capacity / 38), np.round(capacity / size))
    classes = np.where(young, groups, 0).astype(np.int64)
    split: dict[str, object] = {}
    for name in ("primary", "junior"):
        seats = stage_seats(schools, name)
        luck = np.clip(rng_for("enrolment", name).lognormal(0, 0.16, len(schools)), 0.7, 1.3)
        total = min(int(places[f"pupils_{name}"].sum()), int(FULL * seats.sum()))
        children = apportion(total, seats * luck)
        own = np.ceil(seats / CAPS[name])
        enrolment, classes = enrolment + children, classes + own.astype(np.int64)
        nine = (stage == "primary;junior").to_numpy()
        split[f"{name}_enrolment"] = pd.array(np.where(nine, children, 0), WHOLE).copy()
        split[f"{name}_classes"] = pd.array(np.where(nine, own, 0).astype(np.int64), WHOLE).copy()
        for key in (f"{name}_enrolment", f"{name}_classes"):
            split[key][~nine] = pd.NA  # type: ignore[index]
    mean = enrolment / classes
    over = np.minimum(np.ceil(classes * np.clip((mean - 51.0) / 10.0, 0, 1)), classes)
    # as many classes of 56 as the others, of at least 30, can spare pupils for
    over = np.clip(over, 0, np.maximum((enrolment - 30 * classes) // (OVERSIZED + 1 - 30), 0))
    oversized = pd.array(over.astype(np.int64), WHOLE)
    oversized[young] = pd.NA
    return {"enrolment": enrolment, "classes": classes, "oversized_classes": oversized, **split}


# ---------------------------------------------------------------- tiers, grades, licences


def ranks(schools: pd.DataFrame) -> dict[str, Array]:
    """Central kindergartens and schools of the townships, tiers, grades, inclusive kindergartens; all are licensed."""
    kind, young = schools["kind"], (schools["stage"] == "kindergarten").to_numpy()
    seat = schools["township"].str.endswith("街道").to_numpy()
    public, rng = (kind == "公办园").to_numpy(), rng_for("grades")
    central = np.zeros(len(schools), dtype=bool)
    for mine in (young & public & ~seat, ((kind == "独立") & (schools["stage"] == "primary")).to_numpy() & ~seat):
        rows = schools[mine].sort_values(["capacity", "id"], ascending=[False, True], kind="stable")
        central[rows.drop_duplicates("township").index] = True
    luck, draw = rng.random(len(schools)), rng.random(len(schools))
    in_city = schools["district"].isin(LEVEL_CITY).to_numpy()
    rural = np.select(
        [central & (luck < 0.86), luck < 0.14, luck < 0.80], ["农村示范", "农村示范", "农村一类"], "农村二类"
    )
    town = np.select(
        [public & (luck < 0.10), luck < 0.30, luck < 0.75], ["省级示范", "城市一类", "城市二类"], "城市三类"
    )
    level = np.select([seat & public & in_city & (draw < 0.1), seat, central], ["市", "县", "乡镇"], "村")
    return {
        "central": np.select([central, ~seat & (public | (kind == "独立"))], [YES, NO], ""),
        "grade": np.where(young, np.where(seat, town, rural), ""),
        "level": np.where(young, level, ""),
        "inclusive": np.select([kind.isin(["公办园", "普惠性民办园"]), young], [YES, NO], ""),
        "licensed": np.full(len(schools), YES, object),
        "resource_centre": np.full(len(schools), "", object),
    }


# ---------------------------------------------------------------- land, beds, links, years


def land(schools: pd.DataFrame) -> dict[str, Array]:
    """Site and floor in m², by pupils and stage; more of it in the country."""
    rng, stage = rng_for("land"), schools["stage"]
    base = np.select([stage == "kindergarten", stage == "primary"], [14.0, 19.0], 24.0)
    floor = np.select([stage == "kindergarten", stage == "primary"], [9.0, 6.6], 8.6)
    wide = np.where(schools["area"] == "rural", 1.25, 0.9)
    pupil = np.maximum(schools["enrolment"], 30)
    site_m2 = pupil * base * wide * rng.lognormal(0, 0.2, len(schools))
    floor_m2 = pupil * floor * rng.lognormal(0, 0.18, len(schools))
    return {"site_area_m2": whole_tens(site_m2), "floor_area_m2": whole_tens(floor_m2)}


def whole_tens(values: Array) -> Array:
    """Rounded to tens."""
    return (np.round(values / 10) * 10).astype(np.int64)


def beds(schools: pd.DataFrame) -> dict[str, object]:
    """Beds and boarders: most junior schools outside the seats board, few village schools do; and left-behind."""
    rng, count = rng_for("beds"), len(schools)
    junior = schools["stage"].str.contains("junior").to_numpy()
    country = (schools["area"] == "rural").to_numpy()
    township = ~schools["township"].str.endswith("街道").to_numpy()
    primary = (schools["kind"] == "独立").to_numpy() & (schools["stage"] == "primary").to_numpy()
    luck, share, full = rng.random(count), rng.uniform(0.55, 0.95, count), rng.uniform(0.7, 1.0, count)
    some = rng.uniform(0.10, 0.30, count)
    boards = junior & township & (luck < np.where(country, 0.8, 0.35))
    few = primary & country & (schools["central"] == YES).to_numpy() & (luck < 0.35)
    pupil = schools["enrolment"].to_numpy()
    number = np.where(boards, pupil * share, np.where(few, pupil * some, 0.0)).astype(np.int64) // 2 * 2
    told = junior | primary
    columns = {
        "boarding_beds": number,
        "boarders": (number * full).astype(np.int64),
        "left_behind_pupils": (pupil * np.where(country, rng.uniform(0.04, 0.2, count), 0.0)).astype(np.int64),
    }
    found: dict[str, object] = {}
    for name, values in columns.items():
        column = pd.array(values, WHOLE)
        column[~told] = pd.NA
        found[name] = column
    return found


def links(schools: pd.DataFrame) -> dict[str, Array]:
    """The central school of each teaching point (a few name none), and groups of schools in the seats."""
    rng = rng_for("links")
    centre = schools[(schools["central"] == YES) & (schools["stage"] == "primary")].set_index("township")["id"]
    points, luck = (schools["kind"] == "教学点").to_numpy(), rng.random(len(schools))
    parent = np.where(points & (luck < 0.92), schools["township"].map(centre).fillna("").to_numpy(), "")
    seat = schools["township"].str.endswith("街道").to_numpy() & schools["kind"].isin(["独立", "九年一贯制"]).to_numpy()
    inside = seat & (schools["ownership"] == "public").to_numpy() & (luck < 0.45)
    group = np.full(len(schools), "", object)
    number = schools[inside].groupby("district").cumcount() // 4 + 1
    for row, n in number.items():
        group[row] = f"{schools['county'][row]}演示第{n}教育集团"
    return {"parent": parent, "group": group}


def opened(schools: pd.DataFrame) -> Array:
    """Year of opening, none after 2020: kindergartens are young, village schools old."""
    rng, young = rng_for("opened"), (schools["stage"] == "kindergarten").to_numpy()
    first, mode = np.where(young, 1985, 1950), np.where(young, 2014, 1978)
    return np.floor(rng.triangular(first, mode, np.where(young, 2020.99, 2019.99))).astype(np.int64)
