"""Private schools in zoning: which they are, and what is said where they take no zone or take part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.coverage import Supply
    from geoplan.types import Layers, Stage


def is_private(layers: Layers, supply: Supply) -> NDArray[np.bool_]:
    """Schools that the layer calls private; one of which it says nothing is not."""
    if layers.schools is None or "ownership" not in layers.schools.frame:
        return np.zeros(len(supply), dtype=bool)
    owner = layers.schools.frame["ownership"].reindex(supply.ids)
    return np.asarray(owner.to_numpy(dtype=object) == "private", dtype=bool)


def private_findings(supply: Supply, stage: Stage, aside: NDArray[np.bool_], taken_in: int) -> list[Finding]:
    """What is said of private schools: those that take no zone (`aside`, shape (n,)), and how many take part."""
    return [*_left_out(supply, stage, aside), *_taken_in(taken_in)]


def _left_out(supply: Supply, stage: Stage, aside: NDArray[np.bool_]) -> list[Finding]:
    rows = np.flatnonzero(aside)
    if not len(rows):
        return []
    return [
        Finding(
            Severity.NOTE, "private-without-zone",
            f"{len(rows)} private {stage.value} schools with {np.nansum(supply.seats[rows]):,.0f} seats take no zone.",
            why="Attendance zones are those of public schools; all pupils are counted in the zone they live in.",
            fix="Let them in with --with-private, or name them in the zones layer.", layer="schools",
            rows=tuple(str(each) for each in supply.ids[rows][:5]), count=len(rows),
        )
    ]  # fmt: skip


def _taken_in(count: int) -> list[Finding]:
    what = f"{count} private schools take part like public ones."
    fix = "Leave them out with --public-only, if they have no zones."
    return [Finding(Severity.NOTE, "private-schools", what, fix=fix, layer="schools")] if count else []
