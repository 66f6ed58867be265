"""Pupils of the population layer beside those of the schools: the same children, counted twice by two offices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.coverage.standing import enrolled
from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoplan.demand import Units
    from geoplan.types import Layers, Stage

APART = 0.10
"""From this share of the schools' pupils on the two counts are no longer the same children."""


def enrolment_findings(layers: Layers, units: Units, stages: Iterable[Stage]) -> tuple[Finding, ...]:
    """One finding for each stage whose pupils at home and at school differ; a warning from 10 % on.

    Stages of which a school tells no pupils are left out: a sum of some schools is not their enrolment.
    """
    if layers.schools is None:
        return ()
    frame = layers.schools.frame
    found = []
    for stage in stages:
        at_school = enrolled(frame, stage)
        every = {str(key) for key, own in frame["stages"].items() if stage in own}
        there, here = sum(at_school.get(key, 0.0) for key in every), units.pupils.get(stage.value)
        if here is None or not every or not every <= set(at_school) or there <= 0:
            continue
        home = float(here.sum())
        if round(home) != round(there):
            found.append(_apart(stage, there, home, len(every)))
    return tuple(found)


def _apart(stage: Stage, there: float, home: float, schools: int) -> Finding:
    share = abs(there - home) / there
    return Finding(
        Severity.WARNING if share >= APART else Severity.NOTE,
        "enrolment-against-population",
        f"{stage.zh} {stage.value}: {there:,.0f} pupils in {schools} schools, {home:,.0f} in the population layer "
        f"({100 * share:.0f} % apart).",
        why="Pupils may come from outside or board, the population layer may lack places or count registered residents "
        "only, or the two are of different years. Seats are balanced with the pupils of the population layer.",
        fix="Ask both offices for the same school year and area, and say in project.toml which count holds.",
        layer="population",
    )
