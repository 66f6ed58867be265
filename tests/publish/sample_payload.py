"""A small, realistic payload built in code: two districts, thirty places, eight schools, two proposals.

The figures are consistent with each other (totals are sums of the places), so that tests can recompute them.
"""

from __future__ import annotations

import math
from typing import Any

LAT0, LON0 = 30.30, 110.40
STEP_LAT, STEP_LON = 0.0045, 0.0052
RADIUS_M = {"primary": {"urban": 500, "rural": 1000}, "junior": {"urban": 1000, "rural": 1200}}
SITES = {"primary": (3.4, 1.0), "junior": (0.6, 4.5)}


def _metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    dy = (a[0] - b[0]) * 111_000
    dx = (a[1] - b[1]) * 111_000 * math.cos(math.radians(LAT0))
    return math.hypot(dx, dy)


def _ring(lat: float, lon: float, radius_m: float, corners: int = 24) -> list[float]:
    flat: list[float] = []
    for step in range(corners):
        turn = 2 * math.pi * step / corners
        wave = radius_m * (1 + 0.08 * math.sin(3 * turn + lat * 900))
        flat += [
            round(lat + wave * math.sin(turn) / 111_000, 6),
            round(lon + wave * math.cos(turn) / (111_000 * math.cos(math.radians(LAT0))), 6),
        ]
    return flat


def _at(row: float, column: float) -> tuple[float, float]:
    return round(LAT0 + row * STEP_LAT, 6), round(LON0 + column * STEP_LON, 6)


def build(places_across: int = 6, places_up: int = 5) -> dict[str, Any]:
    """The payload; larger numbers of places keep the same shape."""
    places = _places(places_across, places_up)
    schools = _schools()
    stages = ("primary", "junior")
    views = [_view(stage, travel, places, schools) for stage in stages for travel in ("straight", "walk")]
    return {
        "version": 1,
        "edition": "0e40cd0b74aa",
        "map": "consultation",
        "title": "江滨片区义务教育学校覆盖示意图",
        "author": "江滨区教育局 · 规划研究组",
        "data_date": "2025-09-01",
        "approval_number": "",
        "notices": [
            {
                "zh": "本页使用合成演示数据，不代表任何真实城市。",
                "en": "Synthetic demonstration data; no real city is shown.",
            },
            {
                "zh": "农村半径取自省级指引，城镇半径取自国家标准，两套标准已合并。",
                "en": "Urban and rural radii come from two profiles that were merged.",
            },
        ],
        "crs": "geographic",
        "bounds": [list(_at(-1, -1)), list(_at(places_up, places_across + 0.4))],
        "measure": "people",
        "stages": [
            {"id": "primary", "zh": "小学", "en": "Primary", "colour": "#7b3294", "shape": "circle"},
            {"id": "junior", "zh": "初中", "en": "Junior secondary", "colour": "#1b6e53", "shape": "square"},
        ],
        "travels": [
            {"id": "straight", "zh": "直线距离", "en": "Straight line"},
            {"id": "walk", "zh": "步行路网", "en": "Walking network"},
        ],
        "districts": {
            "id": ["D1", "D2"],
            "name": ["江滨街道", "云溪镇"],
            "area": ["urban", "rural"],
            "shape": _districts(places_across, places_up),
        },
        "base": _base(places_across, places_up),
        "places": places,
        "schools": schools,
        "views": views,
        "proposals": {stage: _proposal(stage, views) for stage in stages},
        "verdicts": _verdicts(),
        "rules": _rules(),
        "findings": [
            {
                "severity": "warning",
                "zh": "部分学校没有办学规模",
                "en": "missing capacity",
                "layer": "学校",
                "details": ["1 所学校没有办学规模。"],
                "texts": ["schools (学校.csv): 1 rows have no capacity.", "schools (学校.csv): row 7."],
            },
            {
                "severity": "note",
                "zh": "居住点都在行政区内",
                "en": "all within",
                "layer": "",
                "details": [],
                "texts": ["population: all 30 places lie within the districts."],
            },
        ],
        "footer": [
            {"zh": "底图线划来自 OpenStreetMap 贡献者（ODbL）。", "en": "Base lines © OpenStreetMap contributors."},
            {
                "zh": "生成于 geoplan 0.1.0，输入文件的哈希见 manifest.json。",
                "en": "Made with geoplan 0.1.0; input hashes in manifest.json.",
            },
        ],
    }


