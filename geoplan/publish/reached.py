"""Who comes within the radius by a plan and who falls out of it: a plan that closes schools can do both.

The finished plan is today's schools without those that close, with those that open and with the new sites.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoplan.coverage import tidy
from geoplan.publish.moved import gained_points, lost_points
from geoplan.publish.privacy_sites import told_count
from geoplan.publish.privacy_stage import PUPILS, move_name

if TYPE_CHECKING:
    from geoplan.coverage import Coverage
    from geoplan.plan import Plan, StageProposal
    from geoplan.publish.privacy import Count


@dataclass(frozen=True)
class Reached:
    """People of one stage, in the unit of the population layer.

    Attributes:
        gained: outside the radius today and within it when the plan is finished.
        lost: within it today and outside it then.
    """

    gained: float
    lost: float

    @property
    def net(self) -> float:
        """Gained less lost; below 0 where more people fall out than come in."""
        return self.gained - self.lost


@dataclass(frozen=True)
class PublicReached:
    """`Reached` as it may be published: small counts of pupils hidden, and what would give them away."""

    gained: Count
    lost: Count
    net: Count


def reached(before: Coverage, after: Coverage) -> Reached:
    """Gains and losses between two coverages of the same demand, point by point."""
    people = before.demand.people
    return Reached(
        gained=float(people[gained_points(before, after)].sum()), lost=float(people[lost_points(before, after)].sum())
    )


def public_reached(plan: Plan, before: Coverage, after: Coverage) -> PublicReached:
    """Gains, losses and their balance for publication; the balance is None where one of the two is not told.

    Args:
        before, after: two coverages of a stage that the plan tells: of today, and of its proposal or a scenario's.
    """
    found, key = reached(before, after), move_name(before, after)
    gained, lost = told_count(plan, found.gained, "gained", *key), told_count(plan, found.lost, "lost", *key)
    if isinstance(gained, str) or isinstance(lost, str):
        return PublicReached(gained, lost, None)
    # a balance of a few is no handful of children: both counts that it comes from are told
    return PublicReached(gained, lost, round(found.net) if plan.units.counts == PUPILS else tidy(found.net))


def closing_in(proposal: StageProposal) -> list[str]:
    """Ids of the schools of this stage that the plan closes: those that stand today and not in its base."""
    stay = {str(each) for each in proposal.base.supply.ids}
    gone = [str(each) for each in proposal.before.supply.ids if str(each) not in stay]
    return list(dict.fromkeys((*gone, *proposal.solution.closed)))
