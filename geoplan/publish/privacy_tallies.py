"""Tallies of districts beside their published total: none of them can be had by subtracting the others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geoplan.publish.privacy import AT_LEAST, counted, counted_part, is_small, open_share, suppressed, suppressed_part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.coverage import Tally
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
    """A tally that is no part of another one, or of one that is not published."""
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
    hidden, too, with its own parts.
    """
    found = [public_tally(plan, tally) for tally in tallies]
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
        value = getattr(tally, name)
        counts[name] = None if value is None else suppressed(value) if is_small(value) or value < 1 else AT_LEAST
    share = shown.share if "pupils_covered" in names else None
    return replace(shown, **counts, share=share)
