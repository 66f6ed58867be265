"""project.toml as frozen values: every key known, every message with file and key path."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geoplan.config_checks import TotalsConfig, read_totals
from geoplan.config_forecast import BalanceConfig, ForecastConfig, read_balance, read_forecast
from geoplan.config_layers import DATUMS, ROLES, LayerConfig, SpreadConfig, is_database, read_layer
from geoplan.config_programme import ProgrammeConfig, read_programme
from geoplan.config_propose import MODELS, ProposeConfig, ScenarioConfig, read_propose, read_scenarios
from geoplan.errors import MissingFileError, near_match
from geoplan.tomlfile import TomlReader, read_toml
from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = [
    "DATUMS",
    "MODELS",
    "PROJECT_FILE",
    "ROLES",
    "BalanceConfig",
    "ForecastConfig",
    "LayerConfig",
    "ProgrammeConfig",
    "ProjectConfig",
    "ProposeConfig",
    "ScenarioConfig",
    "SpreadConfig",
    "is_database",
    "read_project",
]  # fmt: skip
PROJECT_FILE = "project.toml"
_TABLES = ("project", "layers", "propose", "programme", "forecast", "balance", "totals")


@dataclass(frozen=True)
class ProjectConfig:
    """A whole project.toml.

    Attributes:
        folder: the absolute folder that holds it; layer paths are relative to it.
        name: title of the project.
        profile: rule profile, a file in data/rules/.
        radius_profiles: where a radius comes from when the profile has none for a stage and area; empty means
            what the profile itself names.
        stages: the stages to be planned, in order.
        crs: `auto`, `local`, or an EPSG code.
        data_date: printed on every output; the tool never reads a clock for it.
        place: where the project lies (`河北省邢台市任泽区`), for profiles of one city; '' where its name says it.
        ledger_profile: the profile whose clauses the ledger judges; '' for `profile`.
        as_of: the day on which deadlines are judged; '' for the data date.
        notices: sentences that every output must carry (for example that data are synthetic).
        outside_files: True: files may lie outside the folder; False: none may; None: only those that are named by
            their absolute path, not through .. or a link.
    """

    folder: Path
    name: str
    profile: str
    radius_profiles: tuple[str, ...]
    stages: tuple[Stage, ...]
    crs: str
    data_date: str
    author: str
    notices: tuple[str, ...]
    map: str
    layers: Mapping[str, LayerConfig]
    propose: ProposeConfig
    forecast: ForecastConfig = field(default_factory=ForecastConfig)
    balance: BalanceConfig = field(default_factory=BalanceConfig)
    programme: ProgrammeConfig = field(default_factory=ProgrammeConfig)
    totals: TotalsConfig = field(default_factory=TotalsConfig)
    scenarios: tuple[ScenarioConfig, ...] = ()
    as_of: str = ""
    ledger_profile: str = ""
    place: str = ""
    outside_files: bool | None = None

    def layer_path(self, role: str) -> Path:
        """The absolute path of a layer's file; links are followed, unless they lead to themselves."""
        path = self.folder / self.layers[role].path
        try:
            return path.resolve()
        except (OSError, RuntimeError):
            return path


def read_project(folder: Path) -> ProjectConfig:
    """Read `folder`/project.toml (or the file itself).

    Raises:
        MissingFileError: there is no project.toml.
        ConfigError: it is not TOML, or holds an unknown key or an impossible value; every fault is listed.
    """
    path = folder if folder.is_file() else folder / PROJECT_FILE
    if not path.is_file():
        raise MissingFileError(f"No {PROJECT_FILE} in {folder}. Run: geoplan init {folder}")
    return _ProjectReader(path).read()


class _ProjectReader(TomlReader):
    """Reads one project.toml."""

    def read(self) -> ProjectConfig:
        raw = read_toml(self.path)
        self.known("", raw, (*_TABLES, "scenarios"))
        project = self.table("project", raw.get("project", {}))
        self.known(
            "project.",
            project,
            (
                "name", "profile", "radius_profiles", "stages", "crs", "data_date", "as_of", "author", "notices", "map",
                "outside_files", "ledger_profile", "place",
            ),
        )  # fmt: skip
        layers = self.table("layers", raw.get("layers", {}))
        self.known("layers.", layers, ROLES)
        stages = self._stages(project.get("stages", ["kindergarten", "primary", "junior"]))
        propose = read_propose(self, self.table("propose", raw.get("propose", {})), stages)
        data_date = self.text("project.data_date", project.get("data_date", ""))
        config = ProjectConfig(
            folder=self.path.parent.resolve(),
            name=self.text("project.name", project.get("name", self.path.parent.resolve().name)),
            profile=self.text("project.profile", project.get("profile", "combined")),
            radius_profiles=self.texts("project.radius_profiles", project.get("radius_profiles", [])),
            stages=stages,
            crs=self.text("project.crs", project.get("crs", "auto")),
            data_date=data_date,
            author=self.text("project.author", project.get("author", "")),
            notices=self.texts("project.notices", project.get("notices", [])),
            map=self.text("project.map", project.get("map", "consultation")),
            layers={role: read_layer(self, role, layers[role]) for role in ROLES if role in layers},
            propose=propose,
            scenarios=read_scenarios(self, raw.get("scenarios", []), propose, stages),
            programme=read_programme(
                self, self.table("programme", raw.get("programme", {})), data_date=data_date, proposed=propose.new
            ),
            forecast=read_forecast(self, self.table("forecast", raw.get("forecast", {}))),
            balance=read_balance(self, self.table("balance", raw.get("balance", {}))),
            totals=read_totals(self, self.table("totals", raw.get("totals", {}))),
            ledger_profile=self.text("project.ledger_profile", project.get("ledger_profile", "")),
            place=self.text("project.place", project.get("place", "")),
            as_of=self._day("project.as_of", project.get("as_of", "")),
            outside_files=self._optional_flag("project.outside_files", project.get("outside_files")),
        )
        self.raise_faults()
        return config

    def _optional_flag(self, where: str, value: object) -> bool | None:
        return None if value is None else self.flag(where, value)

    def _stages(self, value: object) -> tuple[Stage, ...]:
        names = self.texts("project.stages", value)
        known = tuple(Stage)
        for name in names:
            if name not in known:
                self.faults.append(
                    f"project.stages: unknown stage {name!r}; known: {', '.join(known)}.{near_match(name, known)}"
                )
        if value == []:
            self.faults.append(f"project.stages: expected at least one of {', '.join(known)}, found none.")
        return tuple(dict.fromkeys(Stage(name) for name in names if name in known))

    def _day(self, where: str, value: object) -> str:
        """A date or a year; '' for none."""
        text = self.text(where, value)
        if text and not re.match(r"\d{4}", text):
            self.faults.append(f"{where}: expected a date such as 2026-11-22, found {text!r}.")
        return text
