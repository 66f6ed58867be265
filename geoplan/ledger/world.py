"""What an indicator may ask: the layers and tables at hand, with a plain answer where something is missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.demand import districts_of
from geoplan.ledger.reading import Need
from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from geoplan.coverage import Coverage
    from geoplan.demand import Units
    from geoplan.demand.forecasting.forecast import Forecast
    from geoplan.demand.seats.balance import Balance
    from geoplan.rules import Profile, RuleBook
    from geoplan.travel import TravelEngine
    from geoplan.types import Layers

PLACE = "place"
"""A need that is not a column: the layer's rows must have a place on the map."""


class NoDataError(Exception):
    """An indicator needs something that the project does not have. Caught by the ledger, which prints it.

    Attributes:
        role: the layer or table, as in layers/<role>.toml.
        columns: the columns of it that are needed; `place` for the geometry.
        also: further layers that would serve in its place.
    """

    def __init__(self, role: str, *columns: str, also: tuple[Need, ...] = ()) -> None:
        super().__init__(f"needs {role}: {', '.join(columns)}")
        self.role, self.columns, self.also = role, columns, also

    @property
    def needs(self) -> tuple[Need, ...]:
        """What would serve: the first, or any of the others."""
        return (Need(self.role, self.columns), *self.also)


def _no_forecast() -> Forecast:
    raise NoDataError(
        "ages", "age_0", also=(Need("enrolment", ("pupils", "grade", "year")), Need("births", ("births", "year")))
    )


def _no_balance() -> Balance:
    raise NoDataError("schools", "capacity", also=(Need("schools", ("classes",)),))


@dataclass(frozen=True, eq=False)
class World:
    """All that a ledger is computed from.

    Attributes:
        layers: what the project holds; any of them may be missing.
        units: the population as every stage shares it, or None without a population layer.
        book: the rule profile in force, with its lenders of radii.
        as_of: the year in which deadlines are judged.
        coverage: who is served of a stage, by the engine that proposals use; computed once for each stage.
        engine: travel between any two sets of points.
        caps: most pupils of a class, by stage.
        stages: those that the project plans.
        forecast, balance: pupils by stage and year, and seats against them; raise `NoDataError` where the project
            has nothing to compute them from.
    """

    layers: Layers
    units: Units | None
    book: RuleBook
    as_of: int
    coverage: Callable[[Stage], Coverage]
    engine: TravelEngine
    caps: dict[Stage, int]
    stages: tuple[Stage, ...] = tuple(Stage)
    forecast: Callable[[], Forecast] = _no_forecast
    balance: Callable[[], Balance] = _no_balance
    _county_of: dict[str, pd.Series[str]] = field(default_factory=dict, init=False, repr=False)

    @property
    def profile(self) -> Profile:
        """The profile whose clauses are judged."""
        return self.book.profile

    def table(self, role: str, *columns: str) -> pd.DataFrame:
        """The rows of a layer or table that has all `columns`, each filled in at least one row.

        Raises:
            NoDataError: the project has no such layer, or not one row fills the column.
        """
        found = self.layers.of(role)
        if found is None:
            raise NoDataError(role, *columns)
        missing = tuple(column for column in columns if not self._has(found.frame, column, role))
        if missing:
            raise NoDataError(role, *missing)
        return found.frame

    def has(self, role: str, *columns: str) -> bool:
        """True where `table` would answer."""
        found = self.layers.of(role)
        return found is not None and all(self._has(found.frame, column, role) for column in columns)

    @staticmethod
    def _has(frame: pd.DataFrame, column: str, role: str) -> bool:
        if column == PLACE:
            if "geometry" not in frame:
                return False
            missing = shapely.is_missing(np.asarray(frame["geometry"], object))
            # schools may be placed in part, by their names: a distance to the nearest of these would be no answer
            return not bool(missing.any() if role == "schools" else missing.all())
        if column not in frame:
            return False
        values = frame[column]
        return bool((values.notna() & (values.astype(object) != "")).any())

    @cached_property
    def counties(self) -> dict[str, str]:
        """Name of each district by its id, in natural order; empty without districts."""
        districts = self.layers.districts
        return {} if districts is None else {str(key): str(name) for key, name in districts.frame["name"].items()}

    def county_of(self, role: str) -> pd.Series[str]:
        """The district id of each row of a layer or table: by its column `district`, else by place; '' for none.

        Found out once for each role; not to be changed in place.

        Raises:
            NoDataError: the project has no such layer.
        """
        if self.layers.of(role) is None:
            raise NoDataError(role)
        if role not in self._county_of:
            self._county_of[role] = districts_of(self.layers, role)
        return self._county_of[role]
