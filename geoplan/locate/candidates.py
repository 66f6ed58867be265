"""Candidate sites where none are given: a documented grid within populated places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from rtree.index import Index

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_CANDIDATES = 400


def candidate_grid(
    xy: NDArray[np.float64], people: NDArray[np.float64], *, spacing_m: float, most: int = MOST_CANDIDATES
) -> NDArray[np.int64]:
    """Choose demand points as candidates: the most people first, never closer than `spacing_m` to one another.

    The place is cut into squares of `spacing_m`; in each square the point with most people stands for it; squares
    are taken in order of their people (ties: west before east, then south) until `most` candidates are found.

    Args:
        xy, people: the demand points that are to be served, shape (m, 2) and (m,).
        spacing_m: smallest distance between two candidates.

    Returns:
        Indices of the chosen points, in the order of choice.
    """
    if not len(xy):
        return np.zeros(0, dtype=np.int64)
    lattice: NDArray[np.float64] = np.floor(xy / spacing_m)
    _, square = np.unique(lattice, axis=0, return_inverse=True)
    square = square.ravel()
    total = np.bincount(square, people)
    heaviest = np.lexsort((xy[:, 1], xy[:, 0], -people, square))
    first = np.ones(len(heaviest), dtype=bool)
    first[1:] = square[heaviest][1:] != square[heaviest][:-1]
    of_square = heaviest[first]
    chosen: list[int] = []
    taken = Index()
    for position in np.lexsort((xy[of_square, 1], xy[of_square, 0], -total)):
        point = int(of_square[position])
        x, y = xy[point]
        near = taken.intersection((x - spacing_m, y - spacing_m, x + spacing_m, y + spacing_m))
        if any(np.hypot(*(xy[other] - xy[point])) < spacing_m for other in near):
            continue
        taken.insert(point, (x, y, x, y))
        chosen.append(point)
        if len(chosen) == most:
            break
    return np.array(chosen, dtype=np.int64)
