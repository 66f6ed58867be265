"""Tallies and gaps as they may be published: no hidden count can be had by subtracting the others from a total.

What is hidden of a plan is decided for all its counts together (`privacy_plan`); a tally that stands in no plan is only
held against those that it is published with.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.publish.privacy import AT_LEAST, counted, counted_part, is_small, open_share, suppressed, suppressed_part
from geoplan.publish.privacy_plan import release_of
from geoplan.publish.privacy_stage import PEOPLE, PUPILS, tally_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geoplan.coverage import Gap, Tally
    from geoplan.plan import Plan
    from geoplan.publish.privacy import Count

_FOLLOWING = {
    "people": ("people", "assessed", "covered", "uncovered"),
    "assessed": ("assessed", "covered", "uncovered"),
    "covered": ("covered", "uncovered"),
    "uncovered": ("covered", "uncovered"),
    "pupils": ("pupils", "pupils_covered"),
    "pupils_covered": ("pupils_covered",),
}
"""What must be hidden with a count: its parts tell nearly as much as it does."""


@dataclass(frozen=True)
class PublicTally:
    """A tally as it may be published: whole, `<10`, `>110`, `≥10`, or None where unknown; the share None with them."""

    people: Count
    assessed: Count
    covered: Count
    uncovered: Count
    share: float | None
    pupils: Count
    pupils_covered: Count


def public_tally(plan: Plan, tally: Tally) -> PublicTally:
    """A tally of a plan, or one that is no part of another."""
    shown = _alone(plan, tally)
    release, key = release_of(plan), tally_name(tally)
    hidden = [column for column in _FOLLOWING if release.hidden.get(("tally", key, column), False)]
    # what is told of a hidden count's own parts tells nearly as much as it does
    names = dict.fromkeys(each for column in hidden for each in _FOLLOWING[column])
    return _hidden(shown, tally, list(names)) if names else shown


def gap_people(plan: Plan, gap: Gap, phase: str = "before", people: float | None = None) -> Count:
    """People of a gap, or those left of it in a later phase, as they may be published.

    Args:
        phase: `before`, a year of the programme, or `after`.
        people: those left, for a phase after today.
    """
    count = gap.people if people is None else people
    shown = counted(plan, count)
    return _held_back(plan, gap, phase, PEOPLE, shown)


def gap_pupils(plan: Plan, gap: Gap) -> Count:
    """Pupils of a gap as they may be published; None where unknown."""
    return _held_back(plan, gap, "before", PUPILS, suppressed(gap.pupils))


def hidden_units(plan: Plan) -> NDArray[np.bool_]:
    """Rows of the population layer whose pupils are not told, shape (units,); none where the layer counts people."""
    release = release_of(plan)
    return np.array([release.hidden.get(("unit", row), False) for row in range(len(plan.units))], dtype=bool)


def _held_back(plan: Plan, gap: Gap, phase: str, what: str, shown: Count) -> Count:
    if what == PEOPLE and plan.units.counts != PUPILS:
        return shown
    is_held = release_of(plan).hides("gap", gap.stage.value, gap.travel.value, gap.id, phase, what)
    return AT_LEAST if is_held and isinstance(shown, int | float) and shown else shown


def _alone(plan: Plan, tally: Tally) -> PublicTally:
    return PublicTally(
        people=counted(plan, tally.people),
        assessed=counted_part(plan, tally.assessed, tally.people),
        covered=counted_part(plan, tally.covered, tally.assessed),
        uncovered=counted_part(plan, tally.uncovered, tally.assessed),
        share=open_share(plan, tally.covered, tally.assessed),
        pupils=suppressed(tally.pupils),
        pupils_covered=suppressed_part(tally.pupils_covered, tally.pupils),
    )


def public_tallies(plan: Plan, tallies: Sequence[Tally]) -> list[PublicTally]:
    """The parts of a published total, in their order.

    Where one part alone is hidden, the total less the others would give it away: the smallest other one is then
    hidden, too, with its own parts. Parts that the plan knows have been held against all its other counts.
    """
    release = release_of(plan)
    if all(release.knows_tally(tally_name(tally)) for tally in tallies):
        return [public_tally(plan, tally) for tally in tallies]
    found = [_alone(plan, tally) for tally in tallies]
    small = list(found)
    for column, following in _FOLLOWING.items():
        hidden = [isinstance(getattr(each, column), str) for each in found]
        values = [getattr(tally, column) or 0.0 for tally in tallies]
        others = [at for at, value in enumerate(values) if not hidden[at] and round(value) > 0]
        # a count that is only hidden for the sake of another one may be had: it is no handful
        if sum(hidden) == 1 and isinstance(getattr(small[hidden.index(True)], column), str) and others:
            smallest = min(others, key=lambda at: values[at])
            found[smallest] = _hidden(found[smallest], tallies[smallest], following)
    return found


def _hidden(shown: PublicTally, tally: Tally, names: Sequence[str]) -> PublicTally:
    counts: dict[str, Count] = {}
    for name in names:
        value, before = getattr(tally, name), getattr(shown, name)
        if isinstance(before, int | float):
            counts[name] = suppressed(value) if is_small(value) or value < 1 else AT_LEAST
    keeps_share = not {"people", "assessed", "covered", "uncovered"} & set(names)
    return replace(shown, **counts, share=shown.share if keeps_share else None)
