"""Which figures on access of a group of children may be told: shares and means give a handful away, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.publish.privacy import hidden_places, is_small, open_count, suppressed_part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoplan.coverage.access import AccessReport
    from geoplan.coverage.reach import Reach
    from geoplan.publish.privacy import Count


def public_reaches(report: AccessReport) -> Iterator[tuple[Reach, Count, bool]]:
    """The whole, the areas and the districts: each with its count, and whether its shares and means may be told."""
    hidden = hidden_places(np.array([reach.count for reach in report.districts], dtype=float))
    among = [False] * (1 + len(report.areas)) + hidden.tolist()
    for reach, is_hidden in zip((report.whole, *report.areas, *report.districts), among, strict=True):
        yield reach, open_count(reach.count, hidden=is_hidden), not is_hidden and tells_reach(report, reach)


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
