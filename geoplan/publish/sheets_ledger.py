"""The sheets of a ledger: 台账, 区县对照, 缺数据清单, 项目跟踪, 规则比较."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.ledger.needs import needs_words
from geoplan.ledger.words import unit_words
from geoplan.publish.privacy import is_small
from geoplan.publish.report import ReportTable
from geoplan.publish.sheets import Column, Sheet
from geoplan.rules import Kind, State

if TYPE_CHECKING:
    from geoplan.ledger import Difference, Entry, Ledger, Need
    from geoplan.publish.sheets import Value
    from geoplan.types import Words


MOST_ROWS_NAMED = 5
WHOLE = "全域"
_SCOPES = {
    "all": "全域", "urban": "城镇", "rural": "农村", "county": "县（市、区）", "township": "乡镇",
    "main_urban": "主城区",
}  # fmt: skip
_COLUMNS = (
    Column("条款", "clause", width=11),
    Column("条文", "text", "lines", 40),
    Column("类别", "kind", "words", 16),
    Column("学段", "level", "words", 16),
    Column("范围", "scope", "words", 14),
    Column("区县", "county", width=14),
    Column("判定", "verdict", "state", 18),
    Column("数值", "value", "decimal", 12),
    Column("单位", "unit", width=9),
    Column("目标", "target", width=14),
    Column("年份", "year", "year", 8),
    Column("期限", "deadline", "words", 15),
    Column("依据", "how it comes about", "lines", 52),
    Column("英文说明", "in English", "lines", 46),
    Column("涉及", "rows concerned", "lines", 22),
    Column("出处", "source", width=34),
)


def ledger_table(ledger: Ledger) -> ReportTable:
    sheet = Sheet("台账", _COLUMNS, tuple(map(_row, ledger.entries)), frozen=2)
    note = (
        f"每条一行，分区县的条款先全域、后各区县；期限按{ledger.as_of}年判断。",
        f"One row for each clause, the whole area before its counties; deadlines as of {ledger.as_of}.",
    )
    return ReportTable(sheet, ("逐条台账", "Clauses"), note, filters=(2, 3, 5, 6, 11), chosen=((5, WHOLE),))


HANDFUL = (
    "涉及少于10名学生，具体数不公布。",
    "Concerns fewer than ten children; the figures are not published.",
)


def _row(entry: Entry) -> tuple[Value, ...]:
    clause = entry.clause
    zh, en = published_words(entry)
    notice = f"\n注：{clause.notice_zh}" if clause.notice_zh and clause.notice_zh not in zh else ""
    return (
        clause.id,
        clause.text,
        f"{clause.kind.zh} / {clause.kind.value}",
        f"{clause.level.zh} / {clause.level.value.replace('_', ' ')}",
        f"{_SCOPES.get(clause.scope, clause.county_zh or clause.scope)} / {clause.scope}",
        entry.place_name or entry.place or WHOLE,
        verdict_words(entry),
        None if entry.value is None or is_handful(entry) else round(entry.value, 4),
        entry.unit,
        unit_words(entry.target),
        clause.year,
        f"{entry.deadline.zh} / {entry.deadline.value}",
        zh + notice,
        en,
        "" if is_handful(entry) else _rows_named(entry),
        clause.citation,
    )


def is_handful(entry: Entry | None) -> bool:
    """True where a count of children that stands in the entry is not published."""
    return entry is not None and any(is_small(count) for count in entry.children)


def published_words(entry: Entry) -> tuple[str, str]:
    """How the figure comes about, for a page: without its figures where one of them counts a handful of children."""
    if is_handful(entry):
        return HANDFUL
    variant_zh = f"【{entry.variant_zh}】" if entry.variant_zh else ""
    variant_en = f"[{entry.variant_en}] " if entry.variant_en else ""
    return f"{variant_zh}{entry.zh}", f"{variant_en}{entry.en}"


def _rows_named(entry: Entry) -> str:
    if not entry.count:
        return ""
    named = "、".join(entry.rows[:MOST_ROWS_NAMED])
    return named + (f" 等{entry.count}个" if entry.count > MOST_ROWS_NAMED else "")


def state_words(state: State) -> str:
    """`符合 / met`."""
    return f"{state.zh} / {state.value.replace('_', ' ')}"


def verdict_words(entry: Entry) -> str:
    """`未到期：不符合 / deadline open: not met`: the verdict with its deadline, as every output prints it."""
    return f"{entry.verdict_zh} / {entry.verdict_en}"


def county_table(ledger: Ledger) -> list[ReportTable]:
    """Clauses that bind each county, one column for each county."""
    places = [place for place in ledger.places if place]
    by_clause: dict[tuple[str, str], dict[str, Entry]] = {}
    for entry in ledger.entries:
        if entry.clause.by_place and entry.place:
            by_clause.setdefault((entry.clause.id, entry.variant_zh), {})[entry.place] = entry
    if not by_clause or not places:
        return []
    columns = (
        Column("条款", "clause", width=12), Column("条文", "text", "lines", 40), Column("目标", "target", width=13),
        *(Column(ledger.places[place] or place, place, "state", 15) for place in places),
    )  # fmt: skip
    rows = []
    for (clause_id, variant), found in by_clause.items():
        clause = next(iter(found.values())).clause
        cells = [state_words(found[place].state) if place in found else "" for place in places]
        rows.append((f"{clause_id} {variant}".strip(), clause.text, unit_words(clause.target), *cells))
    note = ("分区县核查的条款。", "Clauses that every county has to meet by itself.")
    return [ReportTable(Sheet("区县对照", columns, tuple(rows), frozen=1), ("区县对照", "By county"), note)]


def wanted(ledger: Ledger) -> list[tuple[Words, int]]:
    """What is missing, most useful first: the data request for the bureau."""
    counts = {need: len(clauses) for need, clauses in _needed(ledger).items()}
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0].role, item[0].columns))
    return [(_bare(need), count) for need, count in ordered]


def _needed(ledger: Ledger) -> dict[Need, dict[str, None]]:
    found: dict[Need, dict[str, None]] = {}
    for entry in ledger.entries:
        if entry.state is State.NO_DATA and entry.clause.kind is not Kind.TEXT:
            # of several needs any one serves: the first is the one to ask for
            for need in entry.needs[:1]:
                found.setdefault(need, {})[entry.clause.id] = None
    return found


def _bare(need: Need) -> Words:
    """The layer and its columns without `no data: needs`."""
    zh, en = needs_words((need,))
    return zh.partition("需要 ")[2], en.partition("needs ")[2]


def needs_table(ledger: Ledger) -> ReportTable:
    columns = (
        Column("需要的数据", "data that are needed", "lines", 46),
        Column("英文", "in English", "lines", 46),
        Column("图层", "layer", width=14),
        Column("字段", "columns", "lines", 26),
        Column("条款数", "clauses", "count", 10),
        Column("涉及条款", "which clauses", "lines", 60),
    )
    order = sorted(_needed(ledger).items(), key=lambda item: (-len(item[1]), item[0].role, item[0].columns))
    rows = tuple(
        (*_bare(need), need.role, ", ".join(need.columns), len(clauses), "、".join(clauses)) for need, clauses in order
    )
    note = (
        "向有关部门收集资料时使用：补充一行数据，可核查右侧条款；其他可替代的数据见台账“依据”列。",
        "A data request: each row lets the clauses on its right be checked; the ledger names what else would serve.",
    )
    return ReportTable(Sheet("缺数据清单", columns, rows, frozen=1), ("缺数据清单", "Data wanted"), note)


def project_table(ledger: Ledger) -> ReportTable:
    columns = (
        Column("条款", "clause", width=11),
        Column("项目或任务", "project or task", "lines", 44),
        Column("区县", "county", width=12),
        Column("学段", "level", "words", 18),
        Column("类型", "action", width=14),
        Column("状态", "status", "words", 16),
        Column("判定", "verdict", "state", 18),
        Column("期限", "due", "year", 8),
        Column("班数", "classes", "count", 9),
        Column("学位", "seats", "count", 10),
        Column("开工", "start", "year", 8),
        Column("完工", "finish", "year", 8),
        Column("说明", "how it stands", "lines", 50),
        Column("出处", "source", width=34),
    )
    rows = tuple(
        (
            line.clause.id, line.clause.text, line.clause.county_zh,
            f"{line.clause.level.zh} / {line.clause.level.value.replace('_', ' ')}", line.clause.action,
            f"{line.status_zh} / {line.status or 'no data'}", state_words(line.state), line.clause.year, line.classes,
            line.seats, line.start, line.finish, line.zh, line.clause.citation,
        )
        for line in ledger.projects.lines
    )  # fmt: skip
    note = (
        "规划点名的项目与任务，与项目表逐一对应。",
        "Projects and tasks that the plan names, matched with the projects table.",
    )
    return ReportTable(Sheet("项目跟踪", columns, rows, frozen=2), ("项目跟踪", "Projects"), note, filters=(2, 3, 5, 6))


def difference_table(ledger: Ledger, other: Ledger, differences: tuple[Difference, ...]) -> ReportTable:
    columns = (
        Column("区县", "county", width=14),
        Column(f"本规则：{ledger.profile.id}", "this profile", width=13),
        Column("判定", "verdict here", "state", 18),
        Column(f"对照规则：{other.profile.id}", "the other profile", width=13),
        Column("对照判定", "verdict there", "state", 18),
        Column("多缺", "more missing", "decimal", 12),
        Column("单位", "unit", width=9),
        Column("说明", "in words", "lines", 70),
        Column("英文", "in English", "lines", 60),
    )
    rows = tuple(
        (
            each.place_name or WHOLE, _clause_of(each.one), _state_of(each.one), _clause_of(each.other),
            _state_of(each.other), *_more(each),
        )
        for each in differences
    )  # fmt: skip
    note = (
        f"同一套数据，改用{other.profile.title_zh}的规则会有什么不同。",
        f"The same data under the rules of {other.profile.title_en}.",
    )
    return ReportTable(
        Sheet("规则比较", columns, rows, frozen=1), ("规则比较", "Profiles compared"), note, filters=(0, 4)
    )


def _more(each: Difference) -> tuple[Value, ...]:
    if is_handful(each.one) or is_handful(each.other):
        return None, "", *HANDFUL
    return each.more or None, each.unit if each.more else "", each.zh, each.en


def _clause_of(entry: Entry | None) -> str:
    return "" if entry is None else entry.clause.id


def _state_of(entry: Entry | None) -> str:
    return "" if entry is None else state_words(entry.state)
