"""What a reader must know about seats and estates before trusting a balance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geoplan.demand.seats.offers import Offer
    from geoplan.types import Stage

_NAMED = 5


def school_findings(
    rows: Sequence[Offer], caps: Mapping[Stage, int], apart: Mapping[str, Sequence[str]]
) -> list[Finding]:
    """Findings over the offers of the schools layer; `apart` holds ids by what was noticed on the way."""
    found = [
        _large(rows, caps),
        _unknown(rows),
        _over_capacity(rows),
        _above_classes(rows, caps),
        *(_apart(code, apart[code]) for code in _APART if apart.get(code)),
    ]
    return [finding for finding in found if finding is not None]


def noticed(
    code: str, what: str, *, why: str, fix: str, rows: Iterable[str], layer: str, severity: Severity = Severity.WARNING
) -> Finding:
    """A finding about rows, the first few of them named."""
    ids = tuple(dict.fromkeys(rows))
    return Finding(severity, code, what, why=why, fix=fix, layer=layer, rows=ids[:_NAMED], count=len(ids))


def _large(rows: Sequence[Offer], caps: Mapping[Stage, int]) -> Finding | None:
    large = [row for row in rows if row.is_large(caps[row.stage])]
    if not large:
        return None
    named = ", ".join(
        f"{row.name or row.id} {row.stage.zh} {row.per_class:.4g} per class (cap {caps[row.stage]})"
        for row in sorted(large, key=lambda row: (-row.per_class / caps[row.stage], row.id))[:_NAMED]
    )
    lost = float(np.nansum([row.lost for row in large]))
    return noticed(
        "classes-above-cap",
        f"{len(large):,} offers have more pupils in an average class than the cap: {named}.",
        why=f"At the cap they hold {lost:,.0f} seats fewer than are listed or in use; the balance shows them as lost.",
        fix="Nothing, where the figures are right; else correct classes or enrolment.",
        rows=(row.id for row in large),
        layer="schools",
    )


def _unknown(rows: Sequence[Offer]) -> Finding | None:
    unknown = [row for row in rows if np.isnan(row.seats)]
    if not unknown:
        return None
    pupils = float(np.nansum([row.pupils for row in unknown]))
    return noticed(
        "seats-unknown",
        f"{len(unknown):,} offers have neither classes nor capacity; {pupils:,.0f} pupils are known in them.",
        why="They count as schools without a seat, so gaps come out too large.",
        fix="Fill `classes` (or `capacity`).",
        rows=(row.id for row in unknown),
        layer="schools",
    )


def _over_capacity(rows: Sequence[Offer]) -> Finding | None:
    full = [row for row in rows if np.isnan(row.classes) and row.pupils > row.seats]
    if not full:
        return None
    return noticed(
        "enrolment-above-capacity",
        f"{len(full):,} offers without a number of classes have more pupils than seats.",
        why="Without classes nobody can tell large classes from a capacity that is out of date; the capacity counts.",
        fix="Fill `classes`.",
        rows=(row.id for row in full),
        layer="schools",
    )


def _above_classes(rows: Sequence[Offer], caps: Mapping[Stage, int]) -> Finding | None:
    above = [row for row in rows if row.lost > 0 and not row.is_large(caps[row.stage])]
    if not above:
        return None
    return noticed(
        "capacity-above-classes",
        f"{len(above):,} offers list more seats than classes × cap, and their classes are not known to be too large.",
        why="Either the capacity was counted with large classes, or rooms stand empty; seats are classes × cap.",
        fix="Where rooms stand empty, they are what can be opened first: raise `classes`.",
        rows=(row.id for row in above),
        layer="schools",
        severity=Severity.NOTE,
    )


_APART: dict[str, tuple[str, str, str, str, Severity]] = {
    "by_years": (
        "split-by-years",
        "schools of several stages give no classes or pupils by stage; split by the years in the stage (6 : 3 : 3).",
        "The true split may be different: a nine-year school may be mostly primary.",
        "Fill `primary_classes`, `junior_classes`, … .",
        Severity.NOTE,
    ),
    "ownership": (
        "ownership-unknown",
        "schools have no ownership; they count as public.",
        "Private seats do not count for the public duty, so gaps may come out too small.",
        "Fill `ownership`.",
        Severity.WARNING,
    ),
    "branch": (
        "branch-not-counted",
        "special or vocational schools are not counted.",
        "Their seats are not seats for the pupils of the stages.",
        "Nothing, or correct `branch`.",
        Severity.NOTE,
    ),
    "licence": (
        "unlicensed-not-counted",
        "schools or kindergartens without a licence are not counted.",
        "Supply would be overcounted.",
        "Nothing, or correct `licensed`.",
        Severity.WARNING,
    ),
    "attached": (
        "attached-classes",
        "schools give classes of a stage that they do not list; these classes are not counted.",
        "Attached kindergarten or junior classes offer seats too.",
        "Add the stage to the school's stages.",
        Severity.WARNING,
    ),
}


def _apart(code: str, ids: Sequence[str]) -> Finding:
    name, what, why, fix, severity = _APART[code]
    return noticed(name, f"{len(ids):,} {what}", why=why, fix=fix, rows=ids, layer="schools", severity=severity)
