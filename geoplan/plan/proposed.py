"""One new school of a proposal, with everything that is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.coverage import tidy

if TYPE_CHECKING:
    from geoplan.locate import NextBest
    from geoplan.rules import Verdict


@dataclass(frozen=True, eq=False)
class ProposedSite:
    """One new school and the reasons for it.

    Attributes:
        seats, cost: nan where unknown; the cost is in the unit of the sites layer.
        people_newly: people who were outside the radius and are now within it, nearest to this site.
        people_kept: people who are within it today by a school that closes, and now by this site.
        people_assigned: people within the radius for whom it is the nearest school.
        gaps: ids of the gaps that it reaches into, and of those by closings that it narrows or keeps from coming up.
        verdict: its people against the rule's band, or None where no band applies.
        next_best: the best replacement, all other new sites kept.
        why: reasons, each in Chinese and English.
    """

    id: str
    name: str
    xy: tuple[float, float]
    kind: str
    district: int
    seats: float
    cost: float
    people_newly: float
    people_assigned: float
    pupils_newly: float | None
    people_kept: float
    gaps: tuple[str, ...]
    verdict: Verdict | None
    next_best: NextBest | None
    why: tuple[tuple[str, str], ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        other = self.next_best
        return {
            "id": self.id,
            "name": self.name,
            "kind": self.kind,
            "seats": None if np.isnan(self.seats) else tidy(self.seats),
            "cost": None if np.isnan(self.cost) else tidy(self.cost),
            "people_newly_covered": tidy(self.people_newly),
            **({"people_kept": tidy(self.people_kept)} if self.people_kept else {}),
            "people_assigned": tidy(self.people_assigned),
            "pupils_newly_covered": None if self.pupils_newly is None else tidy(self.pupils_newly),
            "gaps": list(self.gaps),
            "verdict": None if self.verdict is None else self.verdict.as_dict(),
            "next_best": None
            if other is None
            else {"id": other.other, "loss": None if other.loss is None else tidy(other.loss)},
            "why": [{"zh": zh, "en": en} for zh, en in self.why],
        }
