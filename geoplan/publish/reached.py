"""Who comes within the radius by a plan and who falls out of it: a plan that closes schools can do both.

The finished plan is today's schools without those that close, with those that open and with the new sites.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoplan.publish.privacy import AT_LEAST, counted, counted_part, is_small

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
        gained=float(people[after.covered & ~before.covered].sum()),
        lost=float(people[before.covered & ~after.covered].sum()),
    )


def public_reached(plan: Plan, found: Reached, after: Coverage) -> PublicReached:
    """Gains, losses and their balance for publication.

    The balance can be had from the coverage of today and of the plan; one of the two counts with it would give the
    other. Where the smaller one is hidden, the larger one is only said to be at least ten.

    Args:
        after: of the finished plan, whose covered people are published, too.
    """
    gained, lost = counted_part(plan, found.gained, after.total.covered), counted(plan, found.lost)
    net = counted(plan, abs(found.net))
    if plan.units.counts == "pupils" and found.lost > 0 and found.gained > 0:
        hides = is_small(found.gained) or is_small(found.lost) or is_small(abs(found.net))
        gained = AT_LEAST if hides and not is_small(found.gained) else gained
        lost = AT_LEAST if hides and not is_small(found.lost) else lost
    if isinstance(net, int | float) and found.net < 0:
        net = -net
    return PublicReached(gained, lost, net)


def closing_in(proposal: StageProposal) -> list[str]:
    """Ids of the schools of this stage that the plan closes: those that stand today and not in its base."""
    stay = {str(each) for each in proposal.base.supply.ids}
    gone = [str(each) for each in proposal.before.supply.ids if str(each) not in stay]
    return list(dict.fromkeys((*gone, *proposal.solution.closed)))