def _places(across: int, up: int) -> dict[str, list[Any]]:
    out: dict[str, list[Any]] = {key: [] for key in ("id", "name", "lat", "lon", "people", "district", "area", "shape")}
    for index in range(across * up):
        row, column = divmod(index, across)
        lat, lon = _at(row + 0.3 * math.sin(index * 1.7), column + 0.3 * math.cos(index * 2.3))
        district = 0 if column < across / 2 else 1
        out["id"].append(f"R{index + 1:02d}")
        out["name"].append(f"{'江滨' if district == 0 else '云溪'}{'东西南北中'[index % 5]}苑{index + 1}号小区")
        out["lat"].append(round(lat, 6))
        out["lon"].append(round(lon, 6))
        out["people"].append(180 + (index * 977) % 3400)
        out["district"].append(district)
        out["area"].append("urban" if district == 0 else "rural")
        out["shape"].append([[_ring(lat, lon, 120, 10)]] if index % 10 == 4 else None)
    return out


def _schools() -> dict[str, list[Any]]:
    rows = [
        ("江滨一小", 0.6, 0.4, ["primary"], 1080, "public", 0),
        ("江滨二小", 3.6, 0.2, ["primary"], 810, "public", 0),
        ("滨江实验学校", 1.8, 1.9, ["primary", "junior"], 1620, "public", 0),
        ("育才民办小学", 0.2, 2.6, ["primary"], None, "private", 0),
        ("云溪中心小学", 1.2, 4.1, ["primary"], 540, "public", 1),
        ("云溪初级中学", 3.1, 3.9, ["junior"], 900, "public", 1),
        ("云溪第二小学", 4.2, 5.2, ["primary"], 360, "public", 1),
        ("江滨中学", 0.8, 1.2, ["junior"], 1200, "public", 0),
    ]
    return {
        "id": [f"S{number + 1}" for number in range(len(rows))],
        "name": [row[0] for row in rows],
        "lat": [_at(row[1], row[2])[0] for row in rows],
        "lon": [_at(row[1], row[2])[1] for row in rows],
        "stages": [row[3] for row in rows],
        "capacity": [row[4] for row in rows],
        "ownership": [row[5] for row in rows],
        "district": [row[6] for row in rows],
    }


def _districts(across: int, up: int) -> list[Any]:
    south, north, west, east, middle = -0.9, up - 0.2, -0.9, across + 0.2, across / 2 - 0.4
    bend = [_at(south, middle), _at(up * 0.3, middle + 0.4), _at(up * 0.6, middle - 0.3), _at(north, middle + 0.2)]
    left = [_at(south, west), *bend, _at(north, west + 0.3)]
    right = [_at(south + 0.3, east), _at(north - 0.4, east), *reversed(bend)]
    return [[[[value for point in ring for value in point]]] for ring in (left, right)]


def _base(across: int, up: int) -> list[dict[str, Any]]:
    river = [value for step in range(20) for value in _at(-0.8 + step * (up + 0.4) / 19, 2.1 + math.sin(step / 3))]
    roads = [
        [value for point in (_at(-0.8, column), _at(up - 0.3, column + 0.2)) for value in point]
        for column in range(0, across, 2)
    ]
    roads += [
        [value for point in (_at(row, -0.8), _at(row + 0.3, across)) for value in point] for row in range(0, up, 2)
    ]
    return [
        {"id": "water", "zh": "水系", "en": "Water", "colour": "#8fb8d0", "width": 4, "lines": [river]},
        {"id": "roads", "zh": "主要道路", "en": "Main roads", "colour": "#c9c2b4", "width": 1.5, "lines": roads},
    ]


def _view(stage: str, travel: str, places: dict[str, Any], schools: dict[str, Any]) -> dict[str, Any]:
    detour = 1.0 if travel == "straight" else 1.28
    spots = list(zip(places["lat"], places["lon"], strict=True))
    own = [index for index, stages in enumerate(schools["stages"]) if stage in stages]
    supply = {index: (schools["lat"][index], schools["lon"][index]) for index in own}
    new = len(schools["id"])
    phases = {"before": supply, "after": {**supply, new: _at(*SITES[stage])}}
    view: dict[str, Any] = {
        "stage": stage,
        "travel": travel,
        "radius": [
            {
                "area": area,
                "radius_m": radius,
                "rule": f"{stage}-radius-{area}",
                "profile": "national" if area == "urban" else "province",
            }
            for area, radius in RADIUS_M[stage].items()
        ],
        "service": {},
        "covered": {},
        "nearest": {},
        "distance_m": {},
        "totals": {},
        "districts": {},
    }
    for phase, open_schools in phases.items():
        pairs = [
            min((round(_metres(spot, place) * detour), key) for key, place in open_schools.items()) for spot in spots
        ]
        view["nearest"][phase] = [key for _, key in pairs]
        view["distance_m"][phase] = [distance for distance, _ in pairs]
        view["covered"][phase] = [
            -1 if index == 17 else _percent(distance, RADIUS_M[stage][places["area"][index]])
            for index, (distance, _) in enumerate(pairs)
        ]
        radius = RADIUS_M[stage]["urban"] / detour
        view["service"][phase] = [[_ring(*place, radius)] for place in open_schools.values()]
        view["totals"][phase] = {**_sums(view["covered"][phase], places, None), "schools": len(open_schools)}
        view["districts"][phase] = [_sums(view["covered"][phase], places, district) for district in (0, 1)]
    view["gaps"] = _gaps(view, places, stage)
    return view


