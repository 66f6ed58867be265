"""Verdicts: every rule in every district, and in the whole project."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.rules import State, Verdict, band_verdict, radius_verdict
from geoplan.types import Area

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.coverage.served import Coverage
    from geoplan.rules import Rule, RuleBook


def verdicts(coverage: Coverage, book: RuleBook) -> tuple[Verdict, ...]:
    """Radius and people-per-school verdicts of a stage, the whole project first (place ''), then each district."""
    units = coverage.demand.units
    places = [("", None), *((each, row) for row, each in enumerate(units.district_ids))]
    found: list[Verdict] = []
    for place, row in places:
        lives = np.ones(len(coverage.demand), dtype=bool) if row is None else coverage.demand.district == row
        # schools beyond the districts serve people inside, but are not counted for them
        inside = (coverage.supply.district >= 0) | (not units.district_ids)
        stands = inside if row is None else coverage.supply.district == row
        if row is not None and not lives.any():
            continue
        for radius in coverage.radii:
            if radius.rule is not None:
                tally = coverage.tally(lives & _of_area(coverage.demand.area, radius.area))
                verdict = radius_verdict(radius.rule, place, people=tally.assessed, covered=tally.covered)
                found.append(replace(verdict, area=radius.area))
        found += [
            replace(_band(rule, place, coverage, lives, stands), area=rule.area) for rule in book.bands(coverage.stage)
        ]
    return tuple(found)


def _band(rule: Rule, place: str, coverage: Coverage, lives: NDArray[np.bool_], stands: NDArray[np.bool_]) -> Verdict:
    demand, supply = coverage.demand, coverage.supply
    if demand.units.counts == "pupils":
        zh, en = "人口图层为学生数，缺常住人口", "the population layer counts pupils; residents are needed"
        return Verdict(rule, place, State.NO_DATA, None, "people", zh, en)
    counted = stands & _of_area(supply.area, rule.area)
    every = int(counted.sum())
    if rule.supply == "public":
        counted &= supply.is_public
    people = float(demand.people[lives & _of_area(demand.area, rule.area)].sum())
    verdict = band_verdict(rule, place, people=people, schools=int(counted.sum()))
    if rule.supply != "public" or verdict.state is State.NOT_APPLICABLE:
        return verdict
    zh = (
        f"{verdict.zh}（公办民办合计{every}所）"
        if supply.knows_ownership
        else f"{verdict.zh}（未注明公办民办，按全部计）"
    )
    en = (
        f"{verdict.en} ({every} with private ones)"
        if supply.knows_ownership
        else f"{verdict.en} (ownership unknown: all counted)"
    )
    return replace(verdict, zh=zh, en=en)


def _of_area(classes: NDArray[np.object_], area: Area) -> NDArray[np.bool_]:
    return np.ones(len(classes), dtype=bool) if area is Area.ALL else np.asarray(classes == area.value)
