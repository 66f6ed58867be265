"""The schools of zoning: those of the stage with their seats, candidates behind them, each on its unit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.errors import ProblemError, near_match
from geoplan.plan.zone_ground import district_number
from geoplan.plan.zone_private import is_private, private_findings
from geoplan.plan.zone_today import zoned_schools
from geoplan.rules import Level
from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from geoplan.coverage import Supply
    from geoplan.demand import Units
    from geoplan.plan.zone_ground import ZoneGround
    from geoplan.plan.zone_wish import ZoneWish
    from geoplan.types import Layers, Stage

FAR_M = 200.0
"""A school farther outside every unit is named in a warning."""


@dataclass(frozen=True, eq=False)
class ZoneSchools:
    """Schools that take part, existing ones first.

    Attributes:
        unit: index of the unit that each stands in.
        is_candidate: of the sites layer, may be opened.
        closed: ids of existing schools that were excluded, with their names.
        private: names of the private schools that take no part, with their seats of the stage.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    xy: NDArray[np.float64]
    seats: NDArray[np.float64]
    unit: NDArray[np.int64]
    is_candidate: NDArray[np.bool_]
    closed: dict[str, str]
    private: tuple[tuple[str, float], ...]
    findings: tuple[Finding, ...]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def private_seats(self) -> float:
        """Seats of the private schools that take no part, as far as they are known."""
        return float(np.nansum([seats for _, seats in self.private]))

    def name(self, each: str) -> str:
        """Name of a school by its id, also of one that is closed; the id where there is none."""
        return self._named.get(each) or each

    @cached_property
    def _named(self) -> dict[str, str]:
        return dict(zip(self.ids, self.names, strict=True)) | self.closed


@dataclass(frozen=True, eq=False)
class _Found:
    ids: list[str]
    names: list[str]
    xy: NDArray[np.float64]
    seats: NDArray[np.float64]


def by_id(layers: Layers, units: Units, supply: Supply, stage: Stage, wish: ZoneWish) -> ZoneWish:
    """The wish with ids for the schools and sites that it names by id or by name.

    Args:
        supply: the existing schools of the stage.

    Raises:
        ProblemError: a school that is not there, or a name that several have.
    """
    sites = _sites(layers, units, stage, wish)
    ids = [*(str(each) for each in supply.ids), *sites.ids]
    of_name: dict[str, list[str]] = {}
    for each, name in zip(ids, [*(str(name) for name in supply.names), *sites.names], strict=True):
        of_name.setdefault(name, []).append(each)

    def known(option: str, asked: str) -> str:
        if asked in ids:
            return asked
        found = of_name.get(asked, [])
        if len(found) > 1:
            raise ProblemError(f"{option}: {len(found)} schools are called {asked!r}; give the id: {', '.join(found)}.")
        if not found:
            hint = near_match(asked, [*ids, *of_name])
            raise ProblemError(f"{option}: no school {asked!r} of {stage.value}, by id or name.{hint}")
        return found[0]

    return replace(
        wish,
        exclude=tuple(known("--exclude", each) for each in wish.exclude),
        boarding=tuple(known("--boarding", each) for each in wish.boarding),
        together=tuple(tuple(known("--together", each) for each in group) for group in wish.together),
    )


def zone_schools(
    layers: Layers,
    units: Units,
    ground: ZoneGround,
    supply: Supply,
    stage: Stage,
    wish: ZoneWish,
    *,
    needs_seats: bool = True,
) -> ZoneSchools:
    """Existing schools of the stage, and candidates where new ones are asked for.

    Args:
        supply: the existing schools of the stage.
        needs_seats: schools without seats are refused.

    Raises:
        ProblemError: no schools, schools without seats, fewer candidates than are asked for.
    """
    sites = _sites(layers, units, stage, wish)
    here, aside, notes = _taking_part(layers, units, supply, stage, wish)
    closed = [row for row in here if str(supply.ids[row]) in wish.exclude]
    rows = [row for row in here if str(supply.ids[row]) not in wish.exclude]
    if needs_seats:
        _refuse_without_seats(supply, rows, stage)
    keep = [row for row, each in enumerate(sites.ids) if each not in wish.exclude]
    xy = np.concatenate([supply.xy[rows].reshape(-1, 2), sites.xy[keep].reshape(-1, 2)])
    ids = [*(str(supply.ids[row]) for row in rows), *(sites.ids[row] for row in keep)]
    names = [*(str(supply.names[row]) for row in rows), *(sites.names[row] for row in keep)]
    offered = np.concatenate([supply.seats[rows], sites.seats[keep]])
    is_new = np.arange(len(ids)) >= len(rows)
    unit, told = _stands_in(ground, xy, ids)
    free = ~is_new | ~np.isin(unit, unit[~is_new])
    told += _on_taken_ground([ids[row] for row in np.flatnonzero(~free)])
    if wish.new is not None and int((is_new & free).sum()) < wish.new:
        raise ProblemError(
            f"{wish.new} new {stage.value} schools asked for, and there are {int((is_new & free).sum())} candidates "
            "with seats. Ask for fewer, or add sites with a capacity."
        )
    kept = np.flatnonzero(free)
    return ZoneSchools(
        ids=tuple(ids[row] for row in kept),
        names=tuple(names[row] for row in kept),
        xy=xy[kept],
        seats=offered[kept],
        unit=unit[kept],
        is_candidate=is_new[kept],
        closed={str(supply.ids[row]): str(supply.names[row]) for row in closed},
        private=tuple((str(supply.names[row] or supply.ids[row]), float(supply.seats[row])) for row in aside),
        findings=(*notes, *_several_stages(layers, stage, [ids[row] for row in kept]), *told),
    )