def _percent(distance: float, radius: float) -> int:
    if distance <= radius * 0.9:
        return 100
    return 60 if distance <= radius * 1.05 else 0


def _sums(covered: list[int], places: dict[str, Any], district: int | None) -> dict[str, int]:
    mine = [i for i in range(len(covered)) if district is None or places["district"][i] == district]
    return {
        "people": sum(places["people"][i] for i in mine),
        "assessed": sum(places["people"][i] for i in mine if covered[i] >= 0),
        "covered": round(sum(places["people"][i] * covered[i] / 100 for i in mine if covered[i] >= 0)),
    }


def _gaps(view: dict[str, Any], places: dict[str, Any], stage: str) -> list[dict[str, Any]]:
    open_places = [index for index, share in enumerate(view["covered"]["before"]) if share == 0]
    return [
        {
            "id": f"G-{stage}-{number + 1}",
            "name": f"{places['name'][index]}一带",
            "district": places["district"][index],
            "people": places["people"][index],
            "pupils": "<10" if number % 3 == 0 else places["people"][index] // 15,
            "lat": places["lat"][index],
            "lon": places["lon"][index],
            "shape": [[_ring(places["lat"][index], places["lon"][index], 210, 14)]],
            "nearest": view["nearest"]["before"][index],
            "distance_m": view["distance_m"]["before"][index],
            "closed_by": 0 if view["covered"]["after"][index] == 100 else -1,
        }
        for number, index in enumerate(open_places[:8])
    ]


def _proposal(stage: str, views: list[dict[str, Any]]) -> dict[str, Any]:
    view = next(view for view in views if view["stage"] == stage and view["travel"] == "walk")
    gain = view["totals"]["after"]["covered"] - view["totals"]["before"]["covered"]
    lat, lon = _at(*SITES[stage])
    zh = "小学" if stage == "primary" else "初中"
    return {
        "model": {"zh": "最大覆盖", "en": "Maximal covering"},
        "aim": "max_cover",
        "candidates": 14,
        "travel": "walk",
        "status": "optimal",
        "objective": gain,
        "bound": gain,
        "gap": 0.0,
        "seed": 7,
        "unit": {"zh": "人", "en": "people"},
        "sites": [
            {
                "id": f"C-{stage}",
                "name": f"候选地块{zh}甲",
                "lat": lat,
                "lon": lon,
                "land": "reserved",
                "seats": 810,
                "cost": 3200,
                "kind": {"zh": "新建", "en": "New school"},
                "district": 0 if stage == "primary" else 1,
                "people_newly": gain,
                "people_assigned": gain + 640,
                "pupils_newly": gain // 15,
                "gaps": [gap["id"] for gap in view["gaps"] if gap["closed_by"] == 0],
                "verdict": {
                    "state": "met",
                    "zh": "用地面积达到每生 18 平方米",
                    "en": "Site area meets 18 m² per pupil",
                },
                "next_best": {
                    "id": f"C-{stage}-2",
                    "name": f"候选地块{zh}乙",
                    "loss": 412,
                    "cost": 2900,
                    "zh": "次优地块少覆盖 412 人",
                    "en": "the next best site reaches 412 people fewer",
                },
            }
        ],
        "notes": [
            {"zh": "候选地块共 14 个，选取 1 个。", "en": "One site was chosen out of 14 candidates."},
        ],
    }


