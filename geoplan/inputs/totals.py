"""Official totals against what the layers hold: in whole and by district, as rows that a report can print.

The figures come from `[totals]` of project.toml, each with its source, and where asked from the table `statistics`
and from columns of the districts. Nothing is made to fit: a difference is told, never spread.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.config_checks import TOTALS, OfficialTotal
from geoplan.inputs.homes import named_district
from geoplan.inputs.totals_held import held, words

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping

    from geoplan.config import ProjectConfig
    from geoplan.inputs.totals_held import Held
    from geoplan.types import Layers

ZH = {
    "schools": "学校数", "kindergartens": "幼儿园数", "primary_schools": "小学数", "junior_schools": "初中数",
    "senior_schools": "高中数", "special_schools": "特殊教育学校数", "vocational_schools": "中等职业学校数",
    "public_kindergartens": "公办幼儿园数", "inclusive_kindergartens": "普惠性幼儿园数", "enrolment": "在校生数",
    "kindergarten_enrolment": "在园幼儿数", "primary_enrolment": "小学在校生数", "junior_enrolment": "初中在校生数",
    "senior_enrolment": "高中在校生数", "kindergarten_seats": "幼儿园学位", "primary_seats": "小学学位",
    "junior_seats": "初中学位", "senior_seats": "高中学位", "people": "人口", "pupils_kindergarten": "幼儿园适龄人口",
    "pupils_primary": "小学适龄人口", "pupils_junior": "初中适龄人口", "pupils_senior": "高中适龄人口",
}  # fmt: skip
_BY_STAGE = {
    "school_count": {
        "": "schools", "kindergarten": "kindergartens", "primary": "primary_schools", "junior": "junior_schools",
        "senior": "senior_schools", "special": "special_schools", "vocational": "vocational_schools",
    },
    "enrolment": {
        "": "enrolment", "kindergarten": "kindergarten_enrolment", "primary": "primary_enrolment",
        "junior": "junior_enrolment", "senior": "senior_enrolment",
    },
    "people": {"": "people"},
}  # fmt: skip
_EVEN = 0.5


@dataclass(frozen=True)
class TotalsRow:
    """One official figure, or a district for which there is none, beside what the layers hold.

    Attributes:
        what: one of `TOTALS`.
        place: id of the district; '' for the whole, '-' for rows that belong to no district.
        label: the district's name; '' for the whole.
        official: None where no official figure is given for the place.
        found: what the layer holds there.
        tolerance: share by which both may differ.
        source: of the official figure; '' where there is none.
        layer, file: what was counted.
    """

    what: str
    place: str
    label: str
    official: float | None
    found: float
    tolerance: float
    source: str
    year: int | None
    layer: str
    file: str

    @property
    def difference(self) -> float | None:
        """Found less official; None without an official figure."""
        return None if self.official is None else self.found - self.official

    @property
    def share(self) -> float | None:
        """The difference as a share of the official figure; None without one, or where it is 0."""
        return None if self.difference is None or not self.official else self.difference / self.official

    @property
    def agrees(self) -> bool | None:
        """Within the tolerance, or even to the unit; None without an official figure."""
        if self.difference is None or self.official is None:
            return None
        return abs(self.difference) < _EVEN or abs(self.difference) <= self.tolerance * self.official

    def as_dict(self) -> dict[str, object]:
        """Plain values."""
        return {
            "what": self.what, "zh": ZH[self.what], "place": self.place, "label": self.label,
            "official": self.official, "found": self.found, "difference": self.difference, "share": self.share,
            "tolerance": self.tolerance, "agrees": self.agrees, "source": self.source, "year": self.year,
            "layer": self.layer, "file": self.file,
        }  # fmt: skip


@dataclass(frozen=True)
class TotalsCheck:
    """Every official figure beside what the layers hold.

    Attributes:
        rows: by what, the whole first, then the districts in their order.
        serving: what → schools that serve the stage, whatever their highest one.
        unknown: what → rows that count and do not say their figure.
        missing: official figures that no layer can be held against, or that stand in no column.
        misplaced: official figures of places that are no district.
    """

    rows: tuple[TotalsRow, ...] = ()
    serving: tuple[tuple[str, int], ...] = ()
    unknown: tuple[tuple[str, int], ...] = ()
    missing: tuple[OfficialTotal, ...] = ()
    misplaced: tuple[OfficialTotal, ...] = ()

    @property
    def differing(self) -> tuple[TotalsRow, ...]:
        """Rows outside their tolerance."""
        return tuple(row for row in self.rows if row.agrees is False)

    def of(self, what: str) -> tuple[TotalsRow, ...]:
        """The rows of one thing."""
        return tuple(row for row in self.rows if row.what == what)

    def __repr__(self) -> str:
        asked = [row for row in self.rows if row.official is not None]
        return f"TotalsCheck({len(asked):,} official figures, {len(self.differing):,} differ)"


def check_totals(config: ProjectConfig, layers: Layers) -> TotalsCheck:
    """Hold the layers against every official figure of the project.

    Layers that were not loaded are not asked for: their figures come back as `missing`.
    """
    rows: list[TotalsRow] = []
    serving: dict[str, int] = {}
    unknown: dict[str, int] = {}
    missing: list[OfficialTotal] = []
    misplaced: list[OfficialTotal] = []
    for what, group in groupby(official_totals(config, layers), key=lambda each: each.what):
        figures = tuple(group)
        found = held(config, layers, what, year=next((each.year for each in figures if each.year is not None), None))
        if found is None:
            missing.extend(figures)
            continue
        if found.serving is not None:
            serving[what] = found.serving
        if found.unknown:
            unknown[what] = found.unknown
        made, lost = _rows(layers, found, figures)
        rows.extend(made)
        misplaced.extend(lost)
    asked = {row.what for row in rows} | {each.what for each in (*missing, *misplaced)}
    missing += [
        OfficialTotal(what, 0.0, source) for what, source in config.totals.own_columns.items() if what not in asked
    ]
    return TotalsCheck(tuple(rows), tuple(serving.items()), tuple(unknown.items()), tuple(missing), tuple(misplaced))


def official_totals(config: ProjectConfig, layers: Layers) -> tuple[OfficialTotal, ...]:
    """Every official figure in the order of `TOTALS`; project.toml goes before the tables, per thing and place."""
    found = {(each.what, each.place): each for each in config.totals.figures}
    for each in (*_from_columns(config, layers), *_from_statistics(config, layers)):
        found.setdefault((each.what, each.place), each)
    return tuple(sorted(found.values(), key=lambda each: (TOTALS.index(each.what), each.place != "")))


def _from_columns(config: ProjectConfig, layers: Layers) -> Iterator[OfficialTotal]:
    if layers.districts is None:
        return
    for what, source in config.totals.own_columns.items():
        if what not in layers.districts.frame:
            continue
        for key, value in layers.districts.frame[what].items():
            if np.isfinite(value):
                yield OfficialTotal(what, float(value), source, str(key), tolerance=config.totals.tolerance)


def _from_statistics(config: ProjectConfig, layers: Layers) -> Iterator[OfficialTotal]:
    """The latest row of each thing and place that is no later than the data; other indicators are not counts."""
    if not config.totals.statistics or layers.statistics is None:
        return
    table = layers.statistics
    until = int(config.data_date[:4]) if re.match(r"\d{4}", config.data_date) else 9999
    known = table.frame[table.frame["year"] <= until].sort_values("year", ascending=False)
    for key, row in zip(known.index, known.to_dict("records"), strict=True):
        what = _BY_STAGE.get(str(row["indicator"]), {}).get(_word(row))
        if what is not None:
            source = str(row["source"]) or f"{table.file} {key}"
            place, year = str(row["district"]), int(row["year"])
            yield OfficialTotal(what, float(row["value"]), source, place, year, config.totals.tolerance)


def _word(row: Mapping[Hashable, Any]) -> str:
    """The stage or branch that a row of the statistics speaks of; '' for all, `several` for what no total counts."""
    stages, level = [str(stage) for stage in row["stages"]], str(row["level"])
    if level in {"special", "vocational"}:
        return level
    if stages:
        return stages[0] if len(stages) == 1 else "several"
    return "" if level in {"", "all"} else level


def _rows(layers: Layers, found: Held, figures: Iterable[OfficialTotal]) -> tuple[list[TotalsRow], list[OfficialTotal]]:
    """The whole first, then every district of the layer, then what belongs to none; and figures without a district."""
    by_place: dict[int, OfficialTotal] = {}
    rows, lost, what = [], [], ""
    frame = None if layers.districts is None else layers.districts.frame
    for each in figures:
        what = each.what
        if not each.place:
            rows.append(_row(each.what, "", "", each, found.total, found))
            continue
        place = -1 if frame is None else int(named_district([each.place], frame.index, words(frame, "name"))[0])
        if place < 0:
            lost.append(each)
        else:
            by_place.setdefault(place, each)
    if not rows:
        rows.append(_row(what, "", "", None, found.total, found))
    if frame is not None:
        for place, (key, name) in enumerate(zip(frame.index, words(frame, "name"), strict=True)):
            rows.append(_row(what, str(key), str(name), by_place.get(place), found.of(place), found))
        if (found.home < 0).any():
            rows.append(_row(what, "-", "", None, found.of(-1), found))
    return rows, lost


def _row(what: str, place: str, label: str, official: OfficialTotal | None, value: float, found: Held) -> TotalsRow:
    if official is None:
        return TotalsRow(what, place, label, None, value, 0.0, "", None, found.role, found.file)
    return TotalsRow(
        what, place, label, official.value, value, official.tolerance, official.source, official.year,
        found.role, found.file,
    )  # fmt: skip
