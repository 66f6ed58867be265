"""Brute force for attendance zones, written from their definition and without any of geoplan's code.

Every unit (or part of one, or group that stays whole) is put into every zone; what breaks a rule is thrown away.
Small cases only: nine units and three schools.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations, pairwise
from math import ceil, dist, inf

SLACK = 1e-9


@dataclass(frozen=True)
class Case:
    """A zoning problem as plain values by position.

    Attributes:
        cost: of each unit to each school, inf out of reach.
        edges: pairs of units that touch; `xy`: by which islands are linked to the nearest.
        at: the unit of each school, None for boarding schools.
        whole: groups of units; `together`: groups of schools; `split`: units that may be split.
    """

    cost: list[list[float]]
    pupils: list[float]
    xy: list[tuple[float, float]]
    edges: list[tuple[int, int]]
    seats: list[float]
    at: list[int | None]
    least: list[float] = field(default_factory=list)
    boarding: frozenset[int] = frozenset()
    candidates: frozenset[int] = frozenset()
    opening: list[float] = field(default_factory=list)
    together: list[set[int]] = field(default_factory=list)
    whole: list[set[int]] = field(default_factory=list)
    split: frozenset[int] = frozenset()
    part_pupils: float = inf
    current: dict[int, int | None] = field(default_factory=dict)
    move_price: float = 0.0
    most_moved: float = inf
    forced: dict[int, int] = field(default_factory=dict)
    max_cost: float = inf
    over_price: float = inf
    new: int | None = None

    @property
    def units(self) -> range:
        return range(len(self.pupils))


def zones_of(case: Case) -> list[set[int]]:
    """Schools that share a zone: as asked, and schools that stay on the same unit or in the same whole group."""
    zones = [{school} for school in range(len(case.seats))]

    def join(one: int, other: int) -> None:
        mine = next(zone for zone in zones if one in zone)
        theirs = next(zone for zone in zones if other in zone)
        if mine is not theirs:
            mine |= theirs
            zones.remove(theirs)

    for group in case.together:
        first, *others = sorted(group)
        for other in others:
            join(first, other)
    staying = [each for each in range(len(case.seats)) if each not in case.boarding | case.candidates]
    for one, other in combinations(staying, 2):
        ground = {case.at[one], case.at[other]}
        if len(ground) == 1 or any(ground <= group for group in case.whole):
            join(one, other)
    return sorted(zones, key=min)


def way(case: Case, unit: int, zone: set[int]) -> float:
    """Cost per pupil: the schools' mean, weighted by seats; inf where one of the schools is out of reach."""
    costs = [case.cost[unit][school] for school in zone]
    if inf in costs:
        return inf
    weights = [case.seats[school] for school in zone]
    if inf in weights or sum(weights) <= 0:
        weights = [1.0] * len(costs)
    return sum(cost * weight for cost, weight in zip(costs, weights, strict=True)) / sum(weights)


def graph_of(case: Case) -> list[tuple[int, int]]:
    """Edges, what joins the pieces of groups, and bridges from islands to the nearest ground with a school."""
    edges = list(case.edges)
    for group in case.whole:
        members = sorted(group)
        edges += list(pairwise(members))
    schools = {unit for school, unit in enumerate(case.at) if unit is not None and school not in case.boarding}
    if not schools:
        return edges
    while True:
        reached = connected(schools, set(case.units), edges)
        outside = set(case.units) - reached
        if not outside:
            return edges
        edges.append(min(((one, other) for one in outside for other in reached),
                         key=lambda pair: dist(case.xy[pair[0]], case.xy[pair[1]])))  # fmt: skip


def connected(start: set[int], inside: set[int], edges: list[tuple[int, int]]) -> set[int]:
    """What can be reached from some units without leaving a set."""
    reached, grown = set(start), True
    while grown:
        grown = False
        for pair in edges:
            for one, other in (pair, pair[::-1]):
                if one in reached and other in inside and other not in reached:
                    reached.add(other)
                    grown = True
    return reached


