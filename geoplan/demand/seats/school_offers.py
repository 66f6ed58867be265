"""From the schools layer and the projects table to offers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geoplan.demand.people.spread import largest_remainder
from geoplan.demand.seats import offer_findings
from geoplan.demand.seats.offers import Offer, Offers
from geoplan.demand.seats.project_offers import project_offers
from geoplan.demand.seats.register import OTHER_BRANCHES, serves
from geoplan.demand.seats.stage_split import StageFigures, caps_of, split_stages
from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geoplan.types import Finding


def school_offers(
    schools: pd.DataFrame,
    caps: Mapping[Stage, int],
    *,
    place: pd.Series[str] | None = None,
    projects: pd.DataFrame | None = None,
    project_place: pd.Series[str] | None = None,
    data_year: int | None = None,
) -> Offers:
    """The seats of every school by stage, and of the projects that will add or end some.

    A school counts in the school years `year_open <= year < year_close`. Special and vocational schools and
    kindergartens without a licence offer nothing here, and a finding says so. Boarding beds are split over the stages
    in proportion to their seats and never exceed them.

    Args:
        schools: as the door hands it over, `stages` as tuples, index the ids; absent columns are blank.
        caps: most pupils of a class, for every stage that occurs.
        place: id of the unit of each school, by school id; without it, the column `district`.
        projects: the projects table; see `project_offers` for what counts from when.
        project_place: as `place`, for the projects.
        data_year: school year that the schools layer describes; projects finished by then are taken as part of it.

    Raises:
        ValueError: a stage occurs that has no cap.
    """
    rows, findings = _rows(schools, caps, _labels(schools, place))
    if projects is None:
        return Offers(tuple(rows), dict(caps), tuple(findings))
    planned, closes, more = project_offers(
        projects,
        rows,
        caps,
        place=_labels(projects, project_place),
        names=dict(zip(schools.index.astype(str), text(schools, "name"), strict=True)),
        data_year=data_year,
    )
    rows = [
        replace(row, closes=min(row.closes, closes[row.id, row.stage])) if (row.id, row.stage) in closes else row
        for row in rows
    ]
    return Offers((*rows, *planned), dict(caps), (*findings, *more))


def number(frame: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """A column of figures, NaN where the frame has none or the cell is blank."""
    if column not in frame:
        return np.full(len(frame), np.nan)
    return frame[column].to_numpy(dtype=float)


def text(frame: pd.DataFrame, column: str) -> list[str]:
    """A column of words, '' where the frame has none."""
    return [str(value) for value in frame[column]] if column in frame else [""] * len(frame)


def _labels(frame: pd.DataFrame, place: pd.Series[str] | None) -> list[str]:
    if place is None:
        return text(frame, "district")
    return ["" if pd.isna(value) else str(value) for value in place.reindex(frame.index)]


def _rows(schools: pd.DataFrame, caps: Mapping[Stage, int], place: list[str]) -> tuple[list[Offer], list[Finding]]:
    branches, ownership = text(schools, "branch"), text(schools, "ownership")
    stands = serves(schools)
    names, ids = text(schools, "name"), [str(key) for key in schools.index]
    opens, closes = number(schools, "year_open"), number(schools, "year_close")
    beds = np.nan_to_num(number(schools, "boarding_beds"))
    rows: list[Offer] = []
    skipped: dict[str, list[str]] = {"branch": [], "licence": [], "by_years": [], "ownership": [], "attached": []}
    splits = _Splits(schools, caps)
    for at, stages in enumerate(schools["stages"]):
        if not stands[at]:
            skipped["branch" if branches[at] in OTHER_BRANCHES else "licence"].append(ids[at])
            continue
        if not stages:
            continue
        split = splits.of(at, stages)
        if split.by_years:
            skipped["by_years"].append(ids[at])
        if not ownership[at]:
            skipped["ownership"].append(ids[at])
        if splits.attached(at, stages):
            skipped["attached"].append(ids[at])
        school = Offer(
            id=ids[at],
            name=names[at],
            place=place[at],
            stage=stages[0],
            is_public=ownership[at] != "private",
            classes=np.nan,
            pupils=np.nan,
            listed=np.nan,
            seats=np.nan,
            opens=-np.inf if np.isnan(opens[at]) else opens[at],
            closes=np.inf if np.isnan(closes[at]) else closes[at],
        )
        rows.extend(_by_stage(school, stages, split, caps, beds=float(beds[at])))
    return rows, offer_findings.school_findings(rows, caps, skipped)


def _by_stage(
    school: Offer, stages: tuple[Stage, ...], split: StageFigures, caps: Mapping[Stage, int], *, beds: float
) -> list[Offer]:
    capped = split.classes * caps_of(stages, caps)
    has_classes = np.isfinite(capped)
    # whole seats, school by school: then the sum of a table's cells is the total beside them
    seats = _whole(np.where(has_classes, capped, split.capacity))
    # a capacity beyond the cap is no seat where the pupils show that classes are not large
    in_use = np.where(np.isnan(split.enrolment), split.capacity, split.enrolment)
    listed = _whole(np.where(has_classes, np.fmax(capped, in_use), split.capacity))
    return [
        replace(
            school,
            stage=stage,
            classes=float(split.classes[at]),
            pupils=float(split.enrolment[at]),
            listed=float(listed[at]),
            seats=float(seats[at]),
            boarding=boarding,
        )
        for (at, stage), boarding in zip(enumerate(stages), _beds(beds, seats), strict=True)
    ]


def _whole(seats: NDArray[np.float64]) -> NDArray[np.float64]:
    """Whole seats, halves up, as tables print them."""
    return np.asarray(np.floor(seats + 0.5), dtype=float)


def _beds(beds: float, seats: NDArray[np.float64]) -> list[float]:
    """Beds by stage, in proportion to seats and at most as many; none where seats are unknown."""
    if beds <= 0:
        return [0.0] * len(seats)
    known = np.nan_to_num(seats)
    shared = largest_remainder(int(min(beds, known.sum())), known)
    return [float(each) for each in np.minimum(shared, known)]


class _Splits:
    """The columns of the schools layer that a split reads, taken out once."""

    def __init__(self, schools: pd.DataFrame, caps: Mapping[Stage, int]) -> None:
        self.caps = caps
        classes = number(schools, "classes")
        # a school without a single class is no school: the 0 of many registers stands for a blank
        self.classes = np.where(classes > 0, classes, np.nan)
        self.capacity = number(schools, "capacity")
        self.enrolment = number(schools, "enrolment")
        self.stage_classes = {stage: number(schools, f"{stage}_classes") for stage in Stage}
        self.stage_enrolment = {stage: number(schools, f"{stage}_enrolment") for stage in Stage}

    def of(self, at: int, stages: tuple[Stage, ...]) -> StageFigures:
        return split_stages(
            stages,
            self.caps,
            classes=float(self.classes[at]),
            capacity=float(self.capacity[at]),
            enrolment=float(self.enrolment[at]),
            stage_classes=np.array([self.stage_classes[stage][at] for stage in stages]),
            stage_enrolment=np.array([self.stage_enrolment[stage][at] for stage in stages]),
        )

    def attached(self, at: int, stages: tuple[Stage, ...]) -> bool:
        """True where classes are given for a stage that the school does not list."""
        return any(self.stage_classes[stage][at] > 0 for stage in Stage if stage not in stages)
