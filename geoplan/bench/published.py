"""Cases of published instances: files in a folder, best known values in its KNOWN_VALUES.csv, what must be reached.

The folder has one folder for each family, named as below, and KNOWN_VALUES.csv with the columns family, problem,
instance, p, value, optimal (y or n). A family or file that is not there makes no case.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from geoplan.bench.case import Case, Target, Task
from geoplan.errors import InputError, MissingFileError
from geoplan.locate.instances import (
    read_facilities,
    read_holmberg,
    read_kong,
    read_lorena,
    read_mclp,
    read_pmed,
    read_pmedcap,
    read_scp,
    read_tsplib,
)
from geoplan.locate.problem import Keywords, Model

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from geoplan.locate.instances import Instance

TABLE = "KNOWN_VALUES.csv"

U1060_P = (10, 50, 100, 200, 300)
"""Values of u1060 are published for untruncated distances only: proved optimal is what is asked."""

CAPACITIES = {
    "capa": (8000, 10000, 12000, 14000),
    "capb": (5000, 6000, 7000, 8000),
    "capc": (5000, 5750, 6500, 7250),
}
"""Capacities for which the OR-Library publishes the large instances; their values do not stand in the table."""


@dataclass(frozen=True)
class _Family:
    """Rows of the table with this folder and problem, and how they are read and judged."""

    name: str
    folder: str
    problem: str
    ending: str
    read: Callable[[Path, str], Instance]
    target: Target

    def path(self, folder: Path, instance: str) -> Path:
        return folder / self.folder / f"{instance}{self.ending}"


def _with_p(read: Callable[..., Instance], **options: object) -> Callable[[Path, str], Instance]:
    return lambda path, p: read(path, p=int(p) if p else None, **options)


def _alone(read: Callable[..., Instance], **options: object) -> Callable[[Path, str], Instance]:
    return lambda path, _: read(path, **options)


_PROVED = Target(60.0, proved=True)
_SINGLE_SOURCE = "capacitated p-median (single source)"
_MEDIUM = Target(120.0, gap=2e-3, above=5e-4)
_KONG = Target(60.0, gap=1e-3, above=2e-4)

FAMILIES = (
    _Family("pmed", "orlib_pmed", "p-median", ".txt", _alone(read_pmed), _PROVED),
    _Family(
        "pmed_center",
        "orlib_pmed",
        "p-center",
        ".txt",
        _alone(read_pmed, model=Model.P_CENTER),
        Target(5.0, proved=True),
    ),
    _Family("tsplib", "tsplib", "p-median", ".tsp", _with_p(read_tsplib), _PROVED),
    _Family("scp", "orlib_scp", "set cover (weighted)", ".txt", _alone(read_scp), _PROVED),
    _Family("pmedcap", "orlib_pmedcap", _SINGLE_SOURCE, ".txt", _alone(read_pmedcap), Target(30.0, proved=True)),
    _Family("sjc", "lorena_sjc", _SINGLE_SOURCE, ".dat", _alone(read_lorena), _MEDIUM),
    _Family("p3038", "lorena_p3038", _SINGLE_SOURCE, ".dat", _alone(read_lorena), Target(300.0, above=5e-3)),
    _Family("holmberg", "sscflp_holmberg", "SSCFLP (single source)", "", _alone(read_holmberg), _PROVED),
    _Family("cap", "cflp_orlib", "CFLP (demand may be split)", ".txt", _alone(read_facilities), _PROVED),
    _Family("kong", "kong_cflsap", "SSCFLP", ".txt", _with_p(read_kong), _KONG),
    _Family("kong_k", "kong_cflsap", "SSCFLP with K facilities", ".txt", _with_p(read_kong), _KONG),
    _Family("mclp", "mclp", "MCLP", ".txt", _with_p(read_mclp, radius=800.0), _PROVED),
)

_LARGE_POINTS = Target(300.0, gap=5e-4, memory_mb=2048)


def published_cases(folder: Path) -> list[Case]:
    """All cases of a folder of published instances.

    Raises:
        InputError: naming file and line, where its table of known values cannot be read.
        MissingFileError: there is none.
    """
    rows = list(_known(folder / TABLE))
    cases = []
    for family in FAMILIES:
        for instance, p, value, proved in (row[2:] for row in rows if row[:2] == (family.folder, family.problem)):
            path = family.path(folder, instance)
            large = instance in {"pcb3038", "rl5934"}
            named_apart = family.name in {"tsplib", "mclp", "kong_k"}
            cases.append(
                Case(
                    "tsplib_large" if large else family.name,
                    f"{instance}-{p}" if named_apart else instance,
                    partial(_task, family.read, path, p),
                    _LARGE_POINTS if large else family.target,
                    known=value,
                    known_proved=proved,
                    missing="" if path.is_file() else f"{path} is not there",
                )
            )
    return cases + list(_without_rows(folder))


def _without_rows(folder: Path) -> Iterator[Case]:
    """Cases whose values do not stand in the table."""
    points = folder / "tsplib" / "u1060.tsp"
    for p in U1060_P:
        missing = "" if points.is_file() else f"{points} is not there"
        yield Case(
            "tsplib", f"u1060-{p}", partial(_task, _with_p(read_tsplib), points, str(p)), _PROVED, missing=missing
        )
    for instance, capacities in CAPACITIES.items():
        path = folder / "cflp_orlib" / f"{instance}.txt"
        missing = "" if path.is_file() else f"{path} is not there"
        for capacity in capacities:
            build = partial(_task, _alone(read_facilities, capacity=float(capacity)), path, "")
            yield Case("cap", f"{instance}-{capacity}", build, _PROVED, missing=missing)


def _task(read: Callable[[Path, str], Instance], path: Path, p: str) -> Task:
    instance = read(path, p)
    words: Keywords = instance.keywords()
    return Task(instance.model, instance.costs, words)


def _known(path: Path) -> Iterator[tuple[str, str, str, str, float, bool]]:
    """Family, problem, instance, p, value and whether it is optimal, of each row."""
    if not path.is_file():
        raise MissingFileError(f"{path}: no such file. Expected a folder of published instances with its {TABLE}.")
    with path.open(newline="", encoding="utf-8") as stream:
        reader = csv.DictReader(stream)
        names = ("family", "problem", "instance", "p", "value", "optimal")
        if missing := [name for name in names if name not in (reader.fieldnames or ())]:
            raise InputError(f"{path}, line 1: expected the columns {', '.join(names)}; {', '.join(missing)} missing.")
        for row in reader:
            try:
                value = float(row["value"])
            except ValueError:
                raise InputError(
                    f"{path}, line {reader.line_num}: expected a number as value, found {row['value']!r}."
                ) from None
            yield row["family"], row["problem"], row["instance"], row["p"], value, row["optimal"] == "y"
