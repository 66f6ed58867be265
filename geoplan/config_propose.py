"""The tables `[propose]` and `[[scenarios]]` of project.toml: where new schools are wanted, what else to compare."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from geoplan.types import Stage, Travel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoplan.tomlfile import TomlReader

MODELS = ("max_cover", "p_median", "set_cover", "p_center")
MOST_SCENARIOS = 6
"""More would not be compared by any reader, and each costs a solver's run for every stage."""
_KEYS = ("model", "travel", "new", "exclude", "share_plots", "candidate_spacing_m", "time_limit_s")
_SCENARIO_KEYS = ("name", "name_en", "model", "new", "exclude")


@dataclass(frozen=True)
class ProposeConfig:
    """The `[propose]` table: what `run` proposes.

    Attributes:
        new: a count for each stage, or None for as many as needed.
        share_plots: a plot of the sites layer may bear schools of several stages.
    """

    model: str = "max_cover"
    travel: Travel | None = None
    new: Mapping[Stage, int | None] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    share_plots: bool = False
    candidate_spacing_m: float | None = None
    time_limit_s: float = 20.0

    def asked(self, stage: Stage) -> int | None:
        """How many new schools of a stage; three where nothing is said."""
        return self.new.get(stage, 3)


@dataclass(frozen=True)
class ScenarioConfig:
    """One `[[scenarios]]` table: another plan, computed only to be held against the one of `[propose]`.

    Attributes:
        propose: what is asked for; keys that the table leaves out are those of `[propose]`.
    """

    name: str
    name_en: str
    propose: ProposeConfig


def read_propose(reader: TomlReader, table: dict[str, Any], stages: tuple[Stage, ...]) -> ProposeConfig:
    """The `[propose]` table; faults go to the reader."""
    reader.known("propose.", table, _KEYS)
    travel = table.get("travel")
    spacing = table.get("candidate_spacing_m")
    return ProposeConfig(
        model=reader.choice("propose.model", table.get("model", "max_cover"), MODELS),
        travel=None if travel is None else Travel(reader.choice("propose.travel", travel, tuple(Travel))),
        new=_new(reader, "propose.new", table.get("new", 3), stages),
        exclude=reader.texts("propose.exclude", table.get("exclude", [])),
        share_plots=reader.flag("propose.share_plots", table.get("share_plots", False)),
        candidate_spacing_m=None if spacing is None else reader.positive("propose.candidate_spacing_m", spacing),
        time_limit_s=reader.positive("propose.time_limit_s", table.get("time_limit_s", 20.0)),
    )


def read_scenarios(
    reader: TomlReader, value: object, main: ProposeConfig, stages: tuple[Stage, ...]
) -> tuple[ScenarioConfig, ...]:
    """The `[[scenarios]]` tables; faults go to the reader.

    Args:
        main: the `[propose]` table, which lends what a scenario leaves out. A `new` that names some stages leaves
            the others as they are there.
    """
    if not isinstance(value, list):
        reader.faults.append(f"scenarios: expected tables, each headed [[scenarios]], found {value!r}.")
        return ()
    if len(value) > MOST_SCENARIOS:
        reader.faults.append(f"scenarios: at most {MOST_SCENARIOS} can be compared, found {len(value)}.")
    found = [
        _scenario(reader, f"scenarios[{place}]", each, main, stages)
        for place, each in enumerate(value[:MOST_SCENARIOS], start=1)
    ]
    names = [each.name for each in found]
    reader.faults.extend(
        f"scenarios[{place}].name: {name!r} is the name of another scenario; give each its own."
        for place, name in enumerate(names, start=1)
        if name in names[: place - 1]
    )
    return tuple(found)


def _scenario(
    reader: TomlReader, where: str, value: object, main: ProposeConfig, stages: tuple[Stage, ...]
) -> ScenarioConfig:
    table = reader.table(where, value)
    reader.known(f"{where}.", table, _SCENARIO_KEYS)
    name = reader.text(f"{where}.name", table.get("name", "")).strip()
    if not name:
        reader.faults.append(f'{where}.name: expected a name such as "少建两所", found none.')
    changes: dict[str, Any] = {}
    if "model" in table:
        changes["model"] = reader.choice(f"{where}.model", table["model"], MODELS)
    if "new" in table:
        new = table["new"]
        given = {Stage(stage) for stage in new if stage in tuple(Stage)} if isinstance(new, dict) else set(stages)
        asked = _new(reader, f"{where}.new", new, stages)
        changes["new"] = {**main.new, **{stage: count for stage, count in asked.items() if stage in given}}
    if "exclude" in table:
        changes["exclude"] = reader.texts(f"{where}.exclude", table["exclude"])
    if not changes and isinstance(value, dict):
        reader.faults.append(f"{where}: says nothing else than [propose]. Give it new, model or exclude.")
    return ScenarioConfig(name, reader.text(f"{where}.name_en", table.get("name_en", "")), replace(main, **changes))


def _new(reader: TomlReader, where: str, value: object, stages: tuple[Stage, ...]) -> dict[Stage, int | None]:
    if isinstance(value, dict):
        reader.known(f"{where}.", value, tuple(Stage))
        return {stage: _count(reader, f"{where}.{stage}", value.get(stage.value, 0)) for stage in stages}
    return dict.fromkeys(stages, _count(reader, where, value))


def _count(reader: TomlReader, where: str, value: object) -> int | None:
    if value == "all":
        return None
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    reader.faults.append(f'{where}: expected a count from 0, or "all" for as many as needed, found {value!r}.')
    return 0