def _taking_part(
    layers: Layers, units: Units, supply: Supply, stage: Stage, wish: ZoneWish
) -> tuple[list[int], list[int], list[Finding]]:
    """Rows of the schools of the district that take part, and of the private ones that do not."""
    here = np.ones(len(supply), dtype=bool)
    if wish.district:
        here &= supply.district == district_number(units, wish.district)
    private = here & is_private(layers, supply)
    aside = private & (wish.public_only is not False)
    if wish.public_only is None:
        zoned = zoned_schools(layers, stage)
        aside &= np.array([str(each) not in zoned for each in supply.ids], dtype=bool)
        aside &= stage in Level.COMPULSORY.stages
    keep = here & ~aside
    if not keep.any() and not wish.new:
        place = f" in {wish.district}" if wish.district else ""
        raise ProblemError(
            f"No {stage.value} ({stage.zh}) school{place} takes part ({int(aside.sum())} private ones are left out; "
            "--with-private lets them in). Check the schools layer."
        )
    findings = private_findings(supply, stage, aside, int((private & keep).sum()))
    return np.flatnonzero(keep).tolist(), np.flatnonzero(aside).tolist(), findings


def _refuse_without_seats(supply: Supply, rows: list[int], stage: Stage) -> None:
    blank = [str(supply.ids[row]) for row in rows if np.isnan(supply.seats[row])]
    if blank:
        some = ", ".join(blank[:5]) + (", …" if len(blank) > 5 else "")
        raise ProblemError(
            f"Zones need seats: {len(blank)} of {len(rows)} {stage.value} schools have none ({some}). Fill the column "
            "capacity (学位数) or classes (班数) of the schools layer, or leave those schools out with --exclude."
        )


def _sites(layers: Layers, units: Units, stage: Stage, wish: ZoneWish) -> _Found:
    """Candidates of the stage that may be used and have seats; none where no new schools are asked for."""
    if not wish.new:
        return _Found([], [], np.zeros((0, 2)), np.zeros(0))
    if layers.sites is None:
        raise ProblemError("New schools are asked for (--new), and the project has no sites layer. Add [layers.sites].")
    frame = layers.sites.frame
    suits = np.array([not offered or stage in offered for offered in frame["stages"]], dtype=bool)
    usable = suits & (frame["excluded"] == "").to_numpy() & (frame["capacity"] > 0).to_numpy()
    chosen = frame[usable]
    xy = shapely.get_coordinates(np.asarray(chosen.geometry.array, dtype=object))
    if wish.district:
        shape = units.district_shapes[district_number(units, wish.district)]
        inside = shapely.intersects(shape, shapely.points(xy)) if shape is not None else np.zeros(len(xy), dtype=bool)
        chosen, xy = chosen[inside], xy[inside]
    taken = set() if layers.schools is None else set(layers.schools.frame.index)
    # a school and a site may bear the same id; inside the problem they must not
    ids = [f"site {each}" if each in taken else str(each) for each in chosen.index]
    return _Found(ids, [str(each) for each in chosen["name"]], xy, chosen["capacity"].to_numpy(dtype=float))


def _stands_in(ground: ZoneGround, xy: NDArray[np.float64], ids: list[str]) -> tuple[NDArray[np.int64], list[Finding]]:
    """The unit that holds each school, else the nearest one; of equally near ones the first."""
    points = np.asarray(shapely.points(xy), dtype=object)
    school, unit = shapely.STRtree(ground.shapes).query_nearest(points)
    found = np.full(len(xy), len(ground), dtype=np.int64)
    np.minimum.at(found, school, unit)
    away = shapely.distance(ground.shapes[found], points) if len(xy) else np.zeros(0)
    outside = np.flatnonzero(away > 0.5)
    if not len(outside):
        return found, []
    far = float(away.max())
    return found, [
        Finding(
            Severity.WARNING if far > FAR_M else Severity.NOTE, "school-outside-units",
            f"{len(outside)} schools stand in no unit; the nearest one holds them (at most {far:,.0f} m away).",
            why="A zone grows from the unit that holds its school.", fix="Check where they stand.", layer="schools",
            rows=tuple(ids[row] for row in outside[np.argsort(-away[outside])][:5]), count=len(outside),
        )
    ]  # fmt: skip


def _on_taken_ground(ids: list[str]) -> list[Finding]:
    if not ids:
        return []
    what = f"{len(ids)} candidates stand on the unit of a school that stays; they cannot have a zone of their own."
    return [Finding(Severity.NOTE, "site-beside-school", what, layer="sites", rows=tuple(ids[:5]), count=len(ids))]


def _several_stages(layers: Layers, stage: Stage, ids: Iterable[str]) -> list[Finding]:
    if layers.schools is None:
        return []
    offered = layers.schools.frame["stages"]
    several = [each for each in ids if each in offered.index and len(offered[each]) > 1]
    if not several:
        return []
    what = f"{len(several)} schools have several stages; of their seats those of {stage.value} count."
    return [
        Finding(
            Severity.NOTE, "seats-of-several-stages", what,
            why="They are classes × cap of the stage, else its part of the capacity, as in the balance.",
            fix=f"Fill the column {stage.value}_classes where the split is another one.", layer="schools",
            rows=tuple(several[:5]), count=len(several),
        )
    ]  # fmt: skip
