"""From a project to an edition: the plan, and pupils and clauses as far as the project's tables go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.errors import ConfigError, InputError, RuleError
from geoplan.publish.edition import Edition
from geoplan.publish.mapfile import read_map
from geoplan.types import Finding, Severity, silent

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoplan.ledger import Ledger
    from geoplan.plan import PupilPlan
    from geoplan.project import Project


GIVE_TABLES = "Give the tables that the message names, then publish again."
NAME_PROFILE = 'Name a profile with clauses in project.toml: ledger_profile = "xingtai", or your own; and `as_of`.'


def edition_of(project: Project, *, map_name: str | None = None, progress: Callable[[str], None] = silent) -> Edition:
    """Compute everything that a statutory set holds; what the project's tables cannot feed is left out and said.

    Args:
        map_name: a file in maps/; by default the project's `map`.
        progress: told each step.

    Raises:
        PublishError: no such map.
        GeoplanError: the plan itself cannot be made.
    """
    map_file = read_map(map_name or project.config.map, project.config.folder)
    plan = project.plan(progress=progress)
    missing: list[Finding] = []
    pupils = _pupils(project, missing, progress)
    ledger = _ledger(project, missing, progress)
    return Edition(plan, map_file, pupils, ledger, findings=tuple(dict.fromkeys((*plan.findings, *missing))))


def _pupils(project: Project, missing: list[Finding], progress: Callable[[str], None]) -> PupilPlan | None:
    try:
        return project.pupils(progress=progress)
    except InputError as error:
        missing.append(_left_out("no-forecast", "学龄人口预测、学位供需 pupils and seats", error))
        return None


def _ledger(project: Project, missing: list[Finding], progress: Callable[[str], None]) -> Ledger | None:
    progress("逐条核查 / judging the clauses")
    try:
        return project.ledger()
    except (RuleError, ConfigError) as error:
        missing.append(_left_out("no-ledger", "指标与条文 clauses", error, NAME_PROFILE))
        return None


def _left_out(code: str, what: str, error: Exception, fix: str = GIVE_TABLES) -> Finding:
    return Finding(
        Severity.NOTE,
        code,
        f"{what}: left out of this edition. {error}",
        why="Its tables and sheets are missing from what is published.",
        fix=fix,
    )
