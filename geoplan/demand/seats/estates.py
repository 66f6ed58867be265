"""Estates: the pupils that new homes bring, which estates carry their own school, and the pool of those that do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.demand.forecasting.housing import homes_of
from geoplan.demand.seats.offer_findings import noticed
from geoplan.demand.seats.school_offers import number, text
from geoplan.types import Severity, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from geoplan.demand.forecasting.assumptions import Figure
    from geoplan.demand.forecasting.housing import Housing
    from geoplan.types import Finding


@dataclass(frozen=True)
class SchoolThreshold:
    """The size from which an estate has to carry its own school of a stage.

    Attributes:
        people, households: at least one of them; an estate that reaches either carries its own school.
        source, evidence: where the figure stands, and how sure it is (as in the rule profiles).
    """

    stage: Stage
    source: str
    evidence: str
    people: float | None = None
    households: float | None = None

    def __post_init__(self) -> None:
        """Refuse a threshold without a figure or a source."""
        if (self.people is None and self.households is None) or not self.source.strip():
            raise ValueError(f"The threshold of {self.stage} needs people or households, and a source.")

    def reached(self, people: float, households: float) -> bool | None:
        """True where so many people or households carry a school; None where NaN leaves it open."""
        pairs = ((people, self.people), (households, self.households))
        known = [value >= limit for value, limit in pairs if limit is not None and not np.isnan(value)]
        return any(known) if known else None


_HUNAN = "湖南省 2019 年条例，据公开网页转引 (Hunan regulation of 2019, as quoted on a public page)"

HUNAN_2019: tuple[SchoolThreshold, ...] = (
    SchoolThreshold(Stage.KINDERGARTEN, _HUNAN, "secondary", people=10_000),
    SchoolThreshold(Stage.PRIMARY, _HUNAN, "secondary", people=10_000),
    SchoolThreshold(Stage.JUNIOR, _HUNAN, "secondary", people=30_000),
    SchoolThreshold(Stage.SENIOR, _HUNAN, "secondary", people=80_000),
)
"""An example of thresholds, another province's; none of the four cities' plans gives any. Never used unasked."""


@dataclass(frozen=True, eq=False)
class Estates:
    """Estates with the pupils of their homes. Phases of one estate are one estate.

    Attributes:
        ids, names, units: of each estate; the id is that of its first phase; unit '' where it lies in none.
        people, households: of all phases, NaN where a phase does not tell; shape (estates,).
        delivery: year of the first homes, NaN where unknown; shape (estates,).
        pupils: by stage, when all homes are lived in, NaN where unknown; shape (estates,).
        phases: for each phase its estate by position, its year of delivery and its pupils by stage.
        housing: how homes became pupils, with the source of each figure; None where only given pupils count.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    units: tuple[str, ...]
    people: NDArray[np.float64]
    households: NDArray[np.float64]
    delivery: NDArray[np.float64]
    pupils: dict[Stage, NDArray[np.float64]]
    phases: tuple[NDArray[np.int64], NDArray[np.float64], dict[Stage, NDArray[np.float64]]]
    housing: Housing | None
    findings: tuple[Finding, ...] = ()

    def __len__(self) -> int:
        return len(self.ids)

    def by_year(self, stage: Stage, years: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float64]:
        """Pupils of each estate in each year, shape (estates, years): from delivery on, as `housing` moves them in.

        Without `housing` homes are full in the year of delivery. Phases without a year count in full in every year
        (they are there already), unknown pupils as 0.
        """
        owner, delivery, pupils = self.phases
        filling = np.concatenate([[0.0], np.cumsum(self.housing.phases if self.housing else (1.0,))])
        since = np.asarray(years, dtype=float)[None, :] - delivery[:, None] + 1
        steps = np.nan_to_num(np.clip(since, 0, len(filling) - 1), nan=len(filling) - 1).astype(np.int64)
        table = np.zeros((len(self), len(years)))
        np.add.at(table, owner, np.nan_to_num(pupils[stage])[:, None] * filling[steps])
        return table


