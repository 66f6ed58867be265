"""The words every room shares: stages, areas, travel modes, findings, layers.

All are frozen. A `Layer` is always in the project's metric CRS and indexed by unique string ids.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    import pandas as pd
    from pyproj import CRS

Words = tuple[str, str]
"""The same in Chinese and in English."""


class Stage(StrEnum):
    """A stage of schooling; the value is what stands in files and on the command line."""

    KINDERGARTEN = "kindergarten"
    PRIMARY = "primary"
    JUNIOR = "junior"
    SENIOR = "senior"

    @property
    def zh(self) -> str:
        """The Chinese label."""
        return {"kindergarten": "幼儿园", "primary": "小学", "junior": "初中", "senior": "高中"}[self.value]


class Area(StrEnum):
    """Urban or rural, as the plans distinguish them (城镇, 农村); `ALL` only in rules."""

    URBAN = "urban"
    RURAL = "rural"
    ALL = "all"

    @property
    def zh(self) -> str:
        """The Chinese label."""
        return {"urban": "城镇", "rural": "农村", "all": "城乡"}[self.value]


class Travel(StrEnum):
    """How a pupil gets to school."""

    STRAIGHT = "straight"
    WALK = "walk"

    @property
    def zh(self) -> str:
        """The Chinese label."""
        return {"straight": "直线距离", "walk": "步行路网"}[self.value]


class Severity(StrEnum):
    """`ERROR` stops a run; `WARNING` changes what a figure means; `NOTE` records a decision."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """One thing that a person should know about the input or about a step's own assumptions.

    Attributes:
        severity: error, warning or note.
        code: a short stable name such as `duplicate-id`.
        what: what was found, with figures.
        why: why it matters.
        fix: what to do about it.
        layer: the role of the layer, or '' when it concerns none.
        file: the file as the project names it, or ''.
        rows: ids, or `row 7` where a row has no id; the first few of `count`.
        count: how many rows are concerned.
    """

    severity: Severity
    code: str
    what: str
    why: str = ""
    fix: str = ""
    layer: str = ""
    file: str = ""
    rows: tuple[str, ...] = ()
    count: int = 0

    def __str__(self) -> str:
        place = " ".join(part for part in (self.layer, f"({self.file})" if self.file else "") if part)
        rows = f" [{', '.join(self.rows)}{', …' if self.count > len(self.rows) else ''}]" if self.rows else ""
        tail = "".join(f" {part}" for part in (self.why, f"→ {self.fix}" if self.fix else "") if part)
        return f"{self.severity.value}: {place + ': ' if place else ''}{self.what}{rows}{tail}"

    def as_dict(self) -> dict[str, Any]:
        """Plain values for `--json`."""
        return {
            "severity": self.severity.value,
            "code": self.code,
            "layer": self.layer,
            "file": self.file,
            "rows": list(self.rows),
            "count": self.count,
            "what": self.what,
            "why": self.why,
            "fix": self.fix,
        }


@dataclass(frozen=True, eq=False)
class Layer:
    """One input layer after the door: checked, in the project's CRS, indexed by unique string ids.

    Attributes:
        role: the name of its file in layers/.
        frame: columns named as in layers/<role>.toml; index `id`, sorted in natural order.
        file: the path as project.toml names it, for messages.
    """

    role: str
    frame: gpd.GeoDataFrame
    file: str

    def __len__(self) -> int:
        return len(self.frame)

    def __repr__(self) -> str:
        return f"Layer({self.role}: {len(self.frame):,} rows from {self.file})"


@dataclass(frozen=True, eq=False)
class Table:
    """One input table without places: enrolment, births, ages, statistics or projects.

    Attributes:
        role: the name of its file in layers/.
        frame: columns named as in layers/<role>.toml; index `id`, rows in the order of the file.
        file: the path as project.toml names it, for messages.
    """

    role: str
    frame: pd.DataFrame
    file: str

    def __len__(self) -> int:
        return len(self.frame)

    def __repr__(self) -> str:
        return f"Table({self.role}: {len(self.frame):,} rows from {self.file})"


@dataclass(frozen=True, eq=False)
class Layers:
    """All layers and tables of a project, the layers in one metric CRS.

    Attributes:
        crs: the project's metric CRS, or None where it works in local metres without georeference.
        findings: everything that was noticed on the way in.
        files: every file that was read, as an absolute path, for the manifest.
    """

    crs: CRS | None
    districts: Layer | None = None
    schools: Layer | None = None
    population: Layer | None = None
    roads: Layer | None = None
    barriers: Layer | None = None
    sites: Layer | None = None
    zones: Layer | None = None
    estates: Layer | None = None
    parcels: Layer | None = None
    premises: Layer | None = None
    stops: Layer | None = None
    enrolment: Table | None = None
    births: Table | None = None
    ages: Table | None = None
    statistics: Table | None = None
    projects: Table | None = None
    findings: tuple[Finding, ...] = ()
    files: tuple[str, ...] = field(default=())

    @property
    def is_local(self) -> bool:
        """True where coordinates are local metres that no map projection explains."""
        return self.crs is None

    def of(self, role: str) -> Layer | Table | None:
        """The layer or table of a role, or None where it was not given."""
        found: Layer | Table | None = getattr(self, role)
        return found

    def present(self) -> tuple[Layer | Table, ...]:
        """The layers and tables that were given, in the order of their roles."""
        every = (self.of(each.name) for each in fields(self) if each.name not in {"crs", "findings", "files"})
        return tuple(each for each in every if each is not None)

    def __repr__(self) -> str:
        crs = self.crs.name if self.crs is not None else "local metres"
        return f"Layers({crs}; {', '.join(f'{layer.role} {len(layer):,}' for layer in self.present())})"


def silent(_step: str) -> None:
    """Progress that nobody watches."""


def natural_key(identifier: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key under which '2' comes before '10', and any text before or after digits keeps its place.

    The lower id of a tie is the lower one under this key.
    """
    parts = re.findall(r"[0-9]+|[^0-9]+", identifier)
    return tuple(_digits_key(part) if part[0] in "0123456789" else (1, 0, part) for part in parts)


def _digits_key(digits: str) -> tuple[int, int, str]:
    """Digits as a number of any length: the longer one is larger; of equal numbers the one with fewer zeros ahead."""
    number = digits.lstrip("0")
    return 0, len(number), f"{number} {digits}"


def natural_sorted(identifiers: Iterable[str]) -> list[str]:
    """Ids in natural order."""
    return sorted(identifiers, key=natural_key)
