"""The seat balance: pupils against seats for every unit, stage and year."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.demand.seats.advice import advise, advise_whole, classes_for
from geoplan.demand.seats.balance import Balance, BalanceRow, Loan
from geoplan.demand.seats.borrowing import lend, reach_matrix
from geoplan.demand.seats.rounding import whole
from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geoplan.demand.seats.advice import Loans
    from geoplan.demand.seats.borrowing import Reach
    from geoplan.demand.seats.offers import Offers, Seats
    from geoplan.types import Stage

SHORT = 0.5
"""A gap that rounds to no pupil is none when it is asked when a gap closes."""


def balance_seats(
    pupils: Mapping[Stage, NDArray[np.float64]],
    offers: Offers,
    years: Sequence[int] | NDArray[np.int64],
    *,
    places: Sequence[str],
    names: Sequence[str],
    reach: Reach | None = None,
) -> Balance:
    """Pupils against seats: gaps, surpluses, loans between neighbours, the year in which a gap closes, and advice.

    Units are whatever `places` are: counties, planning units, townships, urban and rural. A surplus of one unit fills
    another's gap only where `reach` allows it, and each empty seat only once. The row of the whole project adds its
    units up without netting: its gap is the sum of theirs; seats that lie in no unit stand in its `seats` and in
    nobody's gap or surplus.

    Args:
        pupils: by stage, shape (places, years), at least 0.
        offers: the seats.
        years: school years by their autumn, ascending.
        places, names: ids and names of the units; `("",)` where the project is one unit.
        reach: for each unit those whose seats its pupils can reach, as a mapping or as a matrix [pupils, seats];
            or one such for each stage. None: nothing is borrowed.

    Raises:
        ValueError: shapes that do not fit, years out of order, negative or missing pupils, a stage without cap.
    """
    calendar = tuple(int(year) for year in years)
    _check(pupils, offers, calendar, places, names)
    rows: list[BalanceRow] = []
    loans: list[Loan] = []
    findings = list(offers.findings)
    for stage, table in pupils.items():
        one = _Stage(stage, np.asarray(table, dtype=float), offers, calendar, tuple(places), tuple(names))
        allowed = reach_matrix(reach, stage, places)
        for at in range(len(calendar)):
            found, lent = one.rows(at, allowed)
            rows.extend(found)
            loans.extend(lent)
        findings.extend(one.unplaced())
    return Balance(tuple(rows), {stage: offers.caps[stage] for stage in pupils}, tuple(findings), tuple(loans))


def _check(
    pupils: Mapping[Stage, NDArray[np.float64]],
    offers: Offers,
    years: tuple[int, ...],
    places: Sequence[str],
    names: Sequence[str],
) -> None:
    if list(years) != sorted(set(years)):
        raise ValueError(f"Expected years ascending, found {years}.")
    if len(set(places)) != len(places) or len(names) != len(places) or ("" in places and len(places) > 1):
        raise ValueError(f"Expected unique places, none of them '', each with a name; found {len(places)}.")
    for stage, table in pupils.items():
        if np.shape(table) != (len(places), len(years)):
            raise ValueError(f"{stage}: expected pupils of shape {len(places), len(years)}, found {np.shape(table)}.")
        if not (np.isfinite(table) & (np.asarray(table) >= 0)).all():
            raise ValueError(f"{stage}: expected pupils of at least 0 in each place and year.")
        if stage not in offers.caps:
            raise ValueError(f"{stage}: expected a class cap.")


class _Stage:
    """One stage in all places and years."""

    def __init__(
        self,
        stage: Stage,
        pupils: NDArray[np.float64],
        offers: Offers,
        years: tuple[int, ...],
        places: tuple[str, ...],
        names: tuple[str, ...],
    ) -> None:
        self.stage, self.cap, self.years, self.places, self.names = stage, offers.caps[stage], years, places, names
        self.pupils = pupils
        self.seats: Seats = offers.sums(stage, places, years)
        balance = self.seats.seats[:-1] - pupils
        self.gap, self.surplus = np.maximum(-balance, 0.0), np.maximum(balance, 0.0)
        known = frozenset(places)
        self.outside = 0 if places == ("",) else sum(row.place not in known for row in offers.of(stage))

    def rows(self, at: int, allowed: NDArray[np.bool_]) -> tuple[list[BalanceRow], list[Loan]]:
        """The rows of one year, the whole project first, and the loans between its units."""
        lent = lend(self.gap[:, at], self.surplus[:, at], allowed)
        taken: dict[int, list[tuple[str, float]]] = {}
        given: dict[int, list[tuple[str, float]]] = {}
        for borrower, lender, seats in lent:
            taken.setdefault(borrower, []).append((self._called(lender), seats))
            given.setdefault(lender, []).append((self._called(borrower), seats))
        units = []
        for unit in range(len(self.places)):
            borrowed = tuple(taken.get(unit, ()))
            row = self._row(unit, at, sum(seats for _, seats in borrowed))
            units.append(self._advised(row, at, unit, borrowed=borrowed, lent=tuple(given.get(unit, ()))))
        loans = [Loan(self.stage, self.years[at], self.places[i], self.places[j], seats) for i, j, seats in lent]
        return ([] if self.places == ("",) else [self._whole(units, at)]) + units, loans

    def _called(self, unit: int) -> str:
        return self.names[unit] or self.places[unit]

    def _row(self, unit: int, at: int, borrowed: float) -> BalanceRow:
        seats, gap = self.seats, float(self.gap[unit, at])
        return BalanceRow(
            place=self.places[unit],
            name=self.names[unit],
            stage=self.stage,
            year=self.years[at],
            pupils=float(self.pupils[unit, at]),
            seats_listed=float(seats.listed[unit, at]),
            seats_lost=float(seats.lost[unit, at]),
            seats=float(seats.seats[unit, at]),
            seats_boarding=float(seats.boarding[unit, at]),
            seats_private=float(seats.private[unit, at]),
            seats_planned=float(seats.planned[unit, at]),
            gap=gap,
            surplus=float(self.surplus[unit, at]),
            borrowed=min(borrowed, gap),
            closes=self._closes(self.gap[unit], at),
            schools=int(seats.schools[unit, at]),
            schools_unknown=int(seats.unknown[unit, at]),
            classes_needed=classes_for(float(self.pupils[unit, at]), self.cap),
            classes_short=classes_for(gap, self.cap),
        )

    def _advised(
        self,
        row: BalanceRow,
        at: int,
        unit: int,
        *,
        borrowed: Loans,
        lent: Loans,
    ) -> BalanceRow:
        later = np.flatnonzero(self.gap[unit, at + 1 :] >= SHORT)
        short_from = self.years[at + 1 + int(later[0])] if len(later) else None
        zh, en = advise(row, self.cap, borrowed=borrowed, lent=lent, short_from=short_from)
        return replace(row, advice_zh=zh, advice_en=en)

    def _whole(self, units: list[BalanceRow], at: int) -> BalanceRow:
        seats = self.seats
        row = BalanceRow(
            place="",
            name="",
            stage=self.stage,
            year=self.years[at],
            pupils=float(self.pupils[:, at].sum()),
            seats_listed=float(seats.listed[:, at].sum()),
            seats_lost=float(seats.lost[:, at].sum()),
            seats=float(seats.seats[:, at].sum()),
            seats_boarding=float(seats.boarding[:, at].sum()),
            seats_private=float(seats.private[:, at].sum()),
            seats_planned=float(seats.planned[:, at].sum()),
            gap=sum(unit.gap for unit in units),
            surplus=sum(unit.surplus for unit in units),
            borrowed=sum(unit.borrowed for unit in units),
            closes=self._closes(np.where(self.gap < SHORT, 0.0, self.gap).sum(axis=0), at),
            schools=int(seats.schools[:, at].sum()),
            schools_unknown=int(seats.unknown[:, at].sum()),
            classes_needed=sum(unit.classes_needed for unit in units),
            classes_short=sum(unit.classes_short for unit in units),
        )
        zh, en = advise_whole(row, units)
        return replace(row, advice_zh=zh, advice_en=en)

    def _closes(self, gap: NDArray[np.float64], at: int) -> int | None:
        """The first later year from which no pupil is without a seat until the last year."""
        if gap[at] < SHORT or gap[-1] >= SHORT:
            return None
        return self.years[int(np.flatnonzero(gap >= SHORT)[-1]) + 1]

    def unplaced(self) -> list[Finding]:
        """A finding about the schools and projects of the stage that lie in none of the units."""
        if not self.outside:
            return []
        seats = whole(float(self.seats.seats[-1].max()))
        return [
            Finding(
                Severity.WARNING,
                "seats-without-place",
                f"{self.outside:,} {self.stage.zh} offers with up to {seats:,} public seats lie in no unit.",
                why="They stand in the seats of the whole project and in no unit's balance.",
                fix="Fill `district`, or check the place of the schools.",
                layer="schools",
                count=self.outside,
            )
        ]
