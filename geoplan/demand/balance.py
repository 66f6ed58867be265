"""Seats against pupils, by unit, stage and year: where they are short, by how much, until when, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geoplan.types import Finding, Stage


@dataclass(frozen=True)
class BalanceRow:
    """One unit, stage and year. All figures are seats or pupils; a seat is for one pupil.

    Attributes:
        place, name: district id and name; '' for the whole project.
        pupils: pupils to be seated.
        seats_listed: seats of the public schools as the layer lists them, or as large classes use them.
        seats_lost: what bringing classes down to the cap takes from them.
        seats: public seats that count: `seats_listed - seats_lost`, boarding seats included.
        seats_boarding: of `seats`, those for boarders (counted for the township).
        seats_private: private seats; shown, and not counted for the public duty.
        seats_planned: public seats of projects finished by that year, included in `seats`.
        gap: pupils without a public seat, at least 0.
        surplus: public seats without a pupil, at least 0.
        borrowed: seats of reachable neighbours' surplus that this unit's gap can use.
        closes: the first later year in which the gap is 0 and stays 0, or None where it never closes.
        schools: public schools that offer the stage; 0 where there is none.
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
    advice_zh: str = ""
    advice_en: str = ""

    @property
    def balance(self) -> float:
        """Seats less pupils: negative where seats are short."""
        return self.seats - self.pupils

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON; whole people and seats."""
        figures = (
            "pupils", "seats_listed", "seats_lost", "seats", "seats_boarding", "seats_private", "seats_planned",
            "gap", "surplus", "borrowed",
        )  # fmt: skip
        return {
            "place": self.place,
            "name": self.name,
            "stage": self.stage.value,
            "year": self.year,
            **{figure: round(getattr(self, figure)) for figure in figures},
            "closes": self.closes,
            "schools": self.schools,
            "advice": {"zh": self.advice_zh, "en": self.advice_en},
        }


@dataclass(frozen=True, eq=False)
class Balance:
    """The balance of a project.

    Attributes:
        rows: by stage, then year, then place: the whole project ('') first, then the districts in natural order.
        caps: pupils of a class that seats are counted with, by stage.
        findings: large classes, unknown seats, schools without a district.
    """

    rows: tuple[BalanceRow, ...]
    caps: dict[Stage, int]
    findings: tuple[Finding, ...] = ()

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
