"""The demo's tables and small layers: ages and statistics are real (facts.toml), projects, estates, plots are drawn."""

# ruff: noqa: INP001  (a folder of data, not a package: build.py runs beside it)

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely
from draw import Array, beside, rng_for, to_lon_lat, xy_of
from scipy.spatial import cKDTree

MAIN_CITY = ("襄都区", "信都区")
PLOT_YEARS = (2020, 2025)
ESTATES_NEW, ESTATES_SEAT = 26, 34
TURN = 0.12  # of the plots against north, as the streets are


# ---------------------------------------------------------------- real tables


def ages_table(facts: dict[str, Any]) -> pd.DataFrame:
    """Children of each county by the census, as facts.toml has them; the development zone too."""
    rows = [
        {
            "code": row["code"], "district": row["name"], "year": 2020, "people": row["people"], "age_0": row["age0"],
            "age_1_4": row["age1_4"], "age_5_9": row["age5_9"], "age_10_14": row["age10_14"],
        }
        for row in facts["county"]
    ]  # fmt: skip
    return pd.DataFrame(rows)


def statistics_table(facts: dict[str, Any]) -> pd.DataFrame:
    """The published figures of the plan, each with its line."""
    columns = ["indicator", "stage", "level", "year", "value", "unit", "source"]
    # as text, so that counts stay whole beside shares
    rows = [{**row, "value": str(row["value"])} for row in facts["statistics"]]
    return pd.DataFrame(rows, columns=columns)


# ---------------------------------------------------------------- estates


def build_estates(places: pd.DataFrame, schools: pd.DataFrame) -> pd.DataFrame:
    """Estates beside communities of seats and new districts; later ones have no school in the layer yet."""
    rng = rng_for("estates")
    rows = np.concatenate([
        np.sort(rng.choice(places.index[places["part"] == part], count, replace=False))
        for part, count in (("new", ESTATES_NEW), ("seat", ESTATES_SEAT))
    ])  # fmt: skip
    table = places.loc[rows, ["district", "county", "part", "x", "y"]].reset_index(drop=True)
    table[["x", "y"]] = beside(xy_of(table), rng, 60, 200)
    fresh = (table["part"] == "new").to_numpy()
    table["households"] = rng.integers(260, 3_100, len(table))
    table["people"] = np.round(table["households"] * rng.uniform(2.6, 3.1, len(table)) / 10).astype(int) * 10
    table["floor_area_m2"] = np.round(table["households"] * rng.uniform(100, 125, len(table)) / 100).astype(int) * 100
    table["delivery"] = np.where(fresh, rng.integers(2017, 2028, len(table)), rng.integers(2009, 2023, len(table)))
    table["school"] = estate_schools(table, schools)
    late = table["delivery"] + rng.choice([-1, 0, 0, 0, 0, 0, 1, 2], len(table))
    table["school_delivery"] = pd.array(late, "Int32")
    table.loc[table["school"] == "", "school_delivery"] = pd.NA
    table = table.sort_values(["district", "delivery", "x", "y"], ignore_index=True)
    number = table.groupby("district").cumcount() + 1
    table["name"] = [f"{county}演示第{n}小区" for county, n in zip(table["county"], number, strict=True)]
    table["id"] = [f"E{n:03d}" for n in range(1, len(table) + 1)]
    parts = {"new": "新区", "seat": "城区"}
    table["unit"] = [f"{county}{parts[part]}单元" for county, part in zip(table["county"], table["part"], strict=True)]
    return table


def estate_schools(estates: pd.DataFrame, schools: pd.DataFrame) -> list[str]:
    """Ids of the kindergarten within 450 m, and of the primary school within 350 m, of estates up to 2020."""
    found = []
    layers = [(schools[schools["stage"] == stage], far) for stage, far in (("kindergarten", 450.0), ("primary", 350.0))]
    near = [cKDTree(xy_of(table)).query(xy_of(estates)) for table, _ in layers]
    for row, delivery in enumerate(estates["delivery"]):
        ids = [
            str(table["id"].iloc[at[row]])
            for (table, far), (gap, at) in zip(layers, near, strict=True)
            if gap[row] <= far and delivery <= 2020
        ]
        found.append("、".join(ids))
    return found


# ---------------------------------------------------------------- plots and premises


