"""Loose files, or a project's, taken in: what each is, how it was read, and every cell that changed its meaning."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geoplan.config import ROLES, LayerConfig, ProjectConfig, ProposeConfig
from geoplan.errors import ConfigError, InputError, near_match
from geoplan.inputs.changes import ChangeLog
from geoplan.inputs.hints import Hints, check_hints
from geoplan.inputs.load import check_layers
from geoplan.inputs.roles import guess_role
from geoplan.inputs.totals import check_totals
from geoplan.types import Severity, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from pyproj import CRS

    from geoplan.inputs.totals import TotalsRow
    from geoplan.types import Finding, Layer, Table

_WITH_TEXT = (".csv", ".csv.gz", ".tsv", ".txt", ".shp", ".zip", ".dbf")
_WITH_SHEETS = (".xlsx", ".xlsm", ".gpkg", ".gdb", ".duckdb", ".ddb", ".kml", ".kmz", ".zip", ".sqlite")

_UNTOLD = "Which layer is meant cannot be told from the headers:"


@dataclass(frozen=True, eq=False)
class TakenLayer:
    """One layer or table that came through the door, and the CRS that it is in (None for local metres)."""

    name: str
    layer: Layer | Table
    crs: CRS | None


@dataclass(frozen=True, eq=False)
class Taken:
    """Everything that an intake found.

    Attributes:
        name: title of the report.
        folder: the folder to which file names are relative.
        layers: those without an error.
        refused: (role, file) of those with one.
        log: changes, and how columns were understood.
        paths: file as shown → its absolute path.
        totals: official totals of the projects beside what the layers hold.
    """

    name: str
    folder: Path
    layers: tuple[TakenLayer, ...]
    refused: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]
    log: ChangeLog
    paths: Mapping[str, Path]
    totals: tuple[TotalsRow, ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Findings that stop a run."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)


def plan_files(files: Sequence[Path], hints: Hints) -> tuple[ProjectConfig, ...]:
    """Loose files as projects in memory: one, or more where several files are of the same role.

    Raises:
        MissingFileError: a file is not there.
        ConfigError: an unknown role, or a number of roles that fits neither one nor every file.
        InputError: a file could be several layers; the message has the scores.
    """
    check_hints(files, hints)
    paths = [path.resolve() for path in files]
    beside = [path.resolve() for path in (hints.locate_from, hints.settled) if path is not None]
    folder = _common_folder([*paths, *beside])
    given = hints.roles * len(files) if len(hints.roles) == 1 else hints.roles
    batches: list[dict[str, LayerConfig]] = []
    faults: list[str] = []
    likely: list[str] = []
    findings: list[Finding] = []
    for number, path in enumerate(paths):
        role = given[number] if given else None
        if role is None:
            guess = guess_role(path, folder=folder, encoding=_encoding(path, hints), layer=_sheet(path, hints))
            role = guess.role
            likely.append(role or next(iter(guess.scores), ROLES[0]))
            findings.extend(guess.findings)
            if role is None:
                told = str(guess.findings[0]) if guess.findings else f"it could be: {guess.words}"
                faults.append(f"  {path.relative_to(folder).as_posix()}: {told}")
                continue
        batch = next((each for each in batches if role not in each), None)
        if batch is None:
            batches.append(batch := {})
        batch[role] = _layer(role, path, folder, hints)
    if faults:
        raise InputError("\n".join([_UNTOLD, *faults, _which(likely)]), findings)
    return tuple(_project(folder, batch) for batch in batches)


def _which(likely: Sequence[str]) -> str:
    """What to type, with the likeliest layer of each file."""
    such = " ".join(f"--role {role}" for role in likely)
    how = f"Say what they are with --role, one for all files or one for each in order, such as {such}."
    return f"{how} Known: {', '.join(ROLES)}."


def take_in(configs: Sequence[ProjectConfig], *, progress: Callable[[str], None]) -> Taken:
    """Read every layer of the projects, with every change noted; bad layers are findings and never raised.

    Raises:
        ConfigError: a layers/*.toml of the project cannot be used.
    """
    log = ChangeLog()
    taken: list[TakenLayer] = []
    findings: list[Finding] = []
    refused: list[tuple[str, str]] = []
    paths: dict[str, Path] = {}
    totals: list[TotalsRow] = []
    for config in configs:
        progress("、".join(layer.path for layer in config.layers.values()))
        roles = set(config.layers)
        layers, told = check_layers(config, roles=roles, placed=False, log=log)
        findings.extend(told)
        if layers is None:
            wrong = {finding.layer for finding in told if finding.severity is Severity.ERROR}
            good = roles - wrong if wrong <= roles else set()
            refused.extend((role, config.layers[role].path) for role in config.layers if role not in good)
            layers = check_layers(config, roles=good, placed=False)[0] if good else None
        if layers is not None and config.totals:
            totals.extend(check_totals(config, layers).rows)
        for layer in layers.present() if layers is not None else ():
            same = sum(each.layer.role == layer.role for each in taken)
            name = layer.role if not same else f"{layer.role}_{same + 1}"
            taken.append(TakenLayer(name, layer, None if layers is None else layers.crs))
        for role, source in config.layers.items():
            if not source.is_database:
                paths[source.path] = config.layer_path(role)
            if source.locate is not None:
                beside = (source.locate.places.path, source.locate.settled)
                paths.update({path: (config.folder / path).resolve() for path in beside if path is not None})
    ordered = sorted(dict.fromkeys(findings), key=lambda finding: list(Severity).index(finding.severity))
    name = configs[0].name if configs else ""
    folder = configs[0].folder
    return Taken(name, folder, tuple(taken), tuple(refused), tuple(ordered), log, paths, tuple(totals))


def only_roles(config: ProjectConfig, roles: Sequence[str]) -> ProjectConfig:
    """A project with some of its layers.

    Raises:
        ConfigError: it has no layer of that role.
    """
    for role in roles:
        if role not in config.layers:
            known = ", ".join(config.layers) or "none"
            raise ConfigError(f"The project has no layer {role!r}; it has {known}.{near_match(role, config.layers)}")
    return replace(config, layers={role: config.layers[role] for role in roles}) if roles else config


def _common_folder(paths: Sequence[Path]) -> Path:
    """The innermost folder that holds all files; names in the report are relative to it."""
    parents = [path.parent for path in paths]
    return type(paths[0])(os.path.commonpath(parents))


def _layer(role: str, path: Path, folder: Path, hints: Hints) -> LayerConfig:
    return LayerConfig(
        role,
        path.relative_to(folder).as_posix(),
        layer=_sheet(path, hints),
        encoding=_encoding(path, hints),
        crs=hints.crs,
        datum=hints.datum,
        columns={
            name.removeprefix(f"{role}."): header
            for name, header in hints.columns.items()
            if "." not in name or name.startswith(f"{role}.")
        },
        locate=hints.locate(folder) if role == "schools" else None,
    )


def _encoding(path: Path, hints: Hints) -> str | None:
    return hints.encoding if path.name.casefold().endswith(_WITH_TEXT) else None


def _sheet(path: Path, hints: Hints) -> str | None:
    return hints.sheet if path.name.casefold().endswith(_WITH_SHEETS) else None


def _project(folder: Path, layers: Mapping[str, LayerConfig]) -> ProjectConfig:
    """A project that stands in no file; only its layers matter."""
    return ProjectConfig(
        folder=folder,
        name="、".join(layer.path for layer in layers.values()),
        profile="combined",
        radius_profiles=(),
        stages=tuple(Stage),
        crs="auto",
        data_date="",
        author="",
        notices=(),
        map="consultation",
        layers=layers,
        propose=ProposeConfig(),
    )
