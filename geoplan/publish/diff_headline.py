"""What changed between two versions of a plan, in a few sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.publish import diff_tables as tables
from geoplan.publish.diff_compare import knows_nearest
from geoplan.publish.diff_moves import moves_table
from geoplan.types import Stage

if TYPE_CHECKING:
    from geoplan.publish.diff_compare import Change, Comparison
    from geoplan.types import Words


def headline(found: Comparison) -> tuple[Words, ...]:
    """What changed, in a few sentences."""
    if found.is_empty:
        zh, en = "两版方案的学校、选址、学位、覆盖、就近学校和判定没有差异。", "The two versions do not differ."
        pair = (found.a, found.b)
        if not all(knows_nearest(each) and each.verdicts for each in pair):
            zh += "就近学校或判定有一版没有公布，未作比较。"
            en += " Nearest schools or verdicts of one version were not published: not compared."
        if found.inputs:
            zh += f"输入有{len(found.inputs)}项不同，所比较的内容没有因此改变。"
            en += f" {len(found.inputs)} inputs differ; nothing that is compared differs for it."
        return ((zh, en), *_saved_again(found))
    sentences = [_count(found.schools, ("学校", "Schools")), _count(found.sites, ("建议选址", "Proposed sites"))]
    sentences += _moved_sentences(found)
    sentences += _coverage_sentences(found)
    if found.scenarios:
        plans = len({each.name for each in found.scenarios})
        sentences.append((f"方案比较：{plans}个比选方案有变化。", f"Scenarios that changed: {plans}."))
    judged = len(found.verdicts) + len(found.clauses)
    sentences.append((f"判定改变：{judged}条。", f"Verdicts that changed: {judged}."))
    sentences.append((f"输入不同：{len(found.inputs)}项。", f"Inputs that differ: {len(found.inputs)}."))
    return (*sentences, *_saved_again(found))


def _saved_again(found: Comparison) -> tuple[Words, ...]:
    count = len(found.resaved)
    if not count:
        return ()
    return (
        (
            f"另有{count}个文件只是重新保存，所读内容相同。",
            f"{count} more files were only saved again: what is read is equal.",
        ),
    )


def _count(changes: tuple[Change, ...], noun: Words) -> Words:
    kinds = [change.kind for change in changes]
    counts = [kinds.count(kind) for kind in ("added", "removed", "changed")]
    if not changes:
        return f"{noun[0]}：没有变化。", f"{noun[1]}: no change."
    moved = sum("year" in change.what for change in changes)
    zh = f"{noun[0]}：新增{counts[0]}、取消{counts[1]}、变更{counts[2]}" + (f"（其中改年份{moved}）" if moved else "")
    en = f"{noun[1]}: {counts[0]} added, {counts[1]} removed, {counts[2]} changed"
    return f"{zh}。", en + (f" ({moved} to another year)." if moved else ".")


def _moved_sentences(found: Comparison) -> list[Words]:
    if not (knows_nearest(found.a) and knows_nearest(found.b)):
        return [
            ("有一版没有逐点公布最近学校，就近变化未比较。", "One version does not tell nearest schools: not compared.")
        ]
    zh, en = ("学生", "pupils") if found.b.counts == "pupils" else ("人", "people")
    sentences = []
    for row in moves_table(found).rows:
        if row[1] == tables.PHASE_WORDS["after"] and row[2] == tables.ALL:
            stage_zh, stage_en = str(row[0]).split(" / ")
            moved, nearer, farther = (_figure(value) for value in row[4:7])
            sentences.append(
                (
                    f"{stage_zh}（建议后）：就近学校改变{moved}{zh}，变近{nearer}{zh}，变远{farther}{zh}。",
                    (
                        f"{stage_en}, proposed: {moved} {en} have another nearest school, {nearer} get nearer, "
                        f"{farther} farther."
                    ),
                )
            )
    return sentences or [("建议后的就近学校没有变化。", "Nearest schools with the proposal do not change.")]


def _coverage_sentences(found: Comparison) -> list[Words]:
    sentences = []
    for stage, travel in found.b.basis.items():
        key = (stage, travel, "after")
        was, becomes = (version.coverage.get(key, {}).get("covered") for version in (found.a, found.b))
        if was != becomes:
            label = Stage(stage).zh
            zh = f"{label}服务半径内（建议后）：{_figure(was)} → {_figure(becomes)}。"
            sentences.append((zh, f"{stage} within the radius, proposed: {_figure(was)} → {_figure(becomes)}."))
    return sentences


def _figure(value: object) -> str:
    return "—" if value is None else f"{value:,.0f}" if isinstance(value, int | float) else str(value)
