"""Seats of a plan's schools today, by stage and district: every output that prints them asks here."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from geoplan.demand import StageSeats, districts_of, stage_seats
from geoplan.plan.forecasting import data_year

if TYPE_CHECKING:
    import pandas as pd

    from geoplan.plan import Plan
    from geoplan.types import Stage

_TODAY: WeakKeyDictionary[Plan, StageSeats] = WeakKeyDictionary()
_BALANCED: WeakKeyDictionary[Plan, StageSeats] = WeakKeyDictionary()


def seats_today(plan: Plan) -> StageSeats:
    """What every school of the layer offers in the year of the data; places are ids of districts, '' outside all."""
    if (found := _TODAY.get(plan)) is None:
        found = _TODAY[plan] = _read(plan, None)
    return found


def balanced_today(plan: Plan) -> StageSeats:
    """The same as the balance counts it: without schools that a project should have ended by the year of the data."""
    if plan.layers.projects is None:
        return seats_today(plan)
    if (found := _BALANCED.get(plan)) is None:
        found = _BALANCED[plan] = _read(plan, plan.layers.projects.frame)
    return found


def _read(plan: Plan, projects: pd.DataFrame | None) -> StageSeats:
    layer, year = plan.layers.schools, data_year(plan.config)
    if layer is None:
        return StageSeats((), year)
    return stage_seats(
        layer.frame, class_caps(plan), place=districts_of(plan.layers, "schools"), projects=projects, year=year
    )


def class_caps(plan: Plan) -> dict[Stage, int]:
    """Most pupils of a class by stage: the profile's, the project's own over them."""
    return dict(plan.book.caps()) | dict(plan.config.balance.caps)
