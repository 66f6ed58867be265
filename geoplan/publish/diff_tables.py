"""The tables of a comparison; every figure of page, workbook, JSON and text comes out of these rows."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.publish.diff_compare import shown_change
from geoplan.publish.sheets import Column, Sheet, stage_words
from geoplan.rules import State
from geoplan.types import Stage, Travel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoplan.publish.diff_compare import Change, Comparison
    from geoplan.publish.sheets import Value

KIND_WORDS = {"added": "新增 / added", "removed": "取消 / removed", "changed": "变更 / changed"}
PHASE_WORDS = {"before": "现状 / today", "after": "建议后 / proposed"}
FIELD_WORDS = {
    "name": "名称 name", "stages": "学段 stages", "seats": "学位 seats", "ownership": "办学性质 ownership",
    "year": "年份 year", "kind": "用地类型 land", "position": "位置 position",
}  # fmt: skip
SAVED_AGAIN = "重新保存，内容相同 / saved again, equal"
ALL = "全部 / all"


def schools_table(found: Comparison) -> Sheet:
    """学校变化: schools that only one version has, or that differ."""
    columns = (
        Column("变化", "change", width=16), Column("编号", "id", width=16), Column("名称", "name", width=30),
        Column("学段", "stages", width=24), Column("片区", "district", width=16),
        Column("学位（A）", "seats, A", "count"), Column("学位（B）", "seats, B", "count"),
        Column("变更内容", "what changed", "lines", 44),
    )  # fmt: skip
    rows = tuple(
        (KIND_WORDS[each.kind], each.key, str(each.row["name"]), stages_cell(str(each.row["stages"])),
         str(each.row["place"]), _cell(each.was, "seats"), _cell(each.becomes, "seats"), _what(each))
        for each in found.schools
    )  # fmt: skip
    return Sheet("学校变化", columns, rows, frozen=3)


def sites_table(found: Comparison) -> Sheet:
    """选址变化: proposed sites that were added, dropped, moved to another year, or that differ."""
    columns = (
        Column("变化", "change", width=16), Column("学段", "stage", width=20), Column("编号", "id", width=14),
        Column("名称", "name", width=30), Column("片区", "district", width=16),
        Column("年份（A）", "year, A", "plain"), Column("年份（B）", "year, B", "plain"),
        Column("学位（A）", "seats, A", "count"), Column("学位（B）", "seats, B", "count"),
        Column("变更内容", "what changed", "lines", 44),
    )  # fmt: skip
    rows = tuple(
        (KIND_WORDS[each.kind], stages_cell(str(each.row["stage"])), str(each.row["id"]), str(each.row["name"]),
         str(each.row["district"]), _cell(each.was, "year"), _cell(each.becomes, "year"),
         _cell(each.was, "seats"), _cell(each.becomes, "seats"), _what(each))
        for each in found.sites
    )  # fmt: skip
    return Sheet("选址变化", columns, rows, frozen=4)


def _cell(row: Mapping[str, Any] | None, name: str) -> Value:
    value = None if row is None else row.get(name)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _what(change: Change) -> str:
    if change.was is None or change.becomes is None:
        return ""
    lines = []
    for name in change.what:
        head = FIELD_WORDS[name]
        if name == "position":
            one, other = change.was["xy"], change.becomes["xy"]
            by = "" if one is None or other is None else f"：{np.hypot(one[0] - other[0], one[1] - other[1]):,.0f} m"
            lines.append(f"{head}{by}")
        else:
            lines.append(f"{head}：{_shown(change.was.get(name))} → {_shown(change.becomes.get(name))}")
    return "\n".join(lines)


def _shown(value: object) -> str:
    if value is None or value == "":
        return "—"
    return f"{value:,.0f}" if isinstance(value, float) else str(value)


def stages_cell(key: str) -> str:
    return stage_words(part for part in key.split(";") if part)


def seats_table(found: Comparison) -> Sheet:
    """学位变化: seats of today's schools and proposed sites by district and by what they offer, where they differ.

    Neither what projects build nor what closings end is counted: the headers say so.
    """
    columns = (
        Column("学段", "stages", width=26), Column("片区", "district", width=20),
        Column("现状学校加选址学位（A）", "seats of today's schools and sites, A", "count", 16),
        Column("现状学校加选址学位（B）", "seats of today's schools and sites, B", "count", 16),
        Column("增减", "change", "count"),
    )  # fmt: skip
    rows: list[tuple[Value, ...]] = []
    total: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for stages, district, one, other in found.seats:
        was, becomes = float(one or 0), float(other or 0)
        rows.append((stages_cell(stages), district, was, becomes, becomes - was))
        total[stages][0] += was
        total[stages][1] += becomes
    rows += [
        (stages_cell(key), "以上合计 / sum of these", was, now, now - was) for key, (was, now) in sorted(total.items())
    ]
    return Sheet("学位变化", columns, tuple(rows), frozen=2)


def coverage_table(found: Comparison) -> Sheet:
    """覆盖变化: people within the radius by stage, travel mode and phase; also where it is equal."""
    zh, en = ("学生", "pupils") if found.b.counts == "pupils" else ("人口", "people")
    columns = (
        Column("学段", "stage", width=20), Column("出行方式", "travel", width=22), Column("时点", "phase", width=18),
        Column(f"半径内{zh}（A）", f"{en} within the radius, A", "count", 16),
        Column(f"半径内{zh}（B）", f"{en} within the radius, B", "count", 16), Column("增减", "change", "count"),
        Column("覆盖率（A）", "share, A", "share"), Column("覆盖率（B）", "share, B", "share"),
    )  # fmt: skip
    rows: list[tuple[Value, ...]] = []
    for key in sorted({*found.a.coverage, *found.b.coverage}, key=_view_order):
        one, other = found.a.coverage.get(key, {}), found.b.coverage.get(key, {})
        was, becomes = one.get("covered"), other.get("covered")
        stage, travel, phase = key
        rows.append(
            (stages_cell(stage), f"{Travel(travel).zh} / {travel}", PHASE_WORDS.get(phase, phase), was, becomes,
             shown_change(was, becomes, counts=found.b.counts), one.get("share"), other.get("share"))
        )  # fmt: skip
    return Sheet("覆盖变化", columns, tuple(rows), frozen=3)


def _view_order(key: tuple[str, str, str]) -> tuple[int, int, int, str]:
    stage, travel, phase = key
    place = {"before": 0, "after": 2}.get(phase, 1)
    return list(Stage).index(Stage(stage)), list(Travel).index(Travel(travel)), place, phase


def verdicts_table(found: Comparison) -> Sheet:
    """判定变化: rules and clauses whose verdict differs."""
    columns = (
        Column("条款", "clause", width=22), Column("片区", "district", width=16), Column("范围", "where", width=26),
        Column("判定（A）", "verdict, A", width=24), Column("判定（B）", "verdict, B", width=24),
    )  # fmt: skip
    names = {key: str(row.get("name", "")) for key, row in found.b.districts.items()}
    rows: list[tuple[Value, ...]] = [
        (key[0], names.get(key[1], key[1]) or ALL, f"{key[2]}, {key[3]}", _state(one), _state(other))
        for key, one, other in found.verdicts
    ]
    rows += [(key.removeprefix("clause.").removesuffix(".verdict"), "", "台账 / ledger", one or "—", other or "—")
             for key, one, other in found.clauses]  # fmt: skip
    return Sheet("判定变化", columns, tuple(rows), frozen=1)


def _state(value: str) -> str:
    return f"{State(value).zh} / {value}" if value in tuple(State) else value


def inputs_table(found: Comparison) -> Sheet:
    """输入变化: files and rule profiles whose bytes differ, by the first twelve characters of their hashes."""
    columns = (
        Column("输入", "input", width=34), Column("变化", "change", width=26),
        Column("A", "A", width=16), Column("B", "B", width=16),
    )  # fmt: skip
    rows = [
        (key, KIND_WORDS["added" if not one else "removed" if not other else "changed"], one[:12], other[:12])
        for key, one, other in found.inputs
    ]
    rows += [(key, SAVED_AGAIN, one[:12], other[:12]) for key, one, other in found.resaved]
    return Sheet("输入变化", columns, tuple(rows))


def scenarios_table(found: Comparison) -> Sheet:
    """方案比较变化: other plans that only one version has, or whose sites or figures differ, by stage."""
    zh, en = ("学生", "pupils") if found.b.counts == "pupils" else ("人口", "people")
    columns = (
        Column("变化", "change", width=16), Column("方案", "scenario", width=24), Column("学段", "stage", width=20),
        Column("选址（A）", "sites, A", width=26), Column("选址（B）", "sites, B", width=26),
        Column(f"半径内{zh}（A）", f"{en} within the radius, A", "count", 16),
        Column(f"半径内{zh}（B）", f"{en} within the radius, B", "count", 16),
        Column("增减", "change in count", "count"),
        Column("平均距离（A，米）", "mean way, A (m)", "metres"),
        Column("平均距离（B，米）", "mean way, B (m)", "metres"),
        Column("费用（A）", "cost, A", "count"), Column("费用（B）", "cost, B", "count"),
        *(Column(f"比主方案{word}（{side}）", f"{en} {word_en} than in the main plan, {side}", "count", 16)
          for word, word_en in (("近", "nearer"), ("远", "farther")) for side in "AB"),
    )  # fmt: skip
    rows = []
    for each in found.scenarios:
        one, other = each.was or {}, each.becomes or {}
        pairs = [(one.get(name), other.get(name)) for name in ("covered", "mean_m", "cost", "nearer", "farther")]
        change = shown_change(*pairs[0], counts=found.b.counts)
        rows.append(
            (KIND_WORDS[each.kind], each.name, stages_cell(each.stage), *(_sites(side) for side in (one, other)),
             *pairs[0], change, *(value for pair in pairs[1:] for value in pair))
        )  # fmt: skip
    return Sheet("方案比较变化", columns, tuple(rows), frozen=3)


def _sites(figures: Mapping[str, Any]) -> str:
    return "、".join(str(each) for each in figures.get("sites", ())) or "—"
