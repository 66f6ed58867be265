"""`[[notice_periods]]` of a profile's file: how long a plan, or the closing of a school, is on public notice."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from geoplan.rules.entries import Keys, read_entries, twice
from geoplan.rules.rule import EVIDENCE

if TYPE_CHECKING:
    from collections.abc import Mapping

PLAN, CLOSURE = "plan", "closure"
MATTERS = {PLAN: ("规划草案", "a draft plan"), CLOSURE: ("学校撤并", "closing a school")}
"""What is on notice."""

_KEYS = Keys(
    required=("matter", "clause", "source", "evidence"),
    optional=("days", "months", "line"),
    choices={"matter": tuple(MATTERS), "evidence": tuple(EVIDENCE)},
)
_MONTHS_OF_A_YEAR = 12


@dataclass(frozen=True)
class NoticePeriod:
    """The shortest notice of one matter, with its clause.

    Attributes:
        matter: one of `MATTERS`.
        days, months: the shortest time between the first and the last day; one of the two is 0.
        profile: id of the profile it stands in.
    """

    matter: str
    days: int
    months: int
    clause: str
    source: str
    evidence: str
    profile: str
    line: str = ""
    source_title: str = ""

    def earliest_end(self, start: date) -> date:
        """The first day on which a notice that began on `start` has been out long enough."""
        if not self.months:
            return start + timedelta(days=self.days)
        month = start.month - 1 + self.months
        year, month = start.year + month // _MONTHS_OF_A_YEAR, month % _MONTHS_OF_A_YEAR + 1
        return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))

    @property
    def length(self) -> tuple[str, str]:
        """`30 日`, `30 days`."""
        if self.months:
            return f"{self.months} 个月", f"{self.months} month{'s' if self.months > 1 else ''}"
        return f"{self.days} 日", f"{self.days} days"

    @property
    def citation(self) -> str:
        """The document, with its line where it has one."""
        return f"{self.source}:{self.line}" if self.line else self.source


def read_notice_periods(
    raw: Mapping[str, Any], *, profile: str, titles: Mapping[str, str]
) -> tuple[tuple[NoticePeriod, ...], list[str]]:
    """The periods of a profile, at most one for a matter, and what is wrong with the other entries.

    Args:
        raw: the whole file.
        profile: its id.
        titles: what each source is called.
    """
    parse = partial(_parse, profile=profile, titles=titles)
    found, faults = read_entries(raw, "notice_periods", name="matter", parse=parse)
    return found, faults + [f"two notice periods of {each}." for each in twice(period.matter for period in found)]


def _parse(
    table: Mapping[str, Any], *, profile: str, titles: Mapping[str, str]
) -> tuple[NoticePeriod | None, list[str]]:
    faults = _KEYS.faults(table)
    given = [key for key in ("days", "months") if key in table]
    if len(given) != 1:
        faults.append(f"expected days or months, found {' and '.join(given) or 'neither'}.")
    faults += [
        f"{key}: expected a whole number from 1, found {table[key]!r}."
        for key in given
        if not isinstance(table[key], int) or isinstance(table[key], bool) or table[key] < 1
    ]
    if faults:
        return None, faults
    return NoticePeriod(
        matter=str(table["matter"]),
        days=int(table.get("days", 0)),
        months=int(table.get("months", 0)),
        clause=str(table["clause"]),
        source=str(table["source"]),
        evidence=str(table["evidence"]),
        profile=profile,
        line=str(table.get("line", "")),
        source_title=str(titles.get(str(table["source"]), "")),
    ), []
