"""Figures of clauses: the radii and bands in force, and every entry of the ledger."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from geoplan.ledger.indicators import INDICATORS
from geoplan.ledger.words import figure as written
from geoplan.ledger.words import unit_words
from geoplan.publish.figures import methods
from geoplan.publish.figures.figure import NOTHING, Figure, part, printed, source_of
from geoplan.publish.sheets_ledger import is_handful
from geoplan.rules import State
from geoplan.rules.profile import SERVICE_RADIUS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoplan.ledger import Entry, Ledger
    from geoplan.plan import Plan
    from geoplan.publish.privacy import Count
    from geoplan.types import Layers


def rule_figures(plan: Plan) -> Iterator[Figure]:
    """The bounds of every rule that the plan rests on."""
    for rule in plan.rules_in_force():
        is_radius = rule.quantity == SERVICE_RADIUS
        unit = "m" if is_radius else "people"
        what = ("服务半径", "service radius") if is_radius else ("每校服务人口", "people for each school")
        for name, value, zh, en in (("low", rule.low, "下限", "at least"), ("high", rule.high, "上限", "at most")):
            if value is not None:
                yield Figure(
                    id=f"rule.{part(rule.id)}.{name}",
                    zh=f"{rule.stage.zh}（{rule.area.zh}）{what[0]}{zh}",
                    en=f"{rule.stage.value} ({rule.area.value}), {what[1]}: {en}",
                    value=int(value) if value == int(value) else value,
                    unit=unit,
                    text=printed(value, unit),
                    rule=rule.id,
                    citation=source_of(rule),
                    layers={},
                    method=methods.RULE,
                )


def ledger_figures(ledger: Ledger, layers: Layers) -> Iterator[Figure]:
    """Value, target and verdict of every entry, and how many clauses stand how."""
    seen: Counter[tuple[str, str]] = Counter()
    for entry in ledger.entries:
        place = (entry.clause.id, entry.place)
        seen[place] += 1
        yield from _entry(entry, seen[place], _read(entry, layers))
    counts = Counter(entry.state for entry in ledger.whole_verdicts)
    for state in State:
        yield Figure(
            f"clauses.{state.value}", f"全域判定为“{state.zh}”的条款数",
            f"Clauses that are {state.value.replace('_', ' ')}, whole area", counts[state], "clauses",
            printed(counts[state], "clauses"), "", "", {}, methods.CLAUSE_COUNT,
        )  # fmt: skip


def _read(entry: Entry, layers: Layers) -> dict[str, int]:
    """The layers that the clause's indicator reads, of those that are there, with their rows."""
    indicator = INDICATORS.get(entry.clause.indicator)
    found = {need.role: layers.of(need.role) for need in (indicator.needs if indicator is not None else ())}
    return {role: len(layer) for role, layer in found.items() if layer is not None}


def _entry(entry: Entry, number: int, layers: dict[str, int]) -> Iterator[Figure]:
    clause = entry.clause
    # a second reading of a clause in the same place has a number
    key = f"clause.{part(clause.id)}" + (f"@{number}" if number > 1 else "")
    key += f".{part(entry.place)}" if entry.place else ""
    where = (entry.place_name or entry.place or "全域", entry.place_name or entry.place or "whole area")
    variant = (f"【{entry.variant_zh}】", f" [{entry.variant_en}]") if entry.variant_zh else ("", "")
    hidden = is_handful(entry)
    value: Count = None if entry.value is None or hidden else round(entry.value, 4)
    text = NOTHING if value is None else written(float(value))
    rows = () if hidden else tuple(entry.rows) if entry.count == len(entry.rows) else ()
    at = (f"districts:{entry.place}",) if entry.place else ()
    citation = f"《{clause.source_title}》{clause.citation}" if clause.source_title else clause.citation
    target = unit_words(entry.target)
    lines = (
        ("value", "数值", "value", value, entry.unit, text, methods.CLAUSE),
        ("verdict", "判定", "verdict", entry.verdict_zh, "", entry.verdict_zh, methods.CLAUSE),
        ("target", "目标", "target", target or None, "", target or NOTHING, methods.TARGET),
    )
    for name, zh, en, found, unit, shown, method in lines:
        yield Figure(
            f"{key}.{name}", f"条款 {clause.id}，{where[0]}{variant[0]}：{zh}",
            f"clause {clause.id}, {where[1]}{variant[1]}: {en}", found, unit, shown, clause.id, citation,
            {} if method is methods.TARGET else layers, method, (*at, *rows),
        )  # fmt: skip
