"""Which figures on access of a group of children may be told: shares and means give a handful away, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.publish.privacy import is_small, suppressed_part

if TYPE_CHECKING:
    from geoplan.coverage.access import AccessReport
    from geoplan.coverage.reach import Reach


def tells_reach(report: AccessReport, reach: Reach) -> bool:
    """Whether shares, means and seats in reach of a group may be told.

    Not of a handful; nor, where the report counts pupils, of a group one part of which is a handful: within the
    radius or beyond it, with or without a school in reach, with less than one seat each or with more.
    """
    if is_small(reach.count):
        return False
    if report.counts != "pupils":
        return True
    parts: list[tuple[float, float]] = [(reach.within, reach.assessed), (reach.unreachable, reach.count)]
    if reach.seats is not None and reach.seats.below_one is not None:
        parts.append((reach.seats.below_one, reach.seats.counted))
    return not any(isinstance(suppressed_part(part, whole), str) for part, whole in parts)