def read_estates(estates: pd.DataFrame, housing: Housing | None, *, place: pd.Series[str] | None = None) -> Estates:
    """Pupils of estates by stage: given in `pupils_<stage>`, else homes × pupils per home.

    Rows with a `phase` and the same name and district are phases of one estate, so that a threshold cannot be passed
    under by building in parts.

    Args:
        estates: as the door hands it over; absent columns are blank.
        housing: yields with year and source, and how homes follow from people or floor area; None where the layer
            gives the pupils itself.
        place: id of the planning unit by estate id; without it the column `unit`, else `district`.
    """
    ids, names, units = [str(key) for key in estates.index], text(estates, "name"), _units(estates, place)
    owner = _owners(estates, ids, names)
    first = np.unique(owner, return_index=True)[1]
    delivery = number(estates, "delivery")
    people, households = _sizes(estates, housing)
    used = dict(housing.pupils_per_home) if housing else {}
    pupils = {stage: _pupils(estates, stage, households, used.get(stage)) for stage in Stage}

    def total(values: NDArray[np.float64]) -> NDArray[np.float64]:
        table = np.zeros(len(first))
        np.add.at(table, owner, values)
        return table

    earliest = np.full(len(first), np.inf)
    np.fmin.at(earliest, owner, delivery)
    return Estates(
        ids=tuple(ids[row] for row in first),
        names=tuple(names[row] for row in first),
        units=tuple(units[row] for row in first),
        people=total(people),
        households=total(households),
        delivery=np.where(np.isinf(earliest), np.nan, earliest),
        pupils={stage: total(values) for stage, values in pupils.items()},
        phases=(owner, delivery, pupils),
        housing=housing,
        findings=tuple(_findings(ids, pupils, used, delivery, units)),
    )


def _units(estates: pd.DataFrame, place: pd.Series[str] | None) -> list[str]:
    if place is not None:
        return [str(unit) for unit in place.reindex(estates.index).fillna("")]
    return [unit or other for unit, other in zip(text(estates, "unit"), text(estates, "district"), strict=True)]


def _owners(estates: pd.DataFrame, ids: list[str], names: list[str]) -> NDArray[np.int64]:
    """The estate of each row by position, in the order of first rows."""
    rows = zip(ids, names, text(estates, "district"), text(estates, "phase"), strict=True)
    keys = [(name, where) if phase and name else (key,) for key, name, where, phase in rows]
    position = {key: at for at, key in enumerate(dict.fromkeys(keys))}
    return np.array([position[key] for key in keys], dtype=np.int64)


def _sizes(estates: pd.DataFrame, housing: Housing | None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """People and homes of each row; the one from the other where `housing` knows the people of a home."""
    people = number(estates, "people")
    if not housing:
        return people, number(estates, "households")
    homes = homes_of(estates, housing)
    if housing.people_per_home is None:
        return people, homes
    return np.where(np.isnan(people), homes * housing.people_per_home.value, people), homes


def _pupils(
    estates: pd.DataFrame, stage: Stage, homes: NDArray[np.float64], each: Figure | None
) -> NDArray[np.float64]:
    given = number(estates, f"pupils_{stage}")
    return given if each is None else np.where(np.isnan(given), homes * each.value, given)


def _findings(
    ids: list[str],
    pupils: Mapping[Stage, NDArray[np.float64]],
    used: Mapping[Stage, Figure],
    delivery: NDArray[np.float64],
    units: list[str],
) -> list[Finding]:
    found = []
    asked = [values for stage, values in pupils.items() if stage in used or np.isfinite(values).any()]
    unknown = np.isnan(asked).any(axis=0) if asked else np.ones(len(ids), dtype=bool)
    checks = (
        ("estate-pupils-unknown", unknown, "have neither pupils nor homes with a yield; they count as 0.",
         "Their pupils are missing in the demand.", "Fill `households` and give a yield, or fill `pupils_…`.",
         Severity.WARNING),
        ("estate-delivery-unknown", np.isnan(delivery), "have no year of delivery; they count in every year.",
         "An estate that is not yet built would bring pupils too early.", "Fill `delivery`.", Severity.NOTE),
        ("estate-without-unit", np.array([not unit for unit in units], dtype=bool), "lie in no planning unit.",
         "They are pooled with each other.", "Fill `unit` or `district`.", Severity.WARNING),
    )  # fmt: skip
    for code, rows, what, why, fix, severity in checks:
        if rows.any():
            named = [ids[row] for row in np.flatnonzero(rows)]
            found.append(
                noticed(
                    code, f"{len(named):,} estates {what}", why=why, fix=fix, rows=named, layer="estates",
                    severity=severity,
                )
            )  # fmt: skip
    return found