def _rules() -> list[dict[str, Any]]:
    names = {"primary": ("小学", "primary"), "junior": ("初中", "junior secondary")}
    areas = {"urban": ("城镇", "Urban"), "rural": ("农村", "Rural")}
    return [
        {
            "id": f"{stage}-radius-{area}",
            "stage": stage,
            "area": {"zh": areas[area][0], "en": areas[area][1]},
            "quantity": {"zh": f"{names[stage][0]}服务半径", "en": f"Service radius, {names[stage][1]}"},
            "text": {"zh": f"不大于 {radius:,} 米", "en": f"at most {radius:,} m"},
            "clause": "4.0.5" if area == "urban" else "3.2.1",
            "source": "城市居住区规划设计标准" if area == "urban" else "省级布局指引（征求意见稿）",
            "line": "L118" if area == "urban" else "L42",
            "evidence": {"id": "plan", "zh": "正式规划文本", "en": "official plan text"}
            if area == "urban"
            else {"id": "unverified", "zh": "未核实", "en": "unverified"},
            "profile": "national" if area == "urban" else "province",
            "notice": None if area == "urban" else {"zh": "征求意见稿，尚未发布。", "en": "Draft for comments."},
        }
        for stage, limits in RADIUS_M.items()
        for area, radius in limits.items()
    ]


def _verdicts() -> list[dict[str, Any]]:
    words = {
        "met": ("符合", "met"),
        "not_met": ("不符合", "not met"),
        "pool": ("合并统计", "pooled with a neighbour"),
        "no_data": ("缺少数据", "no data"),
    }
    rows = [
        ("primary", 0, "primary-radius-urban", "87.2 %", "not_met"),
        ("primary", 1, "primary-radius-rural", "94.0 %", "met"),
        ("junior", 0, "junior-radius-urban", "98.5 %", "met"),
        ("junior", 1, "junior-radius-rural", "—", "no_data"),
        ("junior", -1, "junior-radius-rural", "96.1 %", "pool"),
    ]
    return [
        {
            "stage": stage,
            "district": district,
            "rule": rule,
            "value": value,
            "state": state,
            "zh": words[state][0],
            "en": words[state][1],
        }
        for stage, district, rule, value, state in rows
    ]


def with_years(payload: dict[str, Any] | None = None) -> dict[str, Any]:
    """The page with a plan by years: nothing opens by 2025, both sites by 2030, nothing more by 2035.

    It has the balance of seats, too: the second district is short of seats, the first one's figures are hidden.
    """
    payload = payload or build()
    payload["data_date"] = "2020-11-01"
    payload["phases"] = [
        {"zh": "现状 2020", "en": "Today", "year": 2020},
        *({"zh": f"{year}年", "en": str(year), "year": year} for year in (2025, 2030, 2035)),
    ]
    for view in payload["views"]:
        for figures in (view["totals"], view["districts"]):
            figures.update({"2025": figures["before"], "2030": figures["after"]})
        for name in ("covered", "nearest", "distance_m"):
            before, after = view[name]["before"], view[name].pop("after")
            changes = [
                each
                for index, (was, is_) in enumerate(zip(before, after, strict=True))
                if was != is_
                for each in (index, is_)
            ]
            view[name]["changes"] = [[], changes, []]
        before, after = view["service"]["before"], view["service"].pop("after")
        view["service"]["added"] = [[], after[len(before) :], []]
        for gap in view["gaps"]:
            if gap["closed_by"] >= 0:
                gap.update(closed_in=2, left=[gap["people"], 0, 0])
    for proposal in payload["proposals"].values():
        for site in proposal["sites"]:
            site.update(phase=2, available=2028)
    columns = {
        "pupils": ["<10", 1_400, "≥10"],
        "seats": [810, 1_277, 2_087],
        "short": [None, 123, 123],
        "spare": [None, 0, 40],
        "borrowed": [None, 0, 0],
        "closes": [None, None, None],
    }
    years = (2020, 2025, 2030, 2035)
    payload["balance"] = {
        "years": list(years),
        "stages": {stage["id"]: {str(year): columns for year in years} for stage in payload["stages"]},
    }
    payload["channels"] = ["江滨区教育局规划科 0000-1234567", "江滨大道 1 号（邮编 000000）"]
    return payload


