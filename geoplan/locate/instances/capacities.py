"""Capacitated p-median and facility location: OR-Library, Lorena, Holmberg.

In these tables a demand's cost is that of the whole demand (a distance, or a total), not of a unit of it; `costs` here
are per unit of load, so that Σ weight × cost is the published objective.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geoplan.errors import InputError
from geoplan.locate.instances.instance import Instance
from geoplan.locate.instances.words import Words, numbered, read_lines, read_rows, refuse
from geoplan.locate.problem import Model

if TYPE_CHECKING:
    from numpy.typing import NDArray


def read_lorena(path: Path | str, *, truncated: bool = False) -> Instance:
    """A capacitated p-median instance as Lorena writes them; single source, every point is demand and site.

    Format: `n p`, then `x y capacity demand` for each point. The objective is the sum of Euclidean distances, not
    weighted by demand.

    Args:
        path: SJC1 … SJC4b, p3038_600 … p3038_1000.
        truncated: distances are cut to whole numbers.

    Source: Lorena & Senne 2004, "A column generation approach to capacitated p-median problems", Computers &
    Operations Research 31.

    Raises:
        InputError: naming file and line.
    """
    path = Path(path)
    lines = numbered(read_lines(path))
    count, p = _sizes(path, lines, ("n", "p"))
    table = read_rows(path, _exactly(path, lines[1:], count), ("x", "y", "capacity", "demand"))
    return _medians(path, table[:, :2], table[:, 2], table[:, 3], p, truncated=truncated)


def read_pmedcap(path: Path | str, *, number: int = 1) -> Instance:
    """A capacitated p-median instance of the OR-Library; single source, distances cut to whole numbers.

    Formats: the OR-Library's own (the number of problems; for each `number optimum`, `n p Q` and n lines
    `id x y demand`), one such problem alone, or as `read_lorena`.

    Args:
        path: pmedcap1 with its 20 problems, or cpmp01 … cpmp20.
        number: which problem of the file, from 1.

    Source: Osman & Christofides 1994, "Capacitated clustering problems by hybrid simulated annealing and tabu
    search", International Transactions in Operational Research 1.

    Raises:
        InputError: naming file and line.
    """
    path = Path(path)
    lines = numbered(read_lines(path))
    widths = [len(line.split()) for _, line in lines[:2]]
    if widths == [2, 4]:
        return read_lorena(path, truncated=True)
    at = 1 if widths[:1] == [1] else 0
    for skipped in range(number):
        count, p, capacity = _sizes(path, lines[at + 1 :], ("n", "p", "Q"))
        block = lines[at + 2 : at + 2 + count]
        at += 2 + count
        if skipped + 1 < number and at >= len(lines):
            refuse(path, lines[-1][0], f"problem {number}", f"{skipped + 1} problems")
    table = read_rows(path, _exactly(path, block, count), ("id", "x", "y", "demand"))
    return _medians(path, table[:, 1:3], np.full(count, float(capacity)), table[:, 3], p, truncated=True)


def read_holmberg(path: Path | str) -> Instance:
    """A single-source facility location instance of Holmberg.

    Format: `sites demands`; for each site `capacity cost`; the demands; for each site the cost of serving the whole
    of each demand from it. What follows is not read: the file of p47 in use ends with the remains of another one.

    Source: Holmberg, Rönnqvist, Yuan 1999, "An exact algorithm for the capacitated facility location problems with
    single sourcing", EJOR 113; p1 … p71.

    Raises:
        InputError: naming file and line.
    """
    words = Words(path)
    sites, demands = words.whole("the number of sites", least=1), words.whole("the number of demands", least=1)
    heads = words.numbers(2 * sites, "`capacity cost` of a site").reshape(sites, 2)
    weights = words.numbers(demands, "a demand")
    total = words.numbers(sites * demands, "a cost").reshape(sites, demands).T
    return Instance(
        words.path.name, Model.CAPACITATED, per_unit(words.path, total, weights), weights,
        capacities=heads[:, 0], site_costs=heads[:, 1],
    )  # fmt: skip


def read_facilities(path: Path | str, *, capacity: float | None = None, splittable: bool = True) -> Instance:
    """A facility location instance of the OR-Library.

    Format: `sites demands`; for each site `capacity cost`; for each demand its size, then the cost of serving all of
    it from each site. The values published for cap41 … cap134 and capa … capc share demands among sites.

    Args:
        path: cap41 … cap134, capa, capb, capc.
        capacity: of every site, in place of the file's: capa … capc are published for several.
        splittable: False for the single-source values.

    Source: Beasley 1988, "An algorithm for solving large capacitated warehouse location problems", EJOR 33.

    Raises:
        InputError: naming file and line.
    """
    words = Words(path)
    sites, demands = words.whole("the number of sites", least=1), words.whole("the number of demands", least=1)
    capacities, costs = np.empty(sites), np.empty(sites)
    for row in range(sites):
        if capacity is None:
            capacities[row] = words.number("the capacity of a site")
        else:
            # where the capacity is given apart, the file may say `capacity` in its place
            words.skip("the capacity of a site")
            capacities[row] = capacity
        costs[row] = words.number("the cost of a site")
    table = words.numbers(demands * (sites + 1), "a demand and its costs").reshape(demands, sites + 1)
    words.ends()
    return Instance(
        words.path.stem, Model.CAPACITATED, per_unit(words.path, table[:, 1:], table[:, 0]), table[:, 0],
        capacities=capacities, site_costs=costs, splittable=splittable,
    )  # fmt: skip


def per_unit(path: Path, total: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cost of a unit of load where `total` is that of the whole demand.

    Raises:
        InputError: a demand of 0, whose cost no unit could carry.
    """
    if len(empty := np.flatnonzero(weights <= 0)):
        raise InputError(f"{path}: expected demands above 0, found {weights[empty[0]]:g} for demand {empty[0] + 1}.")
    return np.asarray(total / weights[:, None])


def _medians(
    path: Path,
    xy: NDArray[np.float64],
    capacities: NDArray[np.float64],
    weights: NDArray[np.float64],
    p: int,
    *,
    truncated: bool,
) -> Instance:
    # not hypot: the root of a whole number's square is exact, and truncating needs it to be
    distance = np.sqrt((xy[:, None, 0] - xy[None, :, 0]) ** 2 + (xy[:, None, 1] - xy[None, :, 1]) ** 2)
    distance = np.floor(distance) if truncated else distance
    return Instance(
        path.stem, Model.CAPACITATED, per_unit(path, distance, weights), weights, p=p, capacities=capacities
    )


def _sizes(path: Path, lines: list[tuple[int, str]], names: tuple[str, ...]) -> list[int]:
    if not lines:
        refuse(path, 1, f"`{' '.join(names)}`", "the end of the file")
    sizes = read_rows(path, lines[:1], names)[0]
    if (sizes < 1).any() or (sizes != sizes.astype(np.int64)).any():
        refuse(path, lines[0][0], f"`{' '.join(names)}`, whole numbers above 0", repr(lines[0][1].strip()))
    return [int(size) for size in sizes]


def _exactly(path: Path, lines: list[tuple[int, str]], count: int) -> list[tuple[int, str]]:
    if len(lines) != count:
        at = lines[count][0] if len(lines) > count else lines[-1][0] if lines else 1
        refuse(path, at, f"{count} points, as the file's head says", str(len(lines)))
    return lines
