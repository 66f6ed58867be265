"""Candidate sites of a stage: the ones given, else a documented grid within populated places."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.errors import ProblemError, near_match
from geoplan.locate import candidate_grid
from geoplan.types import Finding, Severity, natural_sorted

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from geoplan.coverage import Coverage
    from geoplan.types import Layers, Stage

KIND_ZH = {
    "idle_campus": ("闲置校舍", "idle campus"),
    "reserved": ("预留教育用地", "reserved plot"),
    "expand": ("可扩建", "can be extended"),
    "other": ("备选地块", "candidate"),
    "grid": ("自动生成的候选点", "generated candidate"),
}
_PREFERENCE = {"idle_campus": 0, "reserved": 1}
SPACING_PER_RADIUS = 2
ELSEWHERE = "用于其他学段 / bears a school of another stage"
"""Why a plot is left out of a stage's candidates that another stage uses."""
GENERATED = "grid-"
"""What the ids of generated candidates begin with; how many there are differs from stage to stage."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """Sites that a new school may take.

    Attributes:
        seats, cost: nan where unknown; `cost` in the unit of the layer.
        year: from which the land is to be had, nan where the layer does not say.
        kind: a key of `KIND_ZH`.
        rejected: id and reason of every site that was left out.
    """

    ids: NDArray[np.object_]
    names: NDArray[np.object_]
    xy: NDArray[np.float64]
    seats: NDArray[np.float64]
    cost: NDArray[np.float64]
    year: NDArray[np.float64]
    kind: NDArray[np.object_]
    rejected: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def preference(self) -> list[int]:
        """Rank at equal cost: vacated campuses first (ZZ:167), then reserved plots, then the rest."""
        return [_PREFERENCE.get(kind, 2) for kind in self.kind]


def candidates_for(
    layers: Layers,
    coverage: Coverage,
    *,
    exclude: Collection[str] = (),
    elsewhere: Collection[str] = (),
    spacing_m: float | None = None,
) -> Candidates:
    """The sites layer's rows for the stage, or a grid where the project has none.

    Args:
        coverage: without new sites; the grid stands where its uncovered people are.
        exclude: ids that must not be used (a hazard, a veto).
        elsewhere: ids of plots that bear a school of another stage.
        spacing_m: of the grid; by default half the smallest radius.

    Raises:
        ProblemError: an excluded id does not exist.
    """
    if layers.sites is None:
        return _without(_grid(coverage, spacing_m), exclude)
    frame = layers.sites.frame
    if unknown := sorted(set(exclude) - set(frame.index)):
        hint = near_match(unknown[0], frame.index)
        raise ProblemError(f"{layers.sites.file}: no site {unknown[0]!r} to exclude.{hint}")
    stage: Stage = coverage.stage
    rejected = []
    keep = np.ones(len(frame), dtype=bool)
    for row, (each, offered, reason) in enumerate(zip(frame.index, frame["stages"], frame["excluded"], strict=True)):
        why = reason or ("排除 / excluded by the user" if each in exclude else "")
        why = why or (ELSEWHERE if each in elsewhere else "")
        if why:
            rejected.append((str(each), str(why)))
        keep[row] = not why and (not offered or stage in offered)
    chosen = frame[keep]
    return Candidates(
        ids=chosen.index.to_numpy(dtype=object),
        names=chosen["name"].to_numpy(dtype=object),
        xy=shapely.get_coordinates(np.asarray(chosen.geometry.array, dtype=object)),
        seats=chosen["capacity"].to_numpy(dtype=float),
        cost=chosen["cost"].to_numpy(dtype=float),
        year=chosen["year"].to_numpy(dtype=float),
        kind=chosen["kind"].to_numpy(dtype=object),
        rejected=tuple(rejected),
        findings=(),
    )


def _without(candidates: Candidates, exclude: Collection[str]) -> Candidates:
    """Generated candidates without the excluded ones."""
    if unknown := sorted(each for each in exclude if not each.startswith(GENERATED)):
        raise ProblemError(f"No site {unknown[0]!r} to exclude: the project has no sites layer.")
    keep = np.array([each not in exclude for each in candidates.ids], dtype=bool)
    return replace(
        candidates,
        **{name: getattr(candidates, name)[keep] for name in ("ids", "names", "xy", "seats", "cost", "year", "kind")},
        rejected=tuple((each, "排除 / excluded by the user") for each in natural_sorted(exclude)),
    )


def _grid(coverage: Coverage, spacing_m: float | None) -> Candidates:
    demand = coverage.demand
    outside = np.flatnonzero(coverage.assessed & ~coverage.covered & (demand.people > 0))
    reach = coverage.reach_m()
    spacing = spacing_m or (1.0 if np.isnan(reach).all() else float(np.nanmin(reach)) / SPACING_PER_RADIUS)
    chosen = outside[candidate_grid(demand.xy[outside], demand.people[outside], spacing_m=spacing)]
    places = [demand.units.place_name(row) for row in demand.unit[chosen]]
    finding = Finding(
        Severity.WARNING,
        "candidates-generated",
        f"No sites layer: {len(chosen)} candidates at least {spacing:,.0f} m apart stand for plots, each on the "
        "populated point with most unserved people around it.",
        why="Nobody has checked whether land is to be had there.",
        fix="Give a sites layer with reserved plots and idle campuses.",
        layer="sites",
    )
    return Candidates(
        ids=np.array([f"{GENERATED}{rank}" for rank in range(1, len(chosen) + 1)], dtype=object),
        names=np.array([f"{place}附近" for place in places], dtype=object),
        xy=demand.xy[chosen],
        seats=np.full(len(chosen), np.nan),
        cost=np.full(len(chosen), np.nan),
        year=np.full(len(chosen), np.nan),
        kind=np.full(len(chosen), "grid", dtype=object),
        rejected=(),
        findings=(finding,),
    )