def atoms_of(case: Case) -> list[list[tuple[int, float]]]:
    """What is put into a zone as one: a group, a unit, or a part of one, as (unit, share)."""
    grouped = set().union(*case.whole)
    atoms = [[(unit, 1.0) for unit in sorted(group)] for group in case.whole]
    for unit in case.units:
        if unit in grouped:
            continue
        parts = max(1, ceil(case.pupils[unit] / case.part_pupils - 1e-9)) if unit in case.split else 1
        atoms += [[(unit, 1.0 / parts)]] * parts
    return atoms


def best(case: Case) -> float | None:
    """The least objective, None where there is no plan."""
    zones, atoms, edges = zones_of(case), atoms_of(case), graph_of(case)
    options = [_options(case, atom, zones) for atom in atoms]
    found = [inf]
    load = [0.0] * len(zones)
    room = [sum(case.seats[school] for school in zone) if case.over_price == inf else inf for zone in zones]

    def put(number: int, cost: float, moved: float, plan: list[int]) -> None:
        if cost >= found[0] or moved > case.most_moved + SLACK:
            return
        if number == len(atoms):
            more = _settled(case, zones, atoms, plan, load, edges)
            found[0] = min(found[0], cost + more)
            return
        for zone, price, pupils, moving in options[number]:
            if load[zone] + pupils <= room[zone] + SLACK:
                load[zone] += pupils
                put(number + 1, cost + price, moved + moving, [*plan, zone])
                load[zone] -= pupils

    put(0, 0.0, 0.0, [])
    return None if found[0] == inf else found[0]


def _options(case: Case, atom: list[tuple[int, float]], zones: list[set[int]]) -> list[tuple[int, float, float, float]]:
    """(zone, cost, pupils, pupils moved) of every zone that an atom may belong to, the cheapest first."""
    found = []
    for number, zone in enumerate(zones):
        if not all(_may(case, unit, zone) for unit, _ in atom):
            continue
        pupils = sum(case.pupils[unit] * share for unit, share in atom)
        moved = sum(case.pupils[unit] * share for unit, share in atom
                    if unit in case.current and case.current[unit] not in zone)  # fmt: skip
        cost = sum(case.pupils[unit] * share * way(case, unit, zone) for unit, share in atom)
        found.append((number, cost + case.move_price * moved, pupils, moved))
    return sorted(found, key=lambda option: option[1])


def _may(case: Case, unit: int, zone: set[int]) -> bool:
    if unit in case.forced and case.forced[unit] not in zone:
        return False
    ways = [case.cost[unit][school] for school in zone]
    if inf in ways:
        return False
    return bool(zone & case.boarding) or case.pupils[unit] == 0 or max(ways) <= case.max_cost


def _settled(
    case: Case,
    zones: list[set[int]],
    atoms: list[list[tuple[int, float]]],
    plan: list[int],
    load: list[float],
    edges: list[tuple[int, int]],
) -> float:
    """What a full plan costs beside its ways: opening and pupils over; inf where it breaks a rule."""
    inside = [{unit for atom, at in zip(atoms, plan, strict=True) if at == zone for unit, _ in atom}
              for zone in range(len(zones))]  # fmt: skip
    money, opened, held = 0.0, 0, set()
    for number, zone in enumerate(zones):
        if zone <= case.candidates and not inside[number]:
            continue
        opened += zone <= case.candidates
        money += sum(case.opening[school] for school in zone & case.candidates) if case.opening else 0.0
        if load[number] < sum(case.least[school] for school in zone) - SLACK:
            return inf
        if case.over_price < inf:
            money += case.over_price * max(load[number] - sum(case.seats[school] for school in zone), 0.0)
        if zone & case.boarding:
            continue
        grounds = {case.at[school] for school in zone}
        if not grounds <= inside[number] or grounds & held:
            return inf
        held |= grounds
        if connected({min(grounds)}, inside[number], edges) != inside[number]:
            return inf
    return inf if case.new is not None and opened != case.new else money
