"""Zones as they may be published: every figure of the page, the tables and the GeoPackage comes from here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from geoplan.plan.zone_words import asked, certainty, headline
from geoplan.publish.privacy import suppressed, suppressed_words
from geoplan.publish.zones_privacy import WITHHELD, Hidden, hidden_counts

if TYPE_CHECKING:
    from geoplan.config import ProjectConfig
    from geoplan.demand import Units
    from geoplan.plan import Provenance, ZoneProposal
    from geoplan.plan.zone_proposal import ZoneState
    from geoplan.publish.privacy import Count
    from geoplan.types import Finding, Layers, Words
    from geoplan.zones import Change, Reason


@dataclass(frozen=True)
class PublicZone:
    """A zone before and after; None where it is not there or not known.

    Attributes:
        before, after: pupils; `load_*` over the seats.
    """

    id: str
    name: str
    schools: tuple[str, ...]
    seats: float | None
    is_new: bool
    is_closed: bool
    units_before: int
    units_after: int
    before: Count
    after: Count
    load_before: float | None
    load_after: float | None
    mean_before: float | None
    mean_after: float | None
    longest_before: float | None
    longest_after: float | None
    moved_in: Count
    moved_out: Count


@dataclass(frozen=True)
class PublicChange:
    """A unit that changes schools."""

    unit: str
    name: str
    was: str
    becomes: str
    pupils: Count
    way_was: float | None
    way_becomes: float | None
    why: tuple[Words, ...]


@dataclass(frozen=True, eq=False)
class ZoneBook:
    """A proposal with all that a publication of it needs.

    Attributes:
        findings: of the whole project; files by name only.
    """

    config: ProjectConfig
    layers: Layers
    units: Units
    found: ZoneProposal
    findings: tuple[Finding, ...]
    provenance: Provenance

    @property
    def title(self) -> str:
        """Title of every output."""
        place = f" · {self.found.wish.district}" if self.found.wish.district else ""
        return f"{self.config.name}{place} · {self.found.stage.zh}学区"

    @property
    def stem(self) -> str:
        """What the files are called."""
        return f"zones-{self.found.stage.value}"

    @cached_property
    def hidden(self) -> Hidden:
        """What is not published."""
        return hidden_counts(self.found)

    @cached_property
    def zones(self) -> tuple[PublicZone, ...]:
        """Every zone, before or after."""
        return tuple(_zone(self, each) for each in self.found.zone_ids)

    @cached_property
    def changes(self) -> tuple[PublicChange, ...]:
        """Every unit that changes schools, largest first."""
        return tuple(_change(self, each) for each in self.found.changes)

    @cached_property
    def headline(self) -> list[Words]:
        """What the plan comes to, in sentences."""
        plan = self.found.shown
        moved = "0" if plan is None else _text(suppressed(plan.moved_pupils))
        over = (WITHHELD, "withheld") if self.hidden.zones else None
        return headline(self.found, moved=moved, over_before=over)

    @property
    def certainty(self) -> list[Words]:
        """How good the plan is, in sentences."""
        return [(suppressed_words(zh), suppressed_words(en)) for zh, en in certainty(self.found)]

    @property
    def asked(self) -> list[Words]:
        """What was asked for, in sentences."""
        return asked(self.found)


def _text(value: Count) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _zone(book: ZoneBook, zone: str) -> PublicZone:
    found, hidden = book.found, book.hidden
    before, after = found.states_before.get(zone), found.states_after.get(zone)
    drawn = next((each for each in found.zones if each.id == zone), None)
    either = after or before
    sum_before = hidden.sum_of(zone, before.pupils if before else None)
    sum_after = suppressed(after.pupils if after else None)
    return PublicZone(
        id=zone,
        name=found.zone_name(zone),
        schools=found.schools_of(zone),
        seats=_known(either.seats) if either else None,
        is_new=drawn is not None and drawn.is_new,
        is_closed=drawn is None,
        units_before=before.units if before else 0,
        units_after=after.units if after else 0,
        before=sum_before,
        after=sum_after,
        load_before=_load(before, sum_before),
        load_after=_load(after, sum_after),
        mean_before=_known(before.mean_m) if before else None,
        mean_after=_known(after.mean_m) if after else None,
        longest_before=_known(before.longest_m) if before else None,
        longest_after=_known(after.longest_m) if after else None,
        moved_in=hidden.sum_of(zone, drawn.moved_in) if drawn else 0,
        moved_out=hidden.sum_of(zone, found.left.get(zone, 0.0)),
    )


def _load(state: ZoneState | None, shown: Count) -> float | None:
    """The load, unless the count behind it is hidden."""
    return None if state is None or isinstance(shown, str) else _known(state.load)


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _change(book: ZoneBook, change: Change) -> PublicChange:
    found, hidden = book.found, book.hidden
    was = found.before.get(change.unit, change.was)
    why = [_reason(book, change, each, was) for each in change.reasons]
    return PublicChange(
        unit=change.unit,
        name=found.unit_names[change.unit],
        was=was,
        becomes=change.becomes,
        pupils=hidden.count(change.unit, change.pupils),
        way_was=_known(change.way_was),
        way_becomes=_known(change.way_becomes),
        why=tuple(dict.fromkeys(why)),
    )


def _reason(book: ZoneBook, change: Change, reason: Reason, was: str) -> Words:
    """The reason with names in place of ids, and without figures that would give a hidden count away."""
    old, new = book.found.zone_name(was), book.found.zone_name(change.becomes)
    secret = change.unit in book.hidden.units
    figure = "" if secret or was in book.hidden.zones else _text(suppressed(reason.amount))
    metres = f"{reason.amount:,.0f}"
    spent = "" if secret else f"{reason.amount / 1000:,.1f}"
    words: dict[str, Words] = {
        "closed": (f"{old}撤并或不开办", f"{old} is closed"),
        "forced": ("按指定划入", "assigned there by instruction"),
        "whole": ("与同一社区（乡镇）一起划入，不拆分", "kept whole with its community"),
        "limit": (f"到{old}超出最远距离 {metres} 米", f"the way to {old} is {metres} m beyond the longest way"),
        "over": (
            f"{old}现学区超出学位" + (f" {figure} 个" if figure else ""),
            f"today's zone of {old} exceeds its seats" + (f" by {figure}" if figure else ""),
        ),
        "opened": (f"新开办{new}", f"{new} is newly opened"),
        "filled": (f"{new}现学区低于最小规模", f"today's zone of {new} is below its least enrolment"),
        "seats": (
            "腾出学位：若不调整，" + f"{old}将超出学位" + (f" {figure} 个" if figure else ""),
            f"makes room: else {old} would exceed its seats" + (f" by {figure}" if figure else ""),
        ),
        "contiguity": ("保持学区连片", "keeps the zones contiguous"),
        "school": ("保持学区连片", "keeps the zones contiguous"),
        "least": ("使学校达到最小规模", "gives a school its least enrolment"),
        "moved": ("调整人数以内的选择", "within the number that may change"),
        "count": ("与新开办学校的数量有关", "follows from the number of new schools"),
        "nearer": (f"新学校近 {metres} 米", f"the new school is nearer by {metres} m"),
        "total": (
            "使全体学生路程与各项加价（折成路程）之和更小" + (f"：{spent} 人·公里" if spent else ""),
            "lowers the sum of all ways and of all prices, counted as ways"
            + (f", by {spent} pupil-km" if spent else ""),
        ),
        "none": ("无单一限制要求此项调整", "no single limit asks for it"),
    }
    return words.get(reason.code, ("为满足其他要求", "for another rule"))
