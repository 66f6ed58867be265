"""project.toml as frozen values: every key known, every message with file and key path."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geoplan.errors import ConfigError, MissingFileError, near_match
from geoplan.types import Stage, Travel

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

PROJECT_FILE = "project.toml"
ROLES = (
    "districts", "schools", "population", "roads", "barriers", "sites", "zones", "estates", "parcels", "premises",
    "stops", "enrolment", "births", "ages", "statistics", "projects",
)  # fmt: skip
MODELS = ("max_cover", "p_median", "set_cover", "p_center")
DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")


@dataclass(frozen=True)
class SpreadConfig:
    """How district totals are spread over features that carry no count of their own.

    Attributes:
        by: `length`, `area`, `count`, or the name of a weight column.
        totals: the column of the districts layer that holds the people to be spread.
        clip_to_carriers: scale the total of a district that reaches beyond the extent of the carriers by the
            share of its area inside, so that a city's people are not pressed into an extract of its core.
    """

    by: str
    totals: str = "people"
    clip_to_carriers: bool = False


@dataclass(frozen=True)
class LayerConfig:
    """One `[layers.<role>]` table. `columns` maps geoplan's names to the file's own."""

    role: str
    path: str
    layer: str | None = None
    encoding: str | None = None
    crs: str | None = None
    datum: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    counts: str = "people"
    spread: SpreadConfig | None = None


@dataclass(frozen=True)
class ProposeConfig:
    """The `[propose]` table: what `run` proposes. `new` is a count for each stage, or None for as many as needed."""

    model: str = "max_cover"
    travel: Travel | None = None
    new: Mapping[Stage, int | None] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    candidate_spacing_m: float | None = None
    time_limit_s: float = 20.0


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
        notices: sentences that every output must carry (for example that data are synthetic).
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

    def layer_path(self, role: str) -> Path:
        """The absolute path of a layer's file."""
        return (self.folder / self.layers[role].path).resolve()


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


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file as plain values.

    Raises:
        ConfigError: not UTF-8 or not TOML; the message holds the file and the parser's line.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML in UTF-8: {error}") from error


