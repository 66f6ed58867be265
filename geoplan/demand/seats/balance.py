"""Seats against pupils, by unit, stage and year: where they are short, by how much, until when, and what to do.

The types; `balance_rows.balance_seats` computes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from geoplan.demand.seats.rounding import whole

if TYPE_CHECKING:
    from geoplan.types import Finding, Stage

_FIGURES = (
    "pupils", "seats_listed", "seats_lost", "seats", "seats_boarding", "seats_private", "seats_planned", "gap",
    "surplus", "borrowed", "unmet",
)  # fmt: skip
_COUNTS = ("classes_needed", "classes_short", "schools", "schools_unknown")


@dataclass(frozen=True)
class BalanceRow:
    """One unit, stage and year. All figures are seats or pupils; a seat is for one pupil.

    Attributes:
        place, name: unit id and name; '' for the whole project.
        pupils: pupils to be seated.
        seats_listed: seats of the public schools as large classes use them, or as the layer lists them where there
            are no classes, and of projects.
        seats_lost: what bringing classes down to the cap takes from them.
        seats: public seats that count: `seats_listed - seats_lost`, boarding and planned seats included.
        seats_boarding: of `seats`, those for boarders (counted for the township).
        seats_private: private seats; shown, and not counted for the public duty.
        seats_planned: public seats of projects finished by that year, included in `seats`.
        gap: pupils without a public seat, at least 0; of the whole project the sum over its units, not netted.
        surplus: public seats without a pupil, at least 0; of the whole project likewise.
        borrowed: seats of reachable neighbours' surplus that this unit's gap can use.
        closes: the first later year from which the gap is 0 until the last year, through fewer pupils or decided
            projects; None where there is no gap, or where it does not close.
        schools: public schools that offer the stage; 0 where there is none.
        schools_unknown: of `schools`, those whose seats are unknown and count as 0.
        classes_needed, classes_short: classes at the cap for all pupils, and for the gap.
        advice_zh, advice_en: borrow, expand or build, in that order, with the figures.
    """

    place: str
    name: str
    stage: Stage
    year: int
    pupils: float
    seats_listed: float
    seats_lost: float
    seats: float
    seats_boarding: float
    seats_private: float
    seats_planned: float
    gap: float
    surplus: float
    borrowed: float
    closes: int | None
    schools: int
    schools_unknown: int = 0
    classes_needed: int = 0
    classes_short: int = 0
    advice_zh: str = ""
    advice_en: str = ""

    @property
    def seats_existing(self) -> float:
        """Public seats of schools that stand today and are open in the year: `seats` without those of projects."""
        return self.seats - self.seats_planned

    @property
    def balance(self) -> float:
        """Seats less pupils: negative where seats are short."""
        return self.seats - self.pupils

    @property
    def unmet(self) -> float:
        """What of the gap is left after borrowing."""
        return self.gap - self.borrowed

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON; whole people and seats."""
        return {
            "place": self.place,
            "name": self.name,
            "stage": self.stage.value,
            "year": self.year,
            **{figure: whole(getattr(self, figure)) for figure in _FIGURES},
            **{count: getattr(self, count) for count in _COUNTS},
            "closes": self.closes,
            "advice": {"zh": self.advice_zh, "en": self.advice_en},
        }


@dataclass(frozen=True)
class Loan:
    """Empty seats of one unit that another unit's pupils can use.

    Attributes:
        borrower, lender: ids of the units.
    """

    stage: Stage
    year: int
    borrower: str
    lender: str
    seats: float


@dataclass(frozen=True, eq=False)
class Balance:
    """The balance of a project.

    Attributes:
        rows: by stage, then year, then place: the whole project ('') first, then the units in the order given.
        caps: pupils of a class that seats are counted with, by stage.
        findings: large classes, unknown seats, schools without a unit.
        loans: who lends to whom, by stage and year; no seat stands in two of them.
    """

    rows: tuple[BalanceRow, ...]
    caps: dict[Stage, int]
    findings: tuple[Finding, ...] = ()
    loans: tuple[Loan, ...] = ()

    def of(self, stage: Stage, year: int) -> tuple[BalanceRow, ...]:
        """The rows of a stage and year, the whole project first."""
        return tuple(row for row in self.rows if row.stage is stage and row.year == year)

    @property
    def years(self) -> tuple[int, ...]:
        """The years of the balance, ascending."""
        return tuple(sorted({row.year for row in self.rows}))

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages of the balance, in their order."""
        return tuple(dict.fromkeys(row.stage for row in self.rows))

    def __repr__(self) -> str:
        return f"Balance({', '.join(self.stages)}; {', '.join(map(str, self.years))}; {len(self.rows)} rows)"


def balance_frame(balance: Balance) -> pd.DataFrame:
    """One line for each row of the balance, in its order, for tables: whole seats and people, headings as fields.

    `closes` is a nullable integer; the advice stands in `advice_zh` and `advice_en`.
    """
    lines = []
    for row in balance.rows:
        line = row.as_dict()
        advice = line.pop("advice")
        lines.append(line | {"advice_zh": advice["zh"], "advice_en": advice["en"]})
    columns = ["place", "name", "stage", "year", *_FIGURES, *_COUNTS, "closes", "advice_zh", "advice_en"]
    return pd.DataFrame(lines, columns=columns).astype({"closes": "Int64"})
