"""Random small location problems over all models and options, for the comparison with brute force.

Everything is drawn by hypothesis, so that it shrinks a failure to a small problem by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from scipy.sparse import coo_array, csc_array, csr_array

from geoplan.locate import Expansion, Group, Points, Size, as_costs

INF = float("inf")
SCALES = (1.0, 1.0, 0.1, 137.31, 1 / 3)


@dataclass(frozen=True, eq=False)
class Asked:
    """A problem both ways: as arrays for the oracle (the fields of its `Case`), and as a caller gives it."""

    case: dict[str, Any]
    demand_ids: tuple[str, ...]
    site_ids: tuple[str, ...]
    form: str
    keywords: dict[str, Any]
    points: tuple[np.ndarray, np.ndarray, float | None, bool] | None = None
    nearest: int = 1

    def costs(self) -> Any:
        """The costs in the form that was drawn."""
        table = self.case["cost"]
        if self.form == "frame":
            return pd.DataFrame(np.where(np.isinf(table), np.nan, table), index=self.demand_ids, columns=self.site_ids)
        if self.form == "array":
            return table.copy()
        if self.form == "sparse":
            row, column = np.nonzero(np.isfinite(table))
            kind = (coo_array, csc_array, csr_array)[len(row) % 3]
            return kind(coo_array((table[row, column], (row, column)), shape=table.shape))
        ids = {"demand_ids": self.demand_ids, "site_ids": self.site_ids}
        if self.form == "canonical":
            return as_costs(table, **ids)
        points = Points(*self.points, **ids)
        return as_costs(points, nearest=self.nearest) if self.form == "nearest points" else points

    def shuffled(self, rows: list[int], columns: list[int]) -> Any:
        """The same costs with rows and columns in another order."""
        ids = [self.demand_ids[row] for row in rows], [self.site_ids[column] for column in columns]
        if self.points is not None:
            demand_xy, site_xy, cutoff_m, truncated = self.points
            points = Points(demand_xy[rows], site_xy[columns], cutoff_m, truncated, *ids)
            return as_costs(points, nearest=self.nearest) if self.form == "nearest points" else points
        return pd.DataFrame(self.case["cost"][np.ix_(rows, columns)], index=ids[0], columns=ids[1])

    def __repr__(self) -> str:
        table = np.array2string(self.case["cost"], separator=", ", max_line_width=100)
        lines = [f"{self.form} demand={list(self.demand_ids)} sites={list(self.site_ids)}", table]
        lines += [f"points={self.points}"] if self.points else []
        return "\n".join([*lines, *(f"  {name}={value!r}" for name, value in self.keywords.items())])


class Draw:
    """hypothesis' draw with the few shapes that are needed here; 0 and False are the simplest."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw

    def upto(self, high: int, low: int = 0) -> int:
        return self.draw(st.integers(low, high))

    def one_in(self, count: int) -> bool:
        return self.upto(count - 1) == count - 1 and count > 1

    def of(self, choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def ints(self, count: int, high: int) -> np.ndarray:
        return np.array(self.draw(st.lists(st.integers(0, high), min_size=count, max_size=count)), dtype=float)

    def some(self, count: int) -> np.ndarray:
        return np.array(self.draw(st.lists(st.booleans(), min_size=count, max_size=count)), dtype=bool)

    def shuffled(self, count: int) -> list[int]:
        return list(self.draw(st.permutations(range(count))))

    def numbers(self, count: int) -> np.ndarray:
        """Few whole numbers (ties), many, or floats."""
        return self.ints(count, self.of((2, 6, 1000))) * self.of(SCALES)

    def subset_sum(self, values: np.ndarray) -> float:
        """Hit exactly by some choice of values, now and then missed by a little."""
        return max(0.0, float(values[self.some(len(values))].sum()) + self.of((0.0, 0.0, 0.5, -0.5)))


@st.composite
def problems(draw: Any, model: str, *, splittable: bool = False) -> Asked:
    """One problem of a model."""
    d = Draw(draw)
    demand, sites = _shape(d, model, splittable=splittable)
    cost, points, form, nearest = _costs(d, model, demand, sites)
    demand_ids, site_ids = _ids(d, form, demand, sites)
    keywords: dict[str, Any] = {}
    case: dict[str, Any] = {"model": model, "cost": cost, "splittable": splittable}
    asked = Asked(case, demand_ids, site_ids, form, keywords, points, nearest)
    case["weight"] = _by_id(d, asked, "weights", 1.0, d.numbers(demand)) if d.one_in(2) else np.ones(demand)
    _roles(d, asked)
    _counts(d, asked)
    _groups(d, asked)
    _people(d, asked)
    with_budget = d.one_in(4)
    _money(d, asked, with_budget=with_budget)
    _seats(d, asked)
    if with_budget:
        _budget(d, asked)
    return asked


def _shape(d: Draw, model: str, *, splittable: bool) -> tuple[int, int]:
    if model != "capacitated":
        return d.upto(7, 1), d.upto(6, 1)
    return d.of(((1, 1), (2, 2), (3, 2), (3, 3), (5, 3), (7, 3), (4, 4) if splittable else (6, 4), (4, 5)))


def _costs(d: Draw, model: str, demand: int, sites: int) -> tuple[np.ndarray, Any, str, int]:
    forms = ["frame", "array", "sparse", "canonical", "points"]
    form = d.of([*forms, "nearest points"] if model in {"p_median", "capacitated"} else forms)
    if "points" in form:
        unit = d.of((1.0, 100.0, 0.37))
        demand_xy, site_xy = (d.ints(2 * count, 6).reshape(count, 2) * unit for count in (demand, sites))
        needs_cutoff = model in {"max_cover", "set_cover"}
        cutoff_m = None if form == "nearest points" else d.of((4 * unit, 2 * unit, 8 * unit))
        cutoff_m = cutoff_m if needs_cutoff or d.one_in(2) else None
        truncated = d.one_in(2)
        apart = demand_xy[:, None, :] - site_xy[None, :, :]
        cost = np.sqrt((apart**2).sum(axis=2))
        cost = np.floor(cost) if truncated else cost
        cost = cost if cutoff_m is None else np.where(cost <= cutoff_m, cost, INF)
        return cost, (demand_xy, site_xy, cutoff_m, truncated), form, d.upto(min(3, sites), 1)
    cost = d.numbers(demand * sites).reshape(demand, sites)
    cost[d.ints(demand * sites, 9).reshape(demand, sites) > 9 - d.of((0, 2, 5))] = INF
    if d.one_in(3):
        cost[d.upto(demand - 1)] = cost[d.upto(demand - 1)]
    if d.one_in(3):
        cost[:, d.upto(sites - 1)] = cost[:, d.upto(sites - 1)]
    return cost, None, form, 1


def _ids(d: Draw, form: str, demand: int, sites: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if form in {"array", "sparse"}:
        return tuple(map(str, range(demand))), tuple(map(str, range(sites)))
    rows, columns = d.shuffled(demand), d.shuffled(sites)
    # from 8 on, so that 10 comes after 9 and not before it
    return tuple(f"d{8 + row}" for row in rows), tuple(f"s{8 + column}" for column in columns)


def _by_id(d: Draw, asked: Asked, name: str, default: float, values: np.ndarray) -> np.ndarray:
    """Give values by a mapping (of some), a Series, an array or one number; returns what they come to."""
    ids = asked.demand_ids if name in {"weights", "served_at", "unserved_cost"} else asked.site_ids
    form = d.of(("mapping", "number", "series", "array"))
    if form == "number":
        asked.keywords[name] = float(values[0])
        return np.full(len(values), values[0])
    if form == "array" and asked.form in {"array", "sparse"}:
        asked.keywords[name] = values.copy()
        return values
    given = d.some(len(ids)) if d.one_in(2) else np.ones(len(ids), dtype=bool)
    mapping = {each: float(value) for each, value, is_given in zip(ids, values, given, strict=True) if is_given}
    asked.keywords[name] = pd.Series(mapping, dtype=float) if form == "series" else mapping
    return np.where(given, values, default)


def _roles(d: Draw, asked: Asked) -> None:
    roles = ("", "", "", "fixed", "closable", "forbidden")
    role = [d.of(roles) if d.one_in(2) else "" for _ in asked.site_ids]
    for name in ("fixed", "closable", "forbidden"):
        members = frozenset(site for site, each in enumerate(role) if each == name)
        asked.case[name] = members
        if members:
            asked.keywords[name] = [asked.site_ids[site] for site in members]


def _counts(d: Draw, asked: Asked) -> None:
    case = asked.case
    sites, stay = len(asked.site_ids), len(case["fixed"])
    may_open = sites - stay - len(case["closable"]) - len(case["forbidden"])
    ways = ["p", "new", "both"]
    way = d.of(["", "", *ways] if case["model"] in {"set_cover", "capacitated"} else ways)
    p, new = stay + d.upto(len(case["closable"]) + may_open), d.upto(may_open)
    if way == "both" and not case["closable"]:
        p = stay + new
    for name, value in (("p", p), ("new", new)):
        if way in {name, "both"}:
            case[name] = asked.keywords[name] = value


def _groups(d: Draw, asked: Asked) -> None:
    case, groups = asked.case, []
    for number in range(d.upto(2) if d.one_in(3) else 0):
        members = np.flatnonzero(d.some(len(asked.site_ids))).tolist()
        are_new = len(set(members) - case["fixed"] - case["closable"])
        least = d.upto(min(2, are_new)) if d.one_in(2) else 0
        most = least + d.upto(2) if d.one_in(2) else None
        groups.append((frozenset(members), least, INF if most is None else most))
        ids = [asked.site_ids[site] for site in members]
        asked.keywords.setdefault("groups", []).append(Group(f"county {number}", ids, most, least))
    case["groups"] = tuple(groups)


def _people(d: Draw, asked: Asked) -> None:
    case, model, count = asked.case, asked.case["model"], len(asked.demand_ids)
    case["served_at"], case["price"] = np.full(count, INF), np.full(count, INF)
    costs = np.append(case["cost"][np.isfinite(case["cost"])], 1.0)
    if model != "capacitated" and d.one_in(4):
        values = costs[d.ints(count, len(costs) - 1).astype(int)]
        case["served_at"] = _by_id(d, asked, "served_at", INF, values)
    if model not in {"max_cover", "p_center"} and d.one_in(3):
        values = costs[d.ints(count, len(costs) - 1).astype(int)] * d.of((1.0, 2.0, 0.5, 10.0))
        case["price"] = _by_id(d, asked, "unserved_cost", INF, values)
    if model != "max_cover" and d.one_in(4):
        asked.keywords["skip_unreachable"] = case["skip_unreachable"] = True
    if d.one_in(4):
        case["max_cost"] = asked.keywords["max_cost"] = float(d.of(sorted(costs.tolist())))


def _money(d: Draw, asked: Asked, *, with_budget: bool) -> None:
    case, count = asked.case, len(asked.site_ids)
    default = 1.0 if case["model"] == "set_cover" else 0.0
    case["site_cost"], case["closing_cost"] = np.full(count, default), np.zeros(count)
    in_objective = case["model"] in {"set_cover", "capacitated"}
    if with_budget or (in_objective and d.one_in(3)):
        case["site_cost"] = _by_id(d, asked, "site_costs", default, d.numbers(count))
    if in_objective and case["closable"] and d.one_in(2):
        case["closing_cost"] = _by_id(d, asked, "closing_costs", 0.0, d.numbers(count))


def _seats(d: Draw, asked: Asked) -> None:
    """Capacities, least loads, sizes and seats that may be added; the limits are often hit exactly."""
    from geoplan_oracle import Seats

    case, count = asked.case, len(asked.site_ids)
    capacity, least = np.full(count, INF), np.zeros(count)
    case["extra"] = ((0.0, 0.0),) * count
    case["seats"] = ((Seats(),),) * count
    if case["model"] != "capacitated":
        return
    asked.keywords.update({"splittable": True} if case["splittable"] else {})
    if d.one_in(2):
        capacity = _by_id(d, asked, "capacities", INF, _limits(d, case, count))
    if d.one_in(3):
        least = _by_id(d, asked, "min_loads", 0.0, _limits(d, case, count))
        least = _lowered(asked, least, capacity)
    ways = [(Seats("", capacity[site], least[site]),) for site in range(count)]
    if d.one_in(3):
        sizes = {}
        for site in range(count):
            if d.one_in(2):
                ways[site] = tuple(_size(d, case, name) for name in ("large", "middle", "small")[: d.upto(3, 1)])
                sizes[asked.site_ids[site]] = [
                    Size(size.name, size.capacity, size.cost, size.least) for size in ways[site]
                ]
        asked.keywords["sizes"] = sizes
    case["seats"] = tuple(ways)
    if d.one_in(3):
        most = np.where(d.some(count), _limits(d, case, count), 0.0)
        per_seat = d.ints(count, 5) * d.of(SCALES)
        case["extra"] = tuple(zip(most.tolist(), per_seat.tolist(), strict=True))
        asked.keywords["expansions"] = {
            asked.site_ids[site]: Expansion(*case["extra"][site]) for site in range(count) if most[site]
        }


def _limits(d: Draw, case: dict[str, Any], count: int) -> np.ndarray:
    return np.array([d.subset_sum(case["weight"]) for _ in range(count)])


def _lowered(asked: Asked, least: np.ndarray, capacity: np.ndarray) -> np.ndarray:
    """Least loads that are not above the capacities, which would be refused."""
    least = np.minimum(least, capacity)
    asked.keywords["min_loads"] = dict(zip(asked.site_ids, least.tolist(), strict=True))
    return least


def _size(d: Draw, case: dict[str, Any], name: str) -> Any:
    from geoplan_oracle import Seats

    least, capacity = sorted((d.subset_sum(case["weight"]), d.subset_sum(case["weight"])))
    return Seats(name, capacity, least if d.one_in(2) else 0.0, float(d.upto(20)) * d.of(SCALES))


def _budget(d: Draw, asked: Asked) -> None:
    case = asked.case
    prices = [*case["site_cost"], *(size.cost for ways in case["seats"] for size in ways)]
    prices += [per_seat for _, per_seat in case["extra"]]
    case["budget"] = asked.keywords["budget"] = d.subset_sum(np.array(prices))