def with_scenarios(payload: dict[str, Any] | None = None) -> dict[str, Any]:
    """The page with two other plans: one builds nothing, one builds the primary school elsewhere."""
    payload = payload or build()
    rows: list[dict[str, Any]] = [{"zh": "", "en": "", "stages": {}}]
    rows += [{"zh": "不建新校", "en": "Nothing new", "stages": {}}, {"zh": "换一块地", "en": "", "stages": {}}]
    for stage in payload["stages"]:
        view = next(view for view in payload["views"] if (view["stage"], view["travel"]) == (stage["id"], "walk"))
        before, after = view["totals"]["before"], view["totals"]["after"]
        proposal = payload["proposals"][stage["id"]]
        site = {key: proposal["sites"][0][key] for key in ("id", "name", "lat", "lon")}
        moved = {"id": "C-other", "name": "候选地块丙", "lat": _at(1.0, 5.0)[0], "lon": _at(1.0, 5.0)[1]}
        common = {"model": proposal["model"], "travel": "walk", "assessed": after["assessed"]}
        common |= {"notes": [], "same": None}
        proved = {"status": "optimal", "gap": 0.0}
        gain = after["covered"] - before["covered"]
        lost = [i for i, near in enumerate(view["nearest"]["before"]) if near != _after(view, i)]
        people = [
            sum(payload["places"]["people"][i] for i in lost if payload["places"]["district"][i] == d) for d in (0, 1)
        ]
        own = {"covered": after["covered"], "newly": gain, "lost": 0, "mean_m": 512, "cost": 3200}
        rows[0]["stages"][stage["id"]] = {**common, **own, **proved, "today_m": 640, "sites": [site]}
        rows[1]["stages"][stage["id"]] = {
            **common, **proved, "covered": before["covered"], "newly": 0, "lost": 0, "mean_m": 640, "cost": 0,
            "sites": [], "nearer": [], "farther": lost, "gain": [0, 0, 0], "lose": [*people, sum(people)],
        }  # fmt: skip
        rows[2]["stages"][stage["id"]] = {
            **common, "covered": before["covered"] + 100, "newly": 100, "lost": 30, "mean_m": 600, "cost": None,
            "status": "time_limit", "gap": 0.0123, "sites": [moved], "nearer": [9, 10, 11], "farther": lost,
            "gain": [0, "<10", "<10"], "lose": [*people, sum(people)],
        }  # fmt: skip
    payload["scenarios"] = rows
    return payload


def _after(view: dict[str, Any], index: int) -> int:
    """The nearest school of a place in the finished plan, whichever way the column is stored."""
    nearest = view["nearest"]
    if "after" in nearest:
        return int(nearest["after"][index])
    found = int(nearest["before"][index])
    for changes in nearest["changes"]:
        found = dict(zip(changes[::2], changes[1::2], strict=True)).get(index, found)
    return found


def large(places: int = 5_000, schools: int = 2_400) -> dict[str, Any]:
    """The same page at the size of a large city; the added schools stand on a grid and serve nobody."""
    across = 80
    payload = build(across, -(-places // across))
    columns = payload["schools"]
    own = len(columns["id"])
    for number in range(own, schools):
        lat, lon = _at((number * 7919) % 630 / 10, (number * 104_729) % 800 / 10)
        row = (f"S{number + 1}", f"第{number + 1}学校", lat, lon, ["primary"], 900, "public", number % 2)
        for key, item in zip(columns, row, strict=True):
            columns[key].append(item)
    for view in payload["views"]:
        view["nearest"]["after"] = [schools if index == own else index for index in view["nearest"]["after"]]
    return payload


def local() -> dict[str, Any]:
    """The same page in local metres, [y, x], as a project without georeference has it."""
    payload = build()
    metres_per_lon = 111_000 * math.cos(math.radians(LAT0))

    def pairs(flat: list[float]) -> list[float]:
        return [
            round((item - LAT0) * 111_000 if at % 2 == 0 else (item - LON0) * metres_per_lon, 1)
            for at, item in enumerate(flat)
        ]

    def shape(polygons: list[Any] | None) -> list[Any] | None:
        return polygons and [[pairs(ring) for ring in rings] for rings in polygons]

    payload["crs"] = "local"
    payload["bounds"] = [pairs(corner) for corner in payload["bounds"]]
    for kind in ("places", "schools"):
        spots = [pairs(list(spot)) for spot in zip(payload[kind]["lat"], payload[kind]["lon"], strict=True)]
        payload[kind]["lat"], payload[kind]["lon"] = [spot[0] for spot in spots], [spot[1] for spot in spots]
    payload["places"]["shape"] = [shape(item) for item in payload["places"]["shape"]]
    payload["districts"]["shape"] = [shape(item) for item in payload["districts"]["shape"]]
    for line in payload["base"]:
        line["lines"] = [pairs(points) for points in line["lines"]]
    spots = [gap for view in payload["views"] for gap in view["gaps"]]
    spots += [site for proposal in payload["proposals"].values() for site in proposal["sites"]]
    for spot in spots:
        spot["lat"], spot["lon"] = pairs([spot["lat"], spot["lon"]])
        spot["shape"] = shape(spot.get("shape"))
    for view in payload["views"]:
        view["service"] = {phase: shape(area) for phase, area in view["service"].items()}
    return payload
