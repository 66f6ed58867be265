"""An edition: everything that one publication of a plan is made from, computed once and handed to every output."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geoplan.coverage import Closure
    from geoplan.ledger import Ledger
    from geoplan.plan import Plan, PupilPlan
    from geoplan.publish.mapfile import MapFile
    from geoplan.publish.zones_public import ZoneBook
    from geoplan.types import Finding


@dataclass(frozen=True, eq=False)
class Edition:
    """What page, atlas, tables, texts and data of one publication share; a figure stands in one of these objects.

    Attributes:
        pupils: forecasts and the balance of seats, or None where the project has no tables for them.
        ledger: the clauses judged, or None without clauses or a year to judge them in.
        zones: attendance zones that were asked for.
        closures: by school id, each closing that the layers announce, tried out for each stage; {} where none was.
        findings: of the plan and of what is missing here, files by name only.
    """

    plan: Plan
    map_file: MapFile
    pupils: PupilPlan | None = None
    ledger: Ledger | None = None
    zones: tuple[ZoneBook, ...] = ()
    findings: tuple[Finding, ...] = ()
    closures: Mapping[str, Sequence[Closure]] = field(default_factory=dict)