class _ProjectReader:
    """Collects all faults of one file, so that a planner mends them in one go."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.faults: list[str] = []

    def read(self) -> ProjectConfig:
        raw = read_toml(self.path)
        self._known("", raw, ("project", "layers", "propose"))
        project = self._table(raw, "project")
        self._known(
            "project.",
            project,
            (
                "name", "profile", "radius_profiles", "stages", "crs", "data_date", "author", "notices", "map",
            ),
        )  # fmt: skip
        layers = self._table(raw, "layers")
        self._known("layers.", layers, ROLES)
        stages = self._stages(project.get("stages", ["kindergarten", "primary", "junior"]))
        config = ProjectConfig(
            folder=self.path.parent.resolve(),
            name=self._text("project.name", project.get("name", self.path.parent.resolve().name)),
            profile=self._text("project.profile", project.get("profile", "combined")),
            radius_profiles=self._texts("project.radius_profiles", project.get("radius_profiles", [])),
            stages=stages,
            crs=self._text("project.crs", project.get("crs", "auto")),
            data_date=self._text("project.data_date", project.get("data_date", "")),
            author=self._text("project.author", project.get("author", "")),
            notices=self._texts("project.notices", project.get("notices", [])),
            map=self._text("project.map", project.get("map", "consultation")),
            layers={role: self._layer(role, layers[role]) for role in ROLES if role in layers},
            propose=self._propose(self._table(raw, "propose"), stages),
        )
        if self.faults:
            raise ConfigError(f"{self.path}:\n" + "\n".join(f"  {fault}" for fault in self.faults))
        return config

    def _layer(self, role: str, table: object) -> LayerConfig:
        where = f"layers.{role}."
        if not isinstance(table, dict):
            self.faults.append(f"{where[:-1]}: expected a table with a path, found {table!r}.")
            return LayerConfig(role, "")
        keys = ["path", "layer", "encoding", "crs", "datum", "columns", "where"]
        self._known(where, table, [*keys, "counts", "spread"] if role == "population" else keys)
        if not table.get("path"):
            self.faults.append(f"{where}path: missing; expected the layer's file, relative to this folder.")
        counts = self._choice(where + "counts", table.get("counts", "people"), ("people", "pupils"))
        datum = table.get("datum")
        return LayerConfig(
            role=role,
            path=self._text(where + "path", table.get("path", "")),
            layer=self._optional_text(where + "layer", table.get("layer")),
            encoding=self._optional_text(where + "encoding", table.get("encoding")),
            crs=self._optional_text(where + "crs", table.get("crs")),
            datum=None if datum is None else self._choice(where + "datum", datum, DATUMS),
            columns=self._columns(where + "columns", table.get("columns", {})),
            where={
                column: self._texts(f"{where}where.{column}", [values] if isinstance(values, str) else values)
                for column, values in self._dict(where + "where", table.get("where", {})).items()
            },
            counts=counts,
            spread=self._spread(where + "spread", table["spread"]) if "spread" in table else None,
        )

    def _spread(self, where: str, table: object) -> SpreadConfig:
        values = self._dict(where, table)
        self._known(where + ".", values, ("by", "totals", "clip_to_carriers"))
        clip = values.get("clip_to_carriers", False)
        if not isinstance(clip, bool):
            self.faults.append(f"{where}.clip_to_carriers: expected true or false, found {clip!r}.")
        return SpreadConfig(
            by=self._text(where + ".by", values.get("by", "count")),
            totals=self._text(where + ".totals", values.get("totals", "people")),
            clip_to_carriers=bool(clip),
        )

    def _propose(self, table: dict[str, Any], stages: tuple[Stage, ...]) -> ProposeConfig:
        self._known(
            "propose.",
            table,
            ("model", "travel", "new", "exclude", "candidate_spacing_m", "time_limit_s"),
        )
        travel = table.get("travel")
        spacing = table.get("candidate_spacing_m")
        return ProposeConfig(
            model=self._choice("propose.model", table.get("model", "max_cover"), MODELS),
            travel=None if travel is None else Travel(self._choice("propose.travel", travel, tuple(Travel))),
            new=self._new(table.get("new", 3), stages),
            exclude=self._texts("propose.exclude", table.get("exclude", [])),
            candidate_spacing_m=None if spacing is None else self._positive("propose.candidate_spacing_m", spacing),
            time_limit_s=self._positive("propose.time_limit_s", table.get("time_limit_s", 20.0)),
        )

    def _new(self, value: object, stages: tuple[Stage, ...]) -> dict[Stage, int | None]:
        if isinstance(value, dict):
            self._known("propose.new.", value, tuple(Stage))
            return {stage: self._count(f"propose.new.{stage}", value.get(stage.value, 0)) for stage in stages}
        return dict.fromkeys(stages, self._count("propose.new", value))

    def _count(self, where: str, value: object) -> int | None:
        if value == "all":
            return None
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        self.faults.append(f'{where}: expected a count from 0, or "all" for as many as needed, found {value!r}.')
        return 0

    def _stages(self, value: object) -> tuple[Stage, ...]:
        names = self._texts("project.stages", value)
        known = tuple(Stage)
        for name in names:
            if name not in known:
                self.faults.append(
                    f"project.stages: unknown stage {name!r}; known: {', '.join(known)}.{near_match(name, known)}"
                )
        if value == []:
            self.faults.append(f"project.stages: expected at least one of {', '.join(known)}, found none.")
        return tuple(dict.fromkeys(Stage(name) for name in names if name in known))

    def _columns(self, where: str, value: object) -> dict[str, str]:
        return {key: self._text(f"{where}.{key}", name) for key, name in self._dict(where, value).items()}

    def _known(self, where: str, table: Mapping[str, object], known: Iterable[str]) -> None:
        known = list(known)
        self.faults.extend(
            f"{where}{key}: unknown key; known: {', '.join(known)}.{near_match(key, known)}"
            for key in table
            if key not in known
        )

    def _table(self, raw: Mapping[str, Any], key: str) -> dict[str, Any]:
        return self._dict(key, raw.get(key, {}))

    def _dict(self, where: str, value: object) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        self.faults.append(f"{where}: expected a table, found {value!r}.")
        return {}

    def _text(self, where: str, value: object) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        if hasattr(value, "isoformat"):
            return str(value)
        self.faults.append(f"{where}: expected text, found {value!r}.")
        return ""

    def _optional_text(self, where: str, value: object) -> str | None:
        return None if value is None else self._text(where, value)

    def _texts(self, where: str, value: object) -> tuple[str, ...]:
        if isinstance(value, list):
            return tuple(self._text(where, item) for item in value)
        self.faults.append(f"{where}: expected a list of texts, found {value!r}.")
        return ()

    def _choice(self, where: str, value: object, known: tuple[str, ...]) -> str:
        if value in known:
            return str(value)
        hint = near_match(str(value), known)
        self.faults.append(f"{where}: expected one of {', '.join(known)}, found {value!r}.{hint}")
        return known[0]

    def _positive(self, where: str, value: object) -> float:
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return float(value)
        self.faults.append(f"{where}: expected a number above 0, found {value!r}.")
        return 1.0
