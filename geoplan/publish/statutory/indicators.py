"""表7 指标表: the figures that the plan promises, beside their base year and what they are now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.ledger.indicators import INDICATORS
from geoplan.ledger.words import unit_words
from geoplan.publish.sheets import Column, Sheet, Value
from geoplan.publish.sheets_ledger import is_handful, published_words, verdict_words
from geoplan.publish.statutory.printed import PrintedTable
from geoplan.rules import Kind

if TYPE_CHECKING:
    from geoplan.ledger import Entry, Ledger
    from geoplan.rules import Clause

_TITLE = ("规划指标表", "Indicators")
_SIGNS = {
    "<=": "不大于 ≤", "<": "小于 <", ">=": "不小于 ≥", ">": "大于 >", "=": "等于 =", "~=": "约 ≈", "between": "区间 –",
    "baseline": "基期 base",
}  # fmt: skip
_COLUMNS = (
    Column("条款", "clause", width=11),
    Column("指标", "indicator", "words", 42),
    Column("学段", "level", "words", 15),
    Column("基期值", "base", "lines", 16),
    Column("算子", "operator", "words", 12),
    Column("目标值", "target", "lines", 16),
    Column("期限", "deadline", "year", 8),
    Column("现值（测算）", "result", "decimal", 12),
    Column("单位", "unit", "lines", 9),
    Column("判定", "verdict", "words", 17),
    Column("测算依据", "how it comes about", "lines", 44),
    Column("条文", "text", "lines", 46),
    Column("出处", "source", "lines", 32),
)


def indicators_table(ledger: Ledger | None) -> PrintedTable:
    """规划指标表 of the whole area: clauses that set a figure, or whose indicator gives one."""
    rows = [] if ledger is None else _rows(ledger)
    notes = [
        (
            "“缺数据”不等于不符合；分区县的判定见台账。涉及少于10名学生的数值不列。",
            "No data does not mean not met; verdicts by county stand in the ledger. Counts below ten are left out.",
        )
    ]
    if ledger is not None:
        title = (ledger.profile.title_zh, ledger.profile.title_en)
        notes.insert(0, (f"依据：{title[0]}；期限按{ledger.as_of}年判断。", f"{title[1]}; as of {ledger.as_of}."))
    return PrintedTable(
        7, _TITLE, Sheet("规划指标表", _COLUMNS, tuple(rows), frozen=2), ("见“单位”列", "see the column"), tuple(notes)
    )


def _rows(ledger: Ledger) -> list[tuple[Value, ...]]:
    whole = [entry for entry in ledger.entries if entry.place == "" and entry.clause.kind in {Kind.RULE, Kind.BASELINE}]
    bases = _bases(whole)
    used = {bases[_key(entry.clause)].id for entry in whole if _has_base(entry.clause, bases)}
    # a clause that is counted has a row of its own, also where its figure stands as the base of another one
    return [_row(entry, bases) for entry in whole if entry.clause.kind is Kind.RULE or entry.clause.id not in used]


def _key(clause: Clause) -> tuple[str, str, str]:
    return clause.quantity, clause.level.value, clause.scope


def _is_base(clause: Clause) -> bool:
    return clause.operator == "baseline" or (clause.kind is Kind.BASELINE and clause.operator in {"", "="})


def _bases(entries: list[Entry]) -> dict[tuple[str, str, str], Clause]:
    """The figure of the base year of each quantity: the latest one that the plan gives."""
    found: dict[tuple[str, str, str], Clause] = {}
    for entry in entries:
        clause = entry.clause
        if not (_is_base(clause) and _figure(clause)):
            continue
        before = found.get(_key(clause))
        if before is None or (clause.year or 0, clause.operator == "baseline") > (
            before.year or 0, before.operator == "baseline",
        ):  # fmt: skip
            found[_key(clause)] = clause
    return found


def _has_base(clause: Clause, bases: dict[tuple[str, str, str], Clause]) -> bool:
    """True for a clause that promises something of a quantity whose base is known."""
    base = bases.get(_key(clause))
    return base is not None and not _is_base(clause)


def _row(entry: Entry, bases: dict[tuple[str, str, str], Clause]) -> tuple[Value, ...]:
    clause = entry.clause
    indicator = INDICATORS.get(clause.indicator)
    base = clause if _is_base(clause) else bases.get(_key(clause))
    variant = f"【{entry.variant_zh}】" if entry.variant_zh else ""
    hidden = is_handful(entry)
    return (
        clause.id,
        f"{variant}{indicator.zh} / {indicator.en}" if indicator is not None else clause.text,
        f"{clause.level.zh} / {clause.level.value.replace('_', ' ')}",
        "" if base is None else f"{_figure(base)}{f'（{base.year}）' if base.year else ''}",
        "" if _is_base(clause) else _SIGNS.get(clause.operator, clause.operator),
        "" if _is_base(clause) else _target(entry),
        None if _is_base(clause) else clause.year,
        None if entry.value is None or hidden else round(entry.value, 4),
        entry.unit,
        verdict_words(entry),
        _basis(entry),
        clause.text,
        clause.citation,
    )


def _basis(entry: Entry) -> str:
    """What the figure was computed from, or what is missing."""
    zh, _ = published_words(entry)
    return zh.removeprefix(f"【{entry.variant_zh}】")


def _target(entry: Entry) -> str:
    """The figure to meet, in the unit of the value beside it."""
    return entry.target if entry.target != entry.clause.target else _figure(entry.clause)


def _figure(clause: Clause) -> str:
    """Its bounds as written: `58 %`, `0.3 – 1.2 万人`; '' without one."""
    bounds = list(dict.fromkeys(f"{bound:,.10g}" for bound in (clause.low, clause.high) if bound is not None))
    unit = f" {unit_words(clause.unit)}" if clause.unit else ""
    return f"{' – '.join(bounds)}{unit}" if bounds else ""
