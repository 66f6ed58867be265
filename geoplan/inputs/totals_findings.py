"""What the comparison with official totals says, as findings."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from geoplan.config import LayerConfig
from geoplan.inputs.findings import note, warning
from geoplan.inputs.totals import ZH, check_totals

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geoplan.config import ProjectConfig
    from geoplan.config_checks import OfficialTotal
    from geoplan.inputs.totals import TotalsCheck, TotalsRow
    from geoplan.types import Finding, Layers

_SHOWN = 5
_PROJECT = "project.toml"


def check(config: ProjectConfig, layers: Layers) -> list[Finding]:
    """Every difference between the official totals of the project and its layers; nothing without `[totals]`."""
    if not config.totals:
        return []
    result = check_totals(config, layers)
    findings: list[Finding] = []
    for what, group in groupby(result.rows, key=lambda row: row.what):
        rows = tuple(group)
        if any(row.agrees is False for row in rows):
            findings.append(_differs(config, result, what, rows))
        findings.extend(_parts_differ(config, rows))
    findings.extend(_agree(result))
    findings.extend(_not_compared(result.missing))
    findings.extend(_misplaced(result.misplaced))
    return findings


def _differs(config: ProjectConfig, result: TotalsCheck, what: str, rows: Sequence[TotalsRow]) -> Finding:
    whole = next((row for row in rows if row.place == "" and row.official is not None), None)
    parts = [row for row in rows if row.place and row.official is not None]
    apart = sorted((row for row in parts if row.agrees is False), key=lambda row: -abs(row.difference or 0.0))
    told = [f"{named(what)}:"]
    if whole is not None:
        told.append(f"{_against(whole)} ({_source(whole)}).")
    if parts:
        each = "; ".join(f"{row.label or row.place} {_against(row)}" for row in apart[:_SHOWN])
        more = "; …" if len(apart) > _SHOWN else ""
        by_whom = f" ({_source(parts[0])})" if whole is None or parts[0].source != whole.source else ""
        told.append(
            f"By district {len(apart):,} of {len(parts):,} differ{by_whom}" + (f": {each}{more}." if apart else ".")
        )
    nowhere = next((row for row in rows if row.place == "-" and row.found), None)
    if nowhere is not None:
        told.append(f"{_figure(nowhere.found)} of them are in no district.")
    told.extend(_hints(result, what, whole))
    source = config.layers[rows[0].layer]
    why = "Shares, balances and proposals rest on what the layer holds, not on the official figure."
    fix = "Look for missing or doubled rows in the districts named; where both are right, raise tolerance and say why."
    return warning(source, "total-differs", " ".join(told), rows=[row.place for row in apart], why=why, fix=fix)


def _hints(result: TotalsCheck, what: str, whole: TotalsRow | None) -> list[str]:
    """What may explain the difference: rows that do not say, or schools counted at another stage."""
    hints = []
    unknown, serving = dict(result.unknown).get(what, 0), dict(result.serving).get(what)
    if unknown:
        hints.append(f"{unknown:,} rows do not say.")
    if serving is not None and whole is not None and serving != round(whole.found):
        hints.append(f"Each school is counted once, at its highest stage; {serving:,} serve this one.")
    return hints


def _parts_differ(config: ProjectConfig, rows: Sequence[TotalsRow]) -> list[Finding]:
    """The official figures themselves: do the districts add up to the whole?"""
    whole = next((row for row in rows if row.place == ""), None)
    parts = [row.official for row in rows if row.place not in {"", "-"}]
    if whole is None or whole.official is None or not parts or None in parts:
        return []
    total = sum(part for part in parts if part is not None)
    if abs(total - whole.official) < 0.5:
        return []
    what = (
        f"{named(whole.what)}: the official figures of the {len(parts):,} districts add up to {_figure(total)}, "
        f"that of the whole is {_figure(whole.official)}."
    )
    return [note(config.layers[whole.layer], "official-parts-differ", what)]


def _agree(result: TotalsCheck) -> list[Finding]:
    agreeing = [row for row in result.rows if row.agrees]
    if not agreeing:
        return []
    wholes = [row for row in agreeing if row.place == ""]
    each = "; ".join(f"{named(row.what)} {_figure(row.found)} ({_source(row)})" for row in wholes[:_SHOWN])
    told = f": {each}" if each else ""
    what = f"{len(agreeing):,} official totals agree with the layers{told}."
    return [note(LayerConfig("totals", _PROJECT), "totals-agree", what)]


def _not_compared(missing: Iterable[OfficialTotal]) -> list[Finding]:
    names = dict.fromkeys(named(each.what) for each in missing)
    if not names:
        return []
    what = f"No layer holds {', '.join(names)}, or the official figures are blank; they are not compared."
    return [note(LayerConfig("totals", _PROJECT), "total-not-compared", what)]


def _misplaced(misplaced: Iterable[OfficialTotal]) -> list[Finding]:
    places = dict.fromkeys(each.place for each in misplaced)
    if not places:
        return []
    what = f"Official figures name {len(places):,} places that are no district, or several: {', '.join(places)}."[:300]
    fix = "Write the name or id as in the districts layer."
    return [warning(LayerConfig("totals", _PROJECT), "total-of-unknown-place", what, rows=places, fix=fix)]


def named(what: str) -> str:
    """`幼儿园数 kindergartens`."""
    return f"{ZH[what]} {what}"


def _against(row: TotalsRow) -> str:
    """`2,340 against 2,347 official, 7 fewer (-0.30 %)`."""
    difference, official = row.difference or 0.0, row.official or 0.0
    share = f" ({row.share:+.2%})" if row.share is not None else ""
    word = "more" if difference > 0 else "fewer"
    return f"{_figure(row.found)} against {_figure(official)}, {_figure(abs(difference))} {word}{share}"


def _source(row: TotalsRow) -> str:
    year = f", {row.year}" if row.year is not None else ""
    tolerance = f", tolerance {row.tolerance:.1%}" if row.tolerance else ""
    return f"{row.source}{year}{tolerance}"


def _figure(value: float) -> str:
    return f"{value:,.0f}"
