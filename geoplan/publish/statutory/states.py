"""A school as the plan leaves it: kept, expanded, moved, merged, closed or new; with seats, plot and year."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from geoplan.publish.sheets import id_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geoplan.types import Stage


class Action(StrEnum):
    """What the plan does with a school."""

    KEEP = "keep"
    EXPAND = "expand"
    NEW = "new"
    MOVE = "move"
    MERGE = "merge"
    CLOSE = "close"

    @property
    def zh(self) -> str:
        """The Chinese label."""
        return {
            "keep": "保留", "expand": "改扩建", "new": "新建", "move": "迁建", "merge": "合并", "close": "撤销",
        }[self.value]  # fmt: skip

    @property
    def words(self) -> str:
        """`新建 / new`."""
        return f"{self.zh} / {self.value}"


ENDING = (Action.CLOSE, Action.MERGE)
"""What ends a school."""

BUILT = (Action.EXPAND, Action.NEW, Action.MOVE)
"""What is built."""


@dataclass(frozen=True)
class PlannedSchool:
    """A school in the planned layout.

    Attributes:
        district: row of `Units.district_ids`, -1 outside all.
        xy: in the project's CRS, or None where nothing tells the place (a project of the table).
        classes, seats: as planned; `seats_now` as today, all stages together. None where unknown.
        seats_by_stage: seats of today by stage, as the balance counts them; {} where it is new or unknown.
        land_m2: of the school's ground or of the plot.
        plot: id of the parcel or candidate site, '' for existing schools.
        year: in which it opens, is finished or closes; None where nothing says.
        basis: ids of projects, or what the proposal says, Chinese and English.
        cost: in the unit of its layer.
        status: of its project (planned, started, finished), '' otherwise.
        role: of the layer that holds its row: schools, projects or sites.
    """

    id: str
    name: str
    stages: tuple[Stage, ...]
    action: Action
    district: int
    ownership: str
    xy: tuple[float, float] | None
    classes: float | None
    seats_now: float | None
    seats: float | None
    land_m2: float | None
    plot: str
    year: int | None
    basis: tuple[str, str]
    cost: float | None = None
    status: str = ""
    projects: tuple[str, ...] = ()
    seats_by_stage: Mapping[Stage, float] = field(default_factory=dict)
    role: str = "schools"

    @property
    def label(self) -> str:
        """Its id as tables print it."""
        return id_words(self.id, self.role)

    @property
    def plot_label(self) -> str:
        """The id of its plot as tables print it."""
        return id_words(self.plot, "sites" if self.plot == self.id else "parcels")

    @property
    def project_label(self) -> str:
        """The ids of its projects as tables print them, else its own."""
        return "、".join(id_words(each, "projects") for each in self.projects) or self.label

    @property
    def seats_more(self) -> int | None:
        """Seats as planned over those of today; None where the plan does not tell."""
        return None if self.seats is None else round(self.seats - (self.seats_now or 0.0))


def built_schools(schools: Sequence[PlannedSchool]) -> list[PlannedSchool]:
    """The rows of 近期建设项目表, in tables and atlas alike: what is built, by year, without a year last."""
    return sorted(
        (school for school in schools if school.action in BUILT),
        key=lambda school: (school.year is None, school.year or 0),
    )


def number(value: object) -> float | None:
    """A figure of a table, or None for a blank."""
    return float(value) if isinstance(value, int | float) and np.isfinite(value) else None
