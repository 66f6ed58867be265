"""From a project to its statutory set: the edition, zones that are asked for, closings tried out, and the files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geoplan.coverage import Closure, closing_schools, stage_closings
from geoplan.editions import edition_of
from geoplan.errors import ProblemError
from geoplan.plan import ZoneWish
from geoplan.plan.zone_words import private_words
from geoplan.publish.privacy import suppressed_words
from geoplan.publish.statutory.write import write_set
from geoplan.types import Finding, Severity, Stage, natural_sorted, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from geoplan.plan import ZoneProposal
    from geoplan.project import Project
    from geoplan.publish.edition import Edition
    from geoplan.publish.statutory.write import SetWish


_LONGEST_REASON = 400


def set_edition(
    project: Project,
    *,
    map_name: str | None = None,
    zones: Sequence[Stage] = (),
    progress: Callable[[str], None] = silent,
) -> Edition:
    """`edition_of` with the attendance zones of some stages, and its closings tried out.

    A stage whose zones cannot keep every rule is left out, and a finding says so.

    Args:
        zones: stages, as for `geoplan zones --stage`.

    Raises:
        ProblemError: what zoning needs is not there.
        GeoplanError: as `edition_of`.
    """
    edition = edition_of(project, map_name=map_name, progress=progress)
    books, missing = [], []
    for stage in zones:
        progress(f"{stage.zh}：划分学区 / {stage.value}: drawing zones")
        # zones are those of the plan: a school that closes has none
        closing = tuple(natural_sorted(key for key, ended in stage_closings(project.layers) if ended is stage))
        found = project.zones(stage, ZoneWish(exclude=closing))
        if found.has_plan:
            books.append(project.zone_book(found))
        else:
            missing.append(_no_zones(found))
    return replace(
        edition,
        zones=tuple(books),
        findings=(*edition.findings, *missing),
        closures=closures_of(project, progress=progress),
    )


def _no_zones(found: ZoneProposal) -> Finding:
    stage = found.stage
    told = " ".join((_short(suppressed_words(found.plan.reason)), *(en for _, en in private_words(found))))
    return Finding(
        Severity.WARNING,
        "no-zones",
        f"学区 zones, {stage.zh} {stage.value}: left out of this set. {told}",
        why="The zones that were asked for are missing from atlas and data.",
        fix=f"See what stands in the way: geoplan zones --stage {stage.value}.",
    )


def _short(reason: str) -> str:
    """The first sentences of a reason; a whole city can have hundreds."""
    if len(reason) <= _LONGEST_REASON:
        return reason
    return f"{reason[:_LONGEST_REASON].rpartition('. ')[0] or reason[:_LONGEST_REASON]}. …"


def closures_of(project: Project, *, progress: Callable[[str], None] = silent) -> dict[str, list[Closure]]:
    """Every closing that the layers announce, tried out stage by stage, by school id; {} without one."""
    schools = project.layers.schools
    if schools is None:
        return {}
    found: dict[str, list[Closure]] = {}
    for each in natural_sorted(closing_schools(project.layers)):
        progress(f"模拟撤并 / closing {each}, in simulation")
        for stage in schools.frame["stages"].loc[each]:
            try:
                found.setdefault(each, []).append(project.closure(each, stage=stage))
            except ProblemError:
                # special and vocational schools stand in the layer and in no stage's supply: listed without a figure
                continue
    return found


def publish_set(
    project: Project,
    edition: Edition,
    out: Path,
    *,
    wish: SetWish | None = None,
    check: Callable[[Sequence[Path]], object] | None = None,
    progress: Callable[[str], None] = silent,
) -> Path:
    """Write the statutory set of an edition; see `geoplan.publish.statutory.write.write_set`.

    Args:
        edition: from `set_edition`; one without closings has them tried out here.

    Returns:
        The path of its manifest.
    """
    if not edition.closures:
        edition = replace(edition, closures=closures_of(project, progress=progress))
    return write_set(edition, out, wish=wish, check=check, progress=progress)