def build_parcels(sites: pd.DataFrame) -> pd.DataFrame:
    """Plots reserved for schools, drawn in two years: some are built on by the second, two are lost to other uses."""
    rng = rng_for("plots")
    mine = sites[(sites["kind"] == "reserved") & (sites["excluded"] == "")]
    mine = mine.iloc[np.sort(rng.choice(len(mine), 30, replace=False))]
    fate = rng.permutation(["built"] * 5 + ["converted"] * 2 + ["cut"] + ["reserved"] * 22)
    area_m2 = np.round(mine["capacity"] * rng.uniform(17, 24, len(mine)) / 100).astype(int).to_numpy() * 100
    rows = []
    for year in PLOT_YEARS:
        for n, (site, end) in enumerate(zip(mine.itertuples(), fate, strict=True)):
            later = year == PLOT_YEARS[1]
            size = area_m2[n] * (0.6 if later and end == "cut" else 1.0)
            status = end if later and end in {"built", "converted"} else "reserved"
            rows.append(
                {
                    "id": f"L{n + 1:02d}-{year}", "name": f"{site.county}演示教育用地{n + 1}号",
                    "stage": site.stage, "area_m2": int(size), "status": status,
                    "use": "other" if status == "converted" else "education", "year": year, "district": site.county,
                    "shape": plot(np.array([site.x, site.y]), float(size)),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def plot(corner: Array, area_m2: float) -> shapely.Polygon:
    """A plot of three by two from its corner, in degrees."""
    long, short = (area_m2 * 1.5) ** 0.5, (area_m2 / 1.5) ** 0.5
    square = np.array([[0, 0], [long, 0], [long, short], [0, short]])
    axes = np.array([[np.cos(TURN), np.sin(TURN)], [-np.sin(TURN), np.cos(TURN)]])
    return shapely.Polygon(to_lon_lat(corner + square @ axes))


def build_premises(places: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """Campuses that were moved out of, or stand empty: some are candidate sites, some in use again, some wait."""
    rng = rng_for("premises")
    kinds = (
        ("高中", "初中", "已利用", 2019), ("大专", "小学", "拟利用", 2027), ("中专", "九年一贯制", "拟利用", 2026),
        ("高中", "初中", "拟利用", 2028), ("职业高中", "", "闲置", 2022), ("党校", "幼儿园", "已利用", 2018),
        ("小学", "幼儿园", "已利用", 2021), ("厂办子弟学校", "", "闲置", 2015),
    )  # fmt: skip
    seats = places.index[places["part"] == "seat"]
    rows = places.loc[np.sort(rng.choice(seats, len(kinds), replace=False)), ["county", "x", "y"]].reset_index(
        drop=True
    )
    rows[["x", "y"]] = beside(xy_of(rows), rng, 90, 200)
    rows[["was", "becomes", "status", "year"]] = pd.DataFrame(list(kinds))
    idle = sites[(sites["kind"] == "idle_campus") & (sites["excluded"] == "")].iloc[::5][
        ["id", "county", "x", "y", "stage"]
    ]
    words = {"kindergarten": "幼儿园", "primary": "小学", "junior": "初中"}
    idle = idle.assign(was="小学", becomes=idle["stage"].map(words).fillna(""), status="闲置", year=2020)
    table = pd.concat([rows.assign(site=""), idle.rename(columns={"id": "site"})], ignore_index=True)
    table["area_m2"] = np.round(rng.uniform(3_500, 32_000, len(table)) / 100).astype(int) * 100
    table["name"] = [
        f"{c}演示原{was}校区{n}" for n, (c, was) in enumerate(zip(table["county"], table["was"], strict=True), 1)
    ]
    table["id"] = [f"W{n:02d}" for n in range(1, len(table) + 1)]
    table[["lon", "lat"]] = to_lon_lat(xy_of(table))
    columns = ["id", "name", "was", "becomes", "status", "area_m2", "county", "site", "year", "lon", "lat"]
    return table[columns].rename(columns={"county": "district"})


# ---------------------------------------------------------------- projects


def build_projects(schools: pd.DataFrame, estates: pd.DataFrame) -> pd.DataFrame:
    """Some forty projects: senior schools of XT-P-01 and 02, estate kindergartens, new and larger schools."""
    rng = rng_for("projects")
    counties = [str(name) for name in dict.fromkeys(schools["county"])]
    rows = [*senior_projects(counties, rng), *estate_projects(estates), *school_projects(schools, rng)]
    rows += [
        {
            "district": county, "stage": stage, "action": "新建", "classes": classes, "start": start,
            "finish": start + 2, "status": status, "area": "urban",
        }
        for county, stage, classes, start, status in (
            ("信都区", "九年一贯制", 54, 2023, "已完成"), ("宁晋县", "九年一贯制", 45, 2026, "在建"),
            ("清河县", "小学", 36, 2024, "已完成"), ("沙河市", "初中", 36, 2025, "在建"),
            ("威县", "中等职业学校", 40, 2023, "已完成"), ("隆尧县", "中等职业学校", 36, 2026, "未开工"),
            ("临城县", "特殊教育", 9, 2025, "在建"),
        )
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    caps = {"幼儿园": 30, "小学": 45, "初中": 50, "普通高中": 50, "九年一贯制": 46, "中等职业学校": 50, "特殊教育": 12}
    table["seats"] = pd.array([None if pd.isna(n) else int(n) * caps[stage] for n, stage in
                               zip(table["classes"], table["stage"], strict=True)], "Int32")  # fmt: skip
    table["cost"] = (table["seats"].astype(float) * rng.uniform(2.6, 4.2, len(table)) / 10).round() * 10  # 万元
    verbs = {"新建": "新建", "改扩建": "改扩建", "寄宿制改造": "寄宿改造", "撤并": "撤并", "迁建": "迁建"}
    names = [f"{c}演示{verbs[a]}{s}项目{n}" for n, (c, a, s) in
             enumerate(zip(table["district"], table["action"], table["stage"], strict=True), start=1)]  # fmt: skip
    table = table.assign(id=[f"Z{n:02d}" for n in range(1, len(table) + 1)], name=names, ownership="公办")
    table["enrolment"] = table["seats"].where(table["stage"] == "普通高中")
    columns = ["id", "name", "district", "area", "stage", "action", "classes", "seats", "enrolment", "start", "finish",
               "status", "ownership", "clause", "school", "estate", "cost"]  # fmt: skip
    return table.reindex(columns=columns).astype(dict.fromkeys(("classes", "cost", "start", "finish"), "Int32"))


def senior_projects(counties: list[str], rng: np.random.Generator) -> list[dict[str, Any]]:
    """Ten of the thirteen senior schools that line 143 of the plan asks for by 2025, three of them in the main city."""
    others = [county for county in counties if county not in MAIN_CITY]
    where = [*MAIN_CITY, "信都区", *rng.permutation(others)[:7].tolist()]
    fates = ["已完成", "已完成", "在建", "已完成", "已完成", "已完成", "在建", "未开工", "已取消", "已完成"]
    return [
        {
            "district": str(county), "stage": "普通高中", "action": "新建" if n % 2 == 0 else "改扩建",
            "classes": int(rng.choice([24, 30, 36, 48, 60])), "start": 2021 + n % 3, "finish": 2023 + n % 3,
            "status": fate, "clause": "XT-P-01、XT-P-02" if county in MAIN_CITY else "XT-P-01", "area": "urban",
        }
        for n, (county, fate) in enumerate(zip(where, fates, strict=True))
    ]  # fmt: skip


def estate_projects(estates: pd.DataFrame) -> list[dict[str, Any]]:
    """Kindergartens of the estates from 2021 on, most of them with the homes, some a year or two later."""
    later = estates[(estates["delivery"] > 2020) & (estates["households"] > 700)].iloc[:8]
    return [
        {
            "district": estate.county, "stage": "幼儿园", "action": "新建", "classes": 9 if n % 2 else 12,
            "start": estate.delivery - 2, "finish": estate.delivery + (0, 0, 1, 0, 2, 0, 0, 1)[n],
            "status": "已完成" if estate.delivery <= 2024 else "在建" if estate.delivery <= 2026 else "未开工",
            "estate": estate.id, "area": "urban",
        }
        for n, estate in enumerate(later.itertuples())
    ]  # fmt: skip


def school_projects(schools: pd.DataFrame, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Larger schools where classes are largest, beds for township schools, and one teaching point to be closed."""
    crowded = schools.assign(excess=schools["enrolment"] - schools["capacity"], public=schools["ownership"] == "public")
    crowded = crowded[crowded["public"]].sort_values(["excess", "id"], ascending=[False, True], kind="stable")
    words = {"primary": "小学", "junior": "初中"}
    rows: list[dict[str, Any]] = []
    for stage, count in (("primary", 6), ("junior", 4)):
        rows += [
            {
                "district": school.county, "stage": words[stage], "action": "改扩建", "classes": 6 + 3 * (n % 3),
                "start": 2021 + n, "finish": 2022 + n, "school": school.id, "area": school.area,
                "status": "已完成" if n < 3 else "在建" if n < 5 else "未开工",
            }
            for n, school in enumerate(crowded[crowded["stage"] == stage].iloc[:count].itertuples())
        ]  # fmt: skip
    rural = schools[(schools["stage"] == "junior") & (schools["area"] == "rural") & (schools["boarding_beds"] == 0)]
    rows += [
        {
            "district": school.county, "stage": "初中", "action": "寄宿制改造", "start": 2024 + n, "finish": 2025 + n,
            "school": school.id, "status": ("已完成", "在建", "未开工")[n], "area": "rural",
        }
        for n, school in enumerate(rural.iloc[:3].itertuples())
    ]  # fmt: skip
    point = schools[schools["kind"] == "教学点"].sort_values(["enrolment", "id"]).iloc[int(rng.integers(0, 3))]
    return [*rows, {"district": point["county"], "stage": "小学", "action": "撤并", "start": 2027, "finish": 2027,
                    "school": point["id"], "status": "未开工", "area": "rural"}]  # fmt: skip
