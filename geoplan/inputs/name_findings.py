"""What is said of schools put on the map by their name: how many, how sure, and which are left to a person."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from geoplan.inputs.findings import error, note, warning
from geoplan.inputs.name_clues import ACCEPT, MARGIN, Clue
from geoplan.inputs.name_table import STEM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.config import LayerConfig
    from geoplan.inputs.name_table import NameRow, NameTable
    from geoplan.types import Finding

_SHOWN = 3


def told(table: NameTable, source: LayerConfig, stale: Sequence[str], *, placed: bool) -> list[Finding]:
    """Findings about one schools layer.

    Args:
        stale: ids of schools whose decision does not hold any more.
        placed: schools that stay without a place are errors.
    """
    rows: dict[str, list[NameRow]] = {}
    for row in table.rows:
        rows.setdefault(row.verdict, []).append(row)
    findings = _found(table, rows, source)
    if stale:
        what = (
            f"{len(stale):,} decisions in the table of settled names are not used: there is no such school or place, "
            "or it bears another name now."
        )
        why = "Ids are row numbers where a file has none, and change when rows are added."
        fix = "Decide them anew: A, B, C, the id of a place, or 无."
        findings.append(warning(source, "settled-stale", what, rows=stale, why=why, fix=fix))
    findings += _shared(rows.get("settled", []), source)
    return [*findings, *_left(table, rows, source, placed=placed)]


def _shared(settled: Sequence[NameRow], source: LayerConfig) -> list[Finding]:
    """A place that was given to several schools by hand: parts of one school, or a slip of the pen."""
    given = Counter(row.decision for row in settled)
    rows = [row for row in settled if given[row.decision] > 1]
    if not rows:
        return []
    named = "; ".join(f"{row.name} → {row.choices[0].name}" for row in rows[:_SHOWN])
    what = f"{len(rows):,} schools share a place with another one, as was settled by hand: {named}."
    why = "Right where they are parts of one school, such as its primary and its junior section."
    fix = "Otherwise correct 决定 in the list."
    return [warning(source, "settled-same-place", what, rows=[row.id for row in rows], why=why, fix=fix)]


def _left(table: NameTable, rows: dict[str, list[NameRow]], source: LayerConfig, *, placed: bool) -> list[Finding]:
    """Schools that are left to a person, or that a person left out."""
    findings = []
    tell = error if placed else warning
    fix = (
        f"Let geoplan intake write {STEM}.xlsx, fill in its column 决定 (A, B, C, the id of a place or 无), and name "
        'it in project.toml: locate_from = { path = "…", settled = "…" }.'
    )
    if "open" in rows:
        what = (
            f"{len(rows['open']):,} schools without coordinates fit several places of {table.places}, or one only in "
            f"part: {_shown(rows['open'])}."
        )
        ids = [row.id for row in rows["open"]]
        nowhere = sum(Clue.NO_DISTRICT.en in row.choices[0].why_en for row in rows["open"])
        if nowhere:
            what += f" Of {nowhere:,} the district is not known: a column 区县 would settle many."
        findings.append(
            tell(source, "names-to-settle", what, rows=ids, why="Names that leave a doubt are not guessed.", fix=fix)
        )
    if "unmatched" in rows:
        what = f"{len(rows['unmatched']):,} schools without coordinates fit no place of {table.places}."
        ids = [row.id for row in rows["unmatched"]]
        findings.append(tell(source, "names-unmatched", what, rows=ids, fix=f"Add their coordinates. Or: {fix}"))
    if "none" in rows:
        kept = "they are left out" if placed else "they are kept, without a place"
        what = f"{len(rows['none']):,} schools have no place, as was settled by hand; {kept}."
        why = "Their seats serve nobody on the map."
        findings.append(warning(source, "settled-without-place", what, rows=[row.id for row in rows["none"]], why=why))
    return findings


def district_from_name(source: LayerConfig, rows: Sequence[str]) -> Finding:
    """The note on schools without a point whose district is known all the same."""
    what = f"{len(rows):,} schools without a place count for the district that their name or township says."
    return note(source, "district-from-name", what, rows=rows)


def _found(table: NameTable, rows: dict[str, list[NameRow]], source: LayerConfig) -> list[Finding]:
    accepted, settled = rows.get("accepted", []), rows.get("settled", [])
    if not accepted and not settled:
        return []
    scores = [row.choices[0].score for row in accepted]
    how = f" with scores from {min(scores):.2f} to {max(scores):.2f}" if scores else ""
    written = sum(score < 1.0 for score in scores)
    what = (
        f"{len(accepted) + len(settled):,} of {len(table.rows):,} schools without coordinates have those of a place of "
        f"their name in {table.places}: {len(accepted):,} by the name{how} ({written:,} written in another way), "
        f"{len(settled):,} by hand."
    )
    why = f"Accepted is a score of {ACCEPT:g} or more to which nothing else comes within {MARGIN:g}."
    fix = f"Look through {STEM}.xlsx of geoplan intake; a decision there goes before the score."
    ids = [row.id for row in (*accepted, *settled)]
    return [note(source, "located-by-name", what, rows=ids, why=why, fix=fix)]


def _shown(rows: Sequence[NameRow]) -> str:
    """A few of the rows; of their reasons the last, which is the strongest doubt."""
    told = []
    for row in rows[:_SHOWN]:
        best = row.choices[0]
        told.append(f"{row.name} ↔ {best.name} {best.score:.2f} ({best.why_en.rpartition('; ')[2]})")
    return "; ".join(told) + ("; …" if len(rows) > _SHOWN else "")
