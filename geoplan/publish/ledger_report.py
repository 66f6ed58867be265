"""The ledger as it is published: how the clauses stand, in sentences, a chart and the tables of `sheets_ledger`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from geoplan.ledger import Deadline
from geoplan.publish.chart_kinds import stacked_states
from geoplan.publish.report import Card, Report
from geoplan.publish.sheets_ledger import (
    county_table,
    difference_table,
    ledger_table,
    needs_table,
    project_table,
    wanted,
)
from geoplan.publish.totals_table import totals_table
from geoplan.publish.wording import own_notices
from geoplan.rules import Level, State

if TYPE_CHECKING:
    from geoplan.config import ProjectConfig
    from geoplan.inputs.totals import TotalsRow
    from geoplan.ledger import Difference, Ledger
    from geoplan.plan import Provenance
    from geoplan.types import Finding, Words


STATES: dict[str, tuple[Words, str]] = {
    State.MET: (("符合", "met"), "#6c9cb5"),
    State.NOT_MET: (("不符合", "not met"), "#cf8458"),
    State.POOL: (("与邻近单元统筹", "pool"), "#e3c877"),
    State.AMBIGUOUS: (("条文有歧义", "ambiguous"), "#bf9c43"),
    State.SHOWN: (("仅列示", "shown"), "#a9b8bf"),
    State.NOT_APPLICABLE: (("不适用", "not applicable"), "#d8d6cf"),
    State.NO_DATA: (("缺数据", "no data"), "#e4e2dc"),
}


def ledger_report(
    ledger: Ledger,
    config: ProjectConfig,
    *,
    findings: tuple[Finding, ...],
    provenance: Provenance,
    other: Ledger | None = None,
    differences: tuple[Difference, ...] = (),
    totals: tuple[TotalsRow, ...] = (),
) -> Report:
    """The ledger's page, workbook and JSON.

    Args:
        findings: of the layers and tables; those of the ledger itself are added.
        other, differences: a second profile over the same data, and what its rules would change.
        totals: the project's official totals beside what its layers hold.
    """
    profile = ledger.profile
    tables = [ledger_table(ledger), *county_table(ledger), needs_table(ledger), project_table(ledger)]
    if other is not None:
        tables.append(difference_table(ledger, other, differences))
    tables.append(totals_table(totals))
    notices = [(each["zh"], each["en"]) for each in own_notices(config.notices)]
    notices += [(profile.notice_zh, profile.notice_en)] if profile.notice_zh else []
    return Report(
        stem=f"ledger-{profile.id}",
        title=(f"{profile.title_zh} 逐条合规台账", f"{profile.title_en}: ledger of clauses"),
        project=config.name,
        author=config.author,
        data_date=config.data_date,
        headline=tuple(headline(ledger, other, differences)),
        cards=_cards(ledger),
        charts=(stacked_states(_by_level(ledger), STATES),),
        tables=tuple(table for table in tables if table.sheet.rows),
        notices=tuple(notices),
        findings=(*findings, *ledger.findings),
        footer=tuple(_footer(ledger)),
        facts={
            "profile": profile.id,
            "as_of": ledger.as_of,
            "compared_with": None if other is None else other.profile.id,
            "counts": {state.value: count for state, count in ledger.counts.items()},
        },
        provenance=provenance.as_dict(),
    )  # fmt: skip


def headline(
    ledger: Ledger, other: Ledger | None = None, differences: tuple[Difference, ...] = ()
) -> list[tuple[str, str]]:
    """What a deputy mayor reads: how many clauses stand how, which are overdue, what is missing to know more."""
    rules = ledger.whole_verdicts
    counts = Counter(entry.state for entry in rules)
    overdue = [entry for entry in rules if entry.state is State.NOT_MET and entry.deadline is Deadline.PASSED]
    lines = [_counted(counts)]
    if overdue:
        named = "、".join(entry.clause.id for entry in overdue)
        lines.append(
            (
                f"期限已过而未达标{len(overdue)}项：{named}。",
                f"{len(overdue)} are past their deadline and not met: {named.replace('、', ', ')}.",
            )
        )
    for (zh, en), count in wanted(ledger)[:3]:
        lines.append((f"补充{zh}，可再核查{count}条。", f"With {en}, {count} more could be checked."))
    named_projects = ledger.projects.named
    if named_projects:
        done = sum(line.status == "finished" for line in named_projects)
        lines.append(
            (
                f"规划点名项目{len(named_projects)}个，已完成{done}个。",
                f"{len(named_projects)} named projects, {done} of them finished.",
            )
        )
    if other is not None:
        changed = sum(each.changes and each.place == "" for each in differences)
        lines.append(
            (
                f"改用{other.profile.title_zh}的规则，全域判定有变化的{changed}项，见“规则比较”。",
                f"Under the rules of {other.profile.title_en}, {changed} verdicts for the whole area would differ.",
            )
        )
    return lines


def _counted(counts: Counter[State]) -> Words:
    named = [(words, counts[State(state)]) for state, (words, _) in STATES.items() if counts[State(state)]]
    zh = f"{counts.total()}条可核查条款的全域判定：{'，'.join(f'{words[0]}{count}' for words, count in named)}。"
    en = f"{counts.total()} clauses can be checked; for the whole area: "
    return zh, f"{en}{', '.join(f'{count} {words[1]}' for words, count in named)}."


def _cards(ledger: Ledger) -> tuple[Card, ...]:
    rules = ledger.whole_verdicts
    counts = Counter(entry.state for entry in rules)
    overdue = sum(entry.state is State.NOT_MET and entry.deadline is Deadline.PASSED for entry in rules)
    return (
        Card("符合", "met", str(counts[State.MET]), "项", "good"),
        Card("不符合", "not met", str(counts[State.NOT_MET]), "项", "bad" if counts[State.NOT_MET] else ""),
        Card("其中已过期限", "of these overdue", str(overdue), "项", "bad" if overdue else ""),
        Card("条文有歧义", "ambiguous", str(counts[State.AMBIGUOUS]), "项", "doubt" if counts[State.AMBIGUOUS] else ""),
        Card("缺数据", "no data", str(counts[State.NO_DATA]), "项", "doubt" if counts[State.NO_DATA] else ""),
    )


def _by_level(ledger: Ledger) -> list[tuple[Words, Counter[str]]]:
    """Verdicts for the whole area by level; levels without a clause that can be checked are left out."""
    found: dict[Level, Counter[str]] = {level: Counter() for level in Level}
    for entry in ledger.whole_verdicts:
        found[entry.clause.level][entry.state] += 1
    return [((level.zh, level.value.replace("_", " ")), counts) for level, counts in found.items() if counts]


def _footer(ledger: Ledger) -> list[Words]:
    profile = ledger.profile
    sources = sorted({(clause.source, clause.source_title) for clause in profile.clauses})
    lines = [
        (
            f"规则集 {profile.id}：{title or source}（{source}），条文逐字录入，行号见“出处”列。",
            f"Profile {profile.id}: {source}; clauses verbatim, with their line.",
        )
        for source, title in sources
    ]
    lines.append(
        (
            f"期限按{ledger.as_of}年判断。“缺数据”不等于不符合。少于10名学生的计数不公布。",
            f"Deadlines as of {ledger.as_of}. No data does not mean not met. Counts below ten pupils are hidden.",
        )
    )
    return lines
