"""Maximal cover and set cover."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from geoplan.locate.costs import Points
from geoplan.locate.instances.instance import Instance
from geoplan.locate.instances.medians import graph_distances
from geoplan.locate.instances.words import Words, numbered, read_lines, read_rows, refuse
from geoplan.locate.problem import Model

if TYPE_CHECKING:
    from numpy.typing import NDArray

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the earth, IUGG."""


def read_mclp(path: Path | str, *, radius: float, p: int | None = None, degrees: bool = False) -> Instance:
    """A maximal covering instance: every node is demand and site, what is within `radius` is in reach.

    Formats: a first line whose first word is n; then either n lines `x y demand` (SJC324 … SJC818, radius 800 for
    the published values; San Francisco in degrees), or, where the second word is the number of edges, that many
    lines `i j length`, of which the first n end with the demand of node 1 … n (B700, B900: graphs of the OR-Library,
    costs are shortest paths).

    Args:
        radius: in the unit of the file; in metres with `degrees`.
        p: how many sites to open, in place of the file's, if that gives one.
        degrees: the points are latitude and longitude, distances are great circles.

    Source: Lorena & Pereira 2002, "A Lagrangean/surrogate heuristic for the maximal covering location problem using
    Hillsman's edition", International Journal of Industrial Engineering 9 (SJC).

    Raises:
        InputError: naming file and line.
    """
    path = Path(path)
    lines = numbered(read_lines(path))
    head = lines[0][1].split() if lines else []
    if len(head) < 2 or not (head[0].isdigit() and head[1].isdigit()):
        refuse(path, 1, "`n edges …` or `n 9999 …`", repr(lines[0][1].strip()) if lines else "the end of the file")
    count, edges = int(head[0]), int(head[1])
    if len(lines[-1][1].split()) == 3 and len(lines[1][1].split()) == 4:
        if len(lines) != 1 + edges or edges < count:
            refuse(path, lines[-1][0], f"{edges} edges of {count} nodes, as the file's head says", f"{len(lines) - 1}")
        named_p = int(head[2]) if len(head) > 2 and head[2].isdigit() else None
        costs, weights = _graph(path, lines[1:], count, radius)
        return Instance(path.stem, Model.MAX_COVER, costs, weights, named_p if p is None else p)
    if len(lines) != 1 + count:
        refuse(path, lines[-1][0], f"{count} nodes, as the file's head says", f"{len(lines) - 1}")
    table = read_rows(path, lines[1:], ("latitude", "longitude", "demand") if degrees else ("x", "y", "demand"))
    xy = table[:, :2]
    near = _great_circles(xy, radius) if degrees else Points(xy, xy, cutoff_m=radius)
    return Instance(path.stem, Model.MAX_COVER, near, table[:, 2], p)


def read_scp(path: Path | str) -> Instance:
    """A weighted set covering instance of the OR-Library: rows are demand, columns are sites.

    Format: `rows columns`, the cost of each column; for each row how many columns cover it, and which.

    Source: Beasley 1987, "An algorithm for set covering problems", EJOR 31; scp41 … scpnrh5.

    Raises:
        InputError: naming file and line.
    """
    words = Words(path)
    rows, columns = words.whole("the number of rows", least=1), words.whole("the number of columns", least=1)
    costs = words.numbers(columns, "the cost of a column")
    row_of, column_of = [], []
    for row in range(rows):
        count = words.whole(f"how many columns cover row {row + 1}")
        covering = words.wholes(count, f"a column 1 to {columns}", least=1, most=columns)
        row_of.append(np.full(count, row))
        column_of.append(covering - 1)
    words.ends()
    demand, site = np.concatenate(row_of), np.concatenate(column_of)
    # in reach or not is all that counts: one line twice is once
    pairs = np.unique(np.stack([demand, site]), axis=1)
    reach = csr_array((np.ones(pairs.shape[1]), (pairs[0], pairs[1])), shape=(rows, columns))
    return Instance(words.path.stem, Model.SET_COVER, reach, site_costs=costs)


def _graph(
    path: Path, lines: list[tuple[int, str]], count: int, radius: float
) -> tuple[csr_array, NDArray[np.float64]]:
    with_demand = read_rows(path, lines[:count], ("i", "j", "length", "demand"))
    table = np.concatenate([with_demand[:, :3], read_rows(path, lines[count:], ("i", "j", "length"))])
    ends = table[:, :2].astype(np.int64)
    if len(wrong := np.flatnonzero(((ends < 1) | (ends > count)).any(axis=1) | (table[:, 2] < 0))):
        number, line = lines[int(wrong[0])]
        refuse(path, number, f"an edge between nodes 1 to {count}, its length at least 0", repr(line.strip()))
    distance = graph_distances(count, ends - 1, table[:, 2])
    row, column = np.nonzero(distance <= radius)
    return csr_array((distance[row, column], (row, column)), shape=(count, count)), with_demand[:, 3]


def _great_circles(degrees: NDArray[np.float64], radius_m: float) -> csr_array:
    latitude, longitude = np.radians(degrees).T
    on_sphere = np.column_stack(
        [np.cos(latitude) * np.cos(longitude), np.cos(latitude) * np.sin(longitude), np.sin(latitude)]
    )
    tree = cKDTree(on_sphere)
    chord = 2.0 * np.sin(min(radius_m / EARTH_RADIUS_M, np.pi) / 2.0)
    pairs = tree.query_pairs(chord * (1 + 1e-12), output_type="ndarray")
    half = np.linalg.norm(on_sphere[pairs[:, 0]] - on_sphere[pairs[:, 1]], axis=1) / 2.0
    distance = 2.0 * EARTH_RADIUS_M * np.arcsin(np.minimum(half, 1.0))
    own = np.arange(len(degrees))
    near = distance <= radius_m
    one, other = pairs[near].T
    return csr_array(
        (
            np.concatenate([distance[near], distance[near], np.zeros(len(own))]),
            (np.concatenate([one, other, own]), np.concatenate([other, one, own])),
        ),
        shape=(len(own), len(own)),
    )
