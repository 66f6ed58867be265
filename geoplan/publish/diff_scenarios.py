"""Two versions compared in their other plans (`[[scenarios]]`), by name and stage, as manifest.json keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoplan.publish.scenario_records import SAID
from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    Scenarios = Mapping[tuple[str, str], Mapping[str, Any]]


@dataclass(frozen=True)
class ScenarioChange:
    """One stage of another plan that one version has and the other has not, or has otherwise.

    Attributes:
        was, becomes: `sites` and the figures of `scenario_records`, None where the version has no such plan.
    """

    name: str
    stage: str
    was: Mapping[str, Any] | None
    becomes: Mapping[str, Any] | None

    @property
    def kind(self) -> str:
        """added, removed or changed."""
        return "added" if self.was is None else "removed" if self.becomes is None else "changed"


def scenarios_of(head: Mapping[str, Any]) -> dict[tuple[str, str], dict[str, Any]] | None:
    """The other plans of a manifest by name and stage; None where an older geoplan wrote it and did not tell."""
    if "scenarios" not in head:
        return None
    return {
        (str(each["name"]), stage): figures for each in head["scenarios"] for stage, figures in each["stages"].items()
    }


def scenario_changes(a: Scenarios | None, b: Scenarios | None) -> tuple[ScenarioChange, ...]:
    """What differs, by name and stage; nothing where one version did not publish them."""
    if a is None or b is None:
        return ()
    keys = sorted({*a, *b}, key=lambda key: (key[0], list(Stage).index(Stage(key[1]))))
    changes = (ScenarioChange(*key, a.get(key), b.get(key)) for key in keys)
    return tuple(each for each in changes if _told(each.was) != _told(each.becomes))


def _told(figures: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if figures is None else {name: figures.get(name) for name in SAID}
