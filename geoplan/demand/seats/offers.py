"""Seats: what each school and each project offers, stage by stage, and from when until when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geoplan.types import Finding, Stage


@dataclass(frozen=True)
class Offer:
    """What one school, or one project, offers in one stage.

    With classes known, seats are classes × cap, and the listed seats are the larger of that and of the pupils (of the
    capacity where pupils are unknown): 20 classes with 1,000 pupils at 45 are 1,000 listed seats, 100 of them lost to
    large classes, 900 left; with 700 pupils they are 900, and nothing is lost. Without
    classes, seats and listed seats are the capacity, and nothing is lost. Without either, they are unknown.

    Attributes:
        id, name: of the school or project.
        place: id of its unit; '' where it lies in none.
        is_public: False for private schools; unknown ownership counts as public.
        classes: classes of the stage, NaN where unknown.
        pupils: pupils now, NaN where unknown.
        listed: seats as the layer lists them or as large classes use them, NaN where unknown.
        seats: seats at the cap, at most `listed`; NaN where unknown.
        boarding: of `seats`, those with a bed.
        opens: first school year (by its autumn) in which it counts, -inf where it always did.
        closes: first school year in which it counts no more, inf where it goes on.
        planned: True for the seats of a project.
        is_school: False for an expansion, which adds seats and no school.
    """

    id: str
    name: str
    place: str
    stage: Stage
    is_public: bool
    classes: float
    pupils: float
    listed: float
    seats: float
    boarding: float = 0.0
    opens: float = -np.inf
    closes: float = np.inf
    planned: bool = False
    is_school: bool = True

    @property
    def lost(self) -> float:
        """Seats lost by bringing large classes down to the cap; NaN where seats are unknown."""
        return self.listed - self.seats

    @property
    def per_class(self) -> float:
        """Pupils of a class on average; NaN where unknown."""
        return self.pupils / self.classes if self.classes > 0 else np.nan

    def is_large(self, cap: int) -> bool:
        """True where an average class has more pupils than `cap`; False where nobody knows."""
        # a full class is no large class because a third was written in binary
        return bool(self.per_class > cap + 1e-9)


@dataclass(frozen=True, eq=False)
class Seats:
    """Sums of offers by place and year, each of shape (places + 1, years); the last row is what lies in no place.

    Attributes:
        listed, lost, seats, boarding, planned: of public schools and projects.
        private: seats of private schools, in none of the others.
        schools: public schools that offer the stage.
        unknown: of `schools`, those whose seats are unknown and count as 0.
    """

    listed: NDArray[np.float64]
    lost: NDArray[np.float64]
    seats: NDArray[np.float64]
    boarding: NDArray[np.float64]
    planned: NDArray[np.float64]
    private: NDArray[np.float64]
    schools: NDArray[np.float64]
    unknown: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Offers:
    """The seats of a project: every school and planned project by stage.

    Attributes:
        rows: one for each school or project and stage, schools first, in the order of their frames.
        caps: pupils of a class that seats are counted with, by stage.
        findings: large classes, unknown seats, split stages, projects that could not be counted.
    """

    rows: tuple[Offer, ...]
    caps: dict[Stage, int]
    findings: tuple[Finding, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        planned = sum(row.planned for row in self.rows)
        return f"Offers({len(self.rows) - planned:,} of schools, {planned:,} planned)"

    def of(self, stage: Stage) -> tuple[Offer, ...]:
        """The offers of one stage."""
        return tuple(row for row in self.rows if row.stage is stage)

    @property
    def large(self) -> tuple[Offer, ...]:
        """The offers with more pupils in an average class than the cap, in the order of `rows`."""
        return tuple(row for row in self.rows if row.is_large(self.caps[row.stage]))

    def placed(self, places: Mapping[str, str]) -> Offers:
        """The same offers grouped otherwise: place (township, urban or rural, …) by id; '' for ids without one."""
        return replace(self, rows=tuple(replace(row, place=places.get(row.id, "")) for row in self.rows))

    def sums(self, stage: Stage, places: Sequence[str], years: Sequence[int] | NDArray[np.int64]) -> Seats:
        """Seats of a stage by place and year.

        Args:
            places: ids of the units; `("",)` for the project as one unit, into which every offer then falls.
            years: school years by their autumn.
        """
        rows = np.flatnonzero(self._columns["stage"] == stage.value)
        position = {place: at for at, place in enumerate(places)}
        outside = 0 if tuple(places) == ("",) else len(places)
        at = np.array([position.get(self.rows[row].place, outside) for row in rows], dtype=np.int64)
        year = np.asarray(years, dtype=float)
        opens, closes = self._columns["opens"][rows, None], self._columns["closes"][rows, None]
        is_open = (opens <= year) & (year < closes)
        public = self._columns["is_public"][rows]
        counts = public & self._columns["is_school"][rows]
        seats = np.nan_to_num(self._columns["seats"][rows])
        listed = np.nan_to_num(self._columns["listed"][rows])

        def total(values: NDArray[Any]) -> NDArray[np.float64]:
            table = np.zeros((len(places) + 1, len(year)))
            np.add.at(table, at, values[:, None] * is_open)
            return table

        return Seats(
            listed=total(listed * public),
            lost=total((listed - seats) * public),
            seats=total(seats * public),
            boarding=total(self._columns["boarding"][rows] * public),
            planned=total(seats * public * self._columns["planned"][rows]),
            private=total(seats * ~public),
            schools=total(counts),
            unknown=total(counts & np.isnan(self._columns["seats"][rows])),
        )

    @cached_property
    def _columns(self) -> dict[str, NDArray[Any]]:
        numbers = ("seats", "listed", "boarding", "opens", "closes")
        flags = ("is_public", "is_school", "planned")
        return {
            "stage": np.array([row.stage.value for row in self.rows], dtype=object),
            **{name: np.array([getattr(row, name) for row in self.rows], dtype=float) for name in numbers},
            **{name: np.array([getattr(row, name) for row in self.rows], dtype=bool) for name in flags},
        }
