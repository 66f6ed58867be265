"""The outcome of a closing tried out, with sentences and figures that may be published."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.coverage.counts import is_handful, shown, shown_part
from geoplan.coverage.journey import LIMIT_SOURCE
from geoplan.coverage.procedure import PROCEDURE

if TYPE_CHECKING:
    from geoplan.coverage.journey import Vehicle
    from geoplan.coverage.procedure import Step
    from geoplan.types import Stage


class ClosureVerdict(StrEnum):
    """What the simulation says of a closing."""

    KEEP = "keep"
    MAY_CLOSE = "may_close"

    @property
    def zh(self) -> str:
        """The Chinese label."""
        return {"keep": "保留", "may_close": "可撤并"}[self.value]


@dataclass(frozen=True)
class Receiver:
    """A school that would take pupils in.

    Attributes:
        pupils: how many, in the unit of the closure's `counts`.
        distance_m, minutes: of the one who has farthest to go; inf where no school can be reached (`id` is then '').
        vehicle: how that one goes.
        free_seats: seats less pupils of today, or None where the layers do not tell.
        ownership: public, private, or '' where the layer does not tell.
    """

    id: str
    name: str
    pupils: float
    distance_m: float
    minutes: float
    vehicle: Vehicle
    free_seats: float | None
    ownership: str = ""

    @property
    def label(self) -> str:
        """Its name, with a mark where it is private."""
        return f"{self.name}（民办）" if self.ownership == "private" else self.name


@dataclass(frozen=True)
class Closure:
    """A school closed, in simulation.

    Attributes:
        counts: what `pupils` counts: `pupils`, or `people` where neither the school nor the population layer tells
            of pupils.
        pupils: those who lose their school.
        beyond: of these, those whose next school is beyond the limit.
        receivers: most pupils first.
        passed_over: private schools that are nearer to some of them, with their seats of the stage (nan where
            unknown): a public school's pupils are owed a place in a public one.
        checklist: what must be done before any closing, whatever the verdict.
    """

    school: str
    name: str
    stage: Stage
    limit_minutes: float
    counts: str
    pupils: float
    beyond: float
    verdict: ClosureVerdict
    receivers: tuple[Receiver, ...]
    checklist: tuple[Step, ...] = PROCEDURE
    passed_over: tuple[tuple[str, float], ...] = ()

    @property
    def seats_short(self) -> float | None:
        """Pupils that the receiving schools have no seat for, or None where their seats are unknown."""
        if any(each.free_seats is None for each in self.receivers):
            return None
        return float(sum(max(each.pupils - max(each.free_seats or 0.0, 0.0), 0.0) for each in self.receivers))

    @property
    def shown_pupils(self) -> str:
        """`pupils` for publication."""
        return shown(self.pupils) if self.counts == "pupils" else f"{self.pupils:,.0f}"

    @property
    def shown_beyond(self) -> str:
        """`beyond` for publication."""
        return shown_part(self.beyond, self.pupils) if self.counts == "pupils" else f"{self.beyond:,.0f}"

    def shown_receiver(self, receiver: Receiver) -> str:
        """Pupils of a receiver for publication: none is told where any of them is small."""
        if self.counts == "pupils" and any(is_handful(each.pupils) for each in self.receivers):
            return shown(receiver.pupils) if len(self.receivers) == 1 else "—"
        return f"{receiver.pupils:,.0f}"

    @property
    def zh(self) -> str:
        """The outcome in one sentence, fit for publication."""
        unit = "名学生" if self.counts == "pupils" else "名居民"
        start = f"{self.name}若撤并，{self.shown_pupils}{unit}需改去他校"
        far = self.receivers[0] if self.receivers else None
        if far is not None and np.isfinite(far.distance_m):
            way = f"最远{far.distance_m / 1000:.1f}公里，{far.vehicle.zh}{far.minutes:.0f}分钟"
            start += f"，人数最多的去{far.label}（{way}）"
        start += self.passed_over_words[0]
        if self.verdict is ClosureVerdict.MAY_CLOSE:
            return f"{start}；均不超过{self.limit_minutes:g}分钟：可撤并，须先履行程序"
        return f"{start}；其中{self.shown_beyond}名超过{self.limit_minutes:g}分钟（{LIMIT_SOURCE}）：保留"

    @property
    def en(self) -> str:
        """The same in English."""
        start = f"Closing {self.name}: {self.shown_pupils} {self.counts} would change schools"
        far = self.receivers[0] if self.receivers else None
        if far is not None and np.isfinite(far.distance_m):
            way = f"up to {far.distance_m / 1000:.1f} km, {far.minutes:.0f} min, {far.vehicle.value}"
            start += f", most to {far.name} ({way})"
        start += self.passed_over_words[1]
        if self.verdict is ClosureVerdict.MAY_CLOSE:
            return f"{start}; nobody beyond {self.limit_minutes:g} min: may close, once the procedure is gone through"
        return f"{start}; {self.shown_beyond} of them beyond {self.limit_minutes:g} min: keep"

    @property
    def passed_over_words(self) -> tuple[str, str]:
        """Which private schools take nobody in, and their seats; '' without one."""
        if not self.passed_over:
            return "", ""
        told = [(name, f"{seats:,.0f}" if np.isfinite(seats) else "") for name, seats in self.passed_over]
        zh = "、".join(f"{name}（学位{seats or '不详'}{'个' if seats else ''}）" for name, seats in told)
        en = ", ".join(f"{name} ({seats or 'unknown'} seats)" for name, seats in told)
        return f"；较近的民办学校不作接收学校：{zh}", f"; private schools that are nearer take nobody in: {en}"

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON and for publication: small counts of pupils are hidden."""
        return {
            "school": self.school,
            "name": self.name,
            "stage": self.stage.value,
            "limit_minutes": self.limit_minutes,
            "verdict": self.verdict.value,
            self.counts: self.shown_pupils,
            "beyond": self.shown_beyond,
            "receivers": [
                {
                    "id": each.id,
                    "name": each.name,
                    "ownership": each.ownership,
                    self.counts: self.shown_receiver(each),
                    "distance_m": round(each.distance_m) if np.isfinite(each.distance_m) else None,
                    "minutes": round(each.minutes, 1) if np.isfinite(each.minutes) else None,
                    "vehicle": each.vehicle.value,
                    "free_seats": None if each.free_seats is None else round(each.free_seats),
                }
                for each in self.receivers
            ],
            "passed_over": [
                {"name": name, "seats": round(seats) if np.isfinite(seats) else None}
                for name, seats in self.passed_over
            ],
            "checklist": [step.as_dict() for step in self.checklist],
            "zh": self.zh,
            "en": self.en,
        }
