"""Random small zoning problems with every option, as the oracle's plain values and as geoplan's keywords."""

import random
from math import dist, inf

import pandas as pd

from geoplan.zones import adjacency_from_pairs


def random_case(seed, case):
    """A case (of the oracle's class) with some of the options."""
    rng = random.Random(seed)  # noqa: S311 - cases, not secrets
    wide, high = rng.choice([(2, 2), (3, 2), (3, 3), (4, 2), (9, 1), (5, 1), (7, 1)])
    xy = [(x + rng.uniform(-0.3, 0.3), y + rng.uniform(-0.3, 0.3)) for y in range(high) for x in range(wide)]
    units, schools = wide * high, rng.randint(1, 3)
    edges = [(unit, unit + 1) for unit in range(units) if unit % wide < wide - 1]
    edges += [(unit, unit + wide) for unit in range(units - wide)]
    edges = [pair for pair in edges if rng.random() < rng.choice([1.0, 0.9, 0.7])]
    at = [rng.randrange(units) for _ in range(schools)]
    if rng.random() < 0.8:
        at = list(rng.sample(range(units), min(schools, units)))
    pupils = [float(rng.choice([0, 1, 2, 3, 4, 5, 7])) for _ in range(units)]
    places = [xy[unit] for unit in at]
    cost = [[round(dist(here, there), 3) for there in places] for here in xy]
    if rng.random() < 0.3:
        cost = [[each if rng.random() < 0.85 or at[school] == unit else inf for school, each in enumerate(row)]
                for unit, row in enumerate(cost)]  # fmt: skip
    mean = sum(pupils) / schools
    seats = [float(round(mean * rng.choice([0.7, 1.2, 1.6, 2.0, 3.0]))) for _ in range(schools)]
    if rng.random() < 0.1:
        seats[0] = inf
    drawn = {name: rng.random() < chance for name, chance in CHANCES.items()}
    some = lambda share: frozenset(each for each in range(schools) if rng.random() < share)  # noqa: E731
    candidates = some(0.6) if drawn["candidates"] else frozenset()
    boarding = some(0.4) if drawn["boarding"] else frozenset()
    free = sorted(set(range(schools)) - candidates - boarding)
    together = [set(rng.sample(free, 2))] if drawn["together"] and len(free) > 1 else []
    order = rng.sample(range(units), units)
    whole = [set(order[:2]), *([set(order[2:5])] if units > 5 and rng.random() < 0.5 else [])] if drawn["whole"] else []
    grouped = set().union(*whole)
    split = [each for each in order if each not in grouped][: rng.randint(1, 2)] if drawn["split"] and units < 8 else []
    held = {unit for school, unit in enumerate(at) if school not in candidates | boarding}
    loose = [unit for unit in order if unit not in held | grouped]
    now = {unit: rng.choice([*range(schools), None]) for unit in order if rng.random() < 0.8}
    return case(
        cost=cost, pupils=pupils, xy=xy, edges=edges, seats=seats,
        at=[None if school in boarding and rng.random() < 0.5 else unit for school, unit in enumerate(at)],
        least=[float(rng.choice([0, 1, 3, round(mean / 2)])) if drawn["least"] else 0.0 for _ in range(schools)],
        boarding=boarding, candidates=candidates,
        opening=[float(rng.choice([0, 1, 5])) if school in candidates else 0.0 for school in range(schools)],
        together=together, whole=whole, split=frozenset(split), part_pupils=rng.choice([2.0, 3.0]) if split else inf,
        current=now if drawn["current"] else {},
        move_price=rng.choice([0.0, 0.5, 3.0]) if drawn["current"] else 0.0,
        most_moved=rng.choice([inf, 3.0, 8.0]) if drawn["current"] else inf,
        forced={loose[0]: rng.randrange(schools)} if drawn["forced"] and loose else {},
        max_cost=rng.choice([1.5, 2.0, 3.0]) if drawn["max_cost"] else inf,
        over_price=rng.choice([0.5, 2.0, 20.0]) if drawn["over"] else inf,
        new=rng.randint(0, len(candidates)) if candidates and rng.random() < 0.4 else None,
    )  # fmt: skip


CHANCES = {
    "candidates": 0.3, "boarding": 0.2, "together": 0.2, "whole": 0.25, "split": 0.3, "current": 0.4, "forced": 0.2,
    "max_cost": 0.25, "over": 0.3, "least": 0.3,
}  # fmt: skip


def keywords_of(case):
    """The same for `make_zone_problem`."""
    units = [f"u{unit}" for unit in case.units]
    schools = [f"S{school}" for school in range(len(case.seats))]
    group = {f"u{unit}": f"g{number}" for number, members in enumerate(case.whole) for unit in members}
    return {
        "costs": pd.DataFrame(case.cost, index=units, columns=schools),
        "pupils": dict(zip(units, case.pupils, strict=True)),
        "seats": dict(zip(schools, case.seats, strict=True)),
        "adjacency": adjacency_from_pairs([(f"u{one}", f"u{other}") for one, other in case.edges], unit_ids=units,
                                          xy=case.xy),
        "school_unit": {f"S{school}": f"u{unit}" for school, unit in enumerate(case.at) if unit is not None},
        "min_enrolment": dict(zip(schools, case.least, strict=True)),
        "over_price": None if case.over_price == inf else case.over_price,
        "max_cost": None if case.max_cost == inf else case.max_cost,
        "whole_by": group or None,
        "splittable": [f"u{unit}" for unit in case.split],
        "part_pupils": case.part_pupils if case.split else None,
        "current": {f"u{unit}": "closed" if school is None else f"S{school}" for unit, school in case.current.items()},
        "move_price": case.move_price,
        "most_moved": None if case.most_moved == inf else case.most_moved,
        "forced": {f"u{unit}": f"S{school}" for unit, school in case.forced.items()},
        "boarding": [f"S{school}" for school in case.boarding],
        "together": [[f"S{school}" for school in members] for members in case.together],
        "candidates": [f"S{school}" for school in case.candidates],
        "opening_costs": dict(zip(schools, case.opening, strict=True)) if case.opening else None,
        "new": case.new,
        "cost_unit": "km",
    }  # fmt: skip
