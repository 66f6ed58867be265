"""The advice of a balance with the sites that a plan proposes: what they bring, and what is short after them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geoplan.demand.seats.advice import advise, advise_whole
from geoplan.demand.seats.balance_rows import SHORT
from geoplan.demand.seats.proposed import NOTHING, Proposed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geoplan.demand.seats.balance import Balance, BalanceRow
    from geoplan.types import Stage

Site = tuple[float, int | None]
"""Seats of a proposed site, NaN where unknown, and the year in which it opens, None where nothing says."""


def proposed_by(sites: Sequence[Site], year: int) -> Proposed:
    """What sites bring by a year; those without a year count as built."""
    known = [(seats, opens) for seats, opens in sites if np.isfinite(seats)]
    return Proposed(
        sites=len(sites),
        seats=sum(seats for seats, opens in known if opens is None or opens <= year),
        later=sum(seats for seats, opens in known if opens is not None and opens > year),
        unknown=len(sites) - len(known),
    )


def proposed_in(
    balance: Balance, sites: Mapping[tuple[Stage, str], Sequence[Site]], stage: Stage, year: int
) -> dict[str, Proposed]:
    """What the proposed sites of a stage bring by a year in every unit, by its id.

    Args:
        balance: tells the units.
        sites: by stage and id of the unit; a project that is one unit has all of a stage's sites under ''.
    """
    units = [row.place for row in balance.of(stage, year)]
    if units == [""]:
        every = [site for (offered, _), mine in sites.items() if offered is stage for site in mine]
        return {"": proposed_by(every, year)}
    return {unit: proposed_by(sites.get((stage, unit), ()), year) for unit in units if unit}


def with_proposals(balance: Balance, sites: Mapping[tuple[Stage, str], Sequence[Site]]) -> Balance:
    """The same balance with advice that knows the proposed sites; no figure of it changes.

    Args:
        balance: of `balance_seats`.
        sites: as for `proposed_in`.
    """
    short: dict[tuple[Stage, str], list[int]] = {}
    for row in balance.rows:
        if row.gap >= SHORT:
            short.setdefault((row.stage, row.place), []).append(row.year)
    rows: list[BalanceRow] = []
    for stage in balance.stages:
        for year in balance.years:
            rows.extend(_advised(balance, stage, year, proposed_in(balance, sites, stage, year), short))
    return replace(balance, rows=tuple(rows))


def _advised(
    balance: Balance,
    stage: Stage,
    year: int,
    proposed: Mapping[str, Proposed],
    short: Mapping[tuple[Stage, str], Sequence[int]],
) -> list[BalanceRow]:
    found = balance.of(stage, year)
    names = {row.place: row.name or row.place for row in found}
    loans = [loan for loan in balance.loans if loan.stage is stage and loan.year == year]
    whole = found[0] if len(found) > 1 else None
    units = [row for row in found if row is not whole]
    rows = []
    for row in units:
        zh, en = advise(
            row,
            balance.caps[stage],
            borrowed=tuple((names[each.lender], each.seats) for each in loans if each.borrower == row.place),
            lent=tuple((names[each.borrower], each.seats) for each in loans if each.lender == row.place),
            short_from=min((each for each in short.get((stage, row.place), ()) if each > year), default=None),
            proposed=proposed.get(row.place, NOTHING),
        )
        rows.append(replace(row, advice_zh=zh, advice_en=en))
    if whole is None:
        return rows
    zh, en = advise_whole(whole, units, [proposed.get(row.place, NOTHING) for row in units])
    return [replace(whole, advice_zh=zh, advice_en=en), *rows]
