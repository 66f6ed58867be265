"""Zones, changes and steps of balance as plain values, for JSON and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.coverage import tidy

if TYPE_CHECKING:
    from geoplan.plan.zone_proposal import ZoneProposal, ZoneState
    from geoplan.zones import Balance, Change


def zone_row(proposal: ZoneProposal, zone: str) -> dict[str, Any]:
    """A zone before and after, as plain values."""
    before, after = proposal.states_before.get(zone), proposal.states_after.get(zone)
    either = after or before
    drawn = next((each for each in proposal.zones if each.id == zone), None)
    return {
        "id": zone,
        "name": proposal.zone_name(zone),
        "schools": list(proposal.schools_of(zone)),
        "seats": _finite(either.seats) if either is not None else None,
        "new": drawn is not None and drawn.is_new,
        "closed": drawn is None,
        "before": _state_dict(before),
        "after": _state_dict(after),
        "moved_in": 0 if drawn is None else tidy(drawn.moved_in),
        "moved_out": tidy(proposal.left.get(zone, 0.0)),
    }


def _state_dict(state: ZoneState | None) -> dict[str, Any] | None:
    if state is None:
        return None
    return {
        "units": state.units,
        "pupils": tidy(state.pupils),
        "load": _finite(state.load),
        "mean_m": _finite(state.mean_m),
        "longest_m": _finite(state.longest_m),
    }


def change_row(proposal: ZoneProposal, change: Change) -> dict[str, Any]:
    """A change as plain values."""
    return {
        "unit": change.unit,
        "name": proposal.unit_names[change.unit],
        "from": change.was,
        "to": change.becomes,
        "pupils": tidy(change.pupils),
        "way_m_before": _finite(change.way_was),
        "way_m_after": _finite(change.way_becomes),
        "why": [{"code": reason.code, "zh": reason.zh, "en": reason.en} for reason in change.reasons],
    }


def balance_rows(found: Balance) -> list[dict[str, Any]]:
    """The steps towards balance as plain values, the plan without a limit first."""
    rows = [found.base, *found.steps]
    return [
        {
            "limit": _finite(each.limit),
            "largest_load": _finite(each.largest_utilisation),
            "longest_m": _finite(each.longest_cost),
            "objective": _finite(each.plan.objective),
            "price": _finite(each.price),
            "status": each.plan.status.value,
        }
        for each in rows
    ]


def _finite(value: float | None) -> float | int | None:
    return None if value is None or not np.isfinite(value) else tidy(round(float(value), 4))
