"""The sheets about the proposal, its rules and its origin: 建议, 规则, 说明."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.coverage import tidy
from geoplan.plan import KIND_ZH
from geoplan.publish.privacy import HIDDEN, counted, words
from geoplan.publish.privacy_sites import public_site, solver_value
from geoplan.publish.sheets import (
    Column,
    Sheet,
    Value,
    district_label,
    id_words,
    known,
    noun,
    position_columns,
    positions,
    verdict_cells,
)
from geoplan.publish.wording import PREPARED_BY
from geoplan.rules.profile import EVIDENCE, SERVICE_RADIUS

if TYPE_CHECKING:
    from geoplan.plan import Plan, ProposedSite, StagePlan, StageProposal
    from geoplan.rules import Rule
    from geoplan.types import Finding

QUANTITY_ZH = {
    "service_radius": "服务半径 / service radius",
    "population_per_school": "每校服务人口 / people per school",
    "population_per_public_school": "每所公办校服务人口 / people per public school",
}
STATUS_ZH = {"optimal": "已证明最优", "feasible": "可行，未证明最优", "infeasible": "无解"}
SEVERITY_ZH = {"error": "错误", "warning": "警告", "note": "说明"}


def proposal_sheet(plan: Plan) -> Sheet:
    """建议: every proposed site, why it stands there, and how good the answer is."""
    zh, en = noun(plan)
    columns = (
        Column("学段", "stage", width=20),
        Column("选址依据的出行方式", "chosen by", width=20),
        Column("编号", "id"),
        Column("名称", "name", width=28),
        Column("用地类型", "land", width=26),
        Column("片区", "district", width=16),
        *position_columns(plan),
        Column("开办年份", "opens", "plain", 10),
        Column("学位", "seats", "count", 10),
        Column(f"新增覆盖{zh}", f"{en} newly within the radius", "count", 16),
        Column(f"半径内就近{zh}", f"{en} for whom it is nearest", "count", 16),
        Column("新增覆盖学生", "pupils newly within the radius", "count", 16),
        Column("涉及缺口", "gaps", width=22),
        Column("理由", "why", "lines", 60),
        Column("规模判定", "size verdict", "lines", 20),
        Column("规模说明", "size", "lines", 36),
        Column("规模条文", "size clause", "lines", 40),
        Column("规模条文出处", "size source", "lines", 28),
        Column("次优地块", "next best", width=12),
        Column("改用次优的损失", "loss with it", "count", 14),
        Column("损失单位", "unit of the loss", width=26),
        Column("求解状态", "solver status", width=24),
        Column("目标值", "objective", "count", 16),
        Column("界", "bound", "count", 16),
        Column("差距", "gap to the bound", "gap"),
    )
    rows: list[tuple[Value, ...]] = []
    for stage_plan in plan.stages:
        sites = stage_plan.proposal.sites
        where = positions(plan, np.array([site.xy for site in sites], dtype=float).reshape(-1, 2))
        rows += [_site_row(plan, stage_plan, site, position) for site, position in zip(sites, where, strict=True)]
    return Sheet("建议", columns, tuple(rows), frozen=4)


def _site_row(
    plan: Plan, stage_plan: StagePlan, site: ProposedSite, position: tuple[float, float]
) -> tuple[Value, ...]:
    proposal = stage_plan.proposal
    verdicts = [] if site.verdict is None else [site.verdict]
    other = site.next_best
    told = public_site(plan, stage_plan, site)
    loss = solver_value(plan, proposal, None if other is None else other.loss)
    kind = KIND_ZH.get(site.kind, (site.kind, site.kind))
    return (
        f"{stage_plan.stage.zh} / {stage_plan.stage.value}",
        f"{proposal.travel.zh} / {proposal.travel.value}",
        id_words(site.id, "sites"),
        site.name,
        " / ".join(dict.fromkeys(kind)),
        district_label(plan, site.district),
        *position,
        stage_plan.programme.year_of(site.id),
        known(site.seats),
        told.people_newly,
        told.people_assigned,
        told.pupils_newly,
        "、".join(site.gaps),
        "\n".join(f"{words(plan, zh)} / {words(plan, en)}" for zh, en in site.why),
        *verdict_cells(plan, verdicts, [""] * len(verdicts)),
        "" if other is None or other.other is None else id_words(other.other, "sites"),
        None if loss is None else tidy(loss),
        "" if loss is None else " / ".join(proposal.unit),
        *_quality(plan, proposal),
    )


def _quality(plan: Plan, proposal: StageProposal) -> tuple[Value, ...]:
    status, solution = proposal.solution.status.value, proposal.solution
    objective, bound = (solver_value(plan, proposal, each) for each in (solution.objective, solution.bound))
    return f"{STATUS_ZH.get(status, status)} / {status}", objective, bound, solution.gap


def rules_sheet(plan: Plan) -> Sheet:
    """规则: every rule that a figure of the plan rests on, with its file, line and evidence."""
    columns = (
        Column("规则", "rule", width=14),
        Column("学段", "stage", width=20),
        Column("城乡", "area", width=14),
        Column("指标", "quantity", width=34),
        Column("界限", "bounds", width=26),
        Column("条文", "clause", "lines", 56),
        Column("文件", "file", width=30),
        Column("行", "line", "plain", 8),
        Column("证据", "evidence", width=34),
        Column("规则集", "profile", width=14),
        Column("合并自", "merges", width=18),
        Column("提示", "notice", "lines", 56),
    )
    rows = tuple(_rule_row(rule) for rule in plan.rules_in_force())
    return Sheet("规则", columns, rows)


def _rule_row(rule: Rule) -> tuple[Value, ...]:
    return (
        rule.id,
        f"{rule.stage.zh} / {rule.stage.value}",
        f"{rule.area.zh} / {rule.area.value}",
        QUANTITY_ZH.get(rule.quantity, rule.quantity),
        _bounds(rule),
        rule.clause,
        rule.source,
        rule.line,
        " / ".join(EVIDENCE.get(rule.evidence, (rule.evidence,))),
        rule.profile,
        "、".join(rule.merges),
        "\n".join(part for part in (rule.notice_zh, rule.notice_en) if part),
    )


def _bounds(rule: Rule) -> str:
    unit = "米 m" if rule.quantity == SERVICE_RADIUS else "人 people"
    low, high = ("" if value is None else f"{value:,.6g}" for value in (rule.low, rule.high))
    if low and high:
        return f"{low} – {high} {unit}"
    return f"{rule.operator} {low or high} {unit}"


def notes_sheet(plan: Plan) -> Sheet:
    """说明: the notices first, then what was planned from what, how it was solved, and every finding."""
    columns = (Column("项目", "item", width=34), Column("内容", "content", "lines", 130))
    config, crs = plan.config, plan.layers.crs
    book = plan.book
    rows: list[tuple[str, str]] = [("提示 / notice", notice) for notice in config.notices]
    for profile in (book.profile, *book.lenders):
        rows += [(f"规则提示 / rules: {profile.id}", text) for text in profile.notices_for(config.stages)]
    rows += [
        ("项目 / project", config.name),
        ("数据日期 / data date", config.data_date or "未注明 / not given"),
        (" / ".join(PREPARED_BY), config.author),
        ("规则集 / profile", f"{book.profile.title_zh} / {book.profile.title_en} ({book.profile.id})"),
        (
            "坐标系 / CRS",
            "本地坐标（米），无地理参考 / local metres, without georeference" if crs is None else _crs_words(plan),
        ),
        ("人口口径 / counts", " / ".join(noun(plan))),
        (
            "学生数的保密 / suppression",
            (
                f"1-9名学生写作“{HIDDEN}”；只差1-9名即为全部的，写作“>”。 / "
                f"1 to 9 pupils are written {HIDDEN}; all but 1 to 9 of a total are written '>'."
            ),
        ),
    ]
    if unplaced := sum(plan.units.unplaced.values()):
        text = f"{counted(plan, unplaced)}，未计入覆盖率 / not in any share"
        rows.append(("无法落位的人口 / unplaced", text))
    rows += [_solver_row(plan, stage_plan) for stage_plan in plan.stages]
    rows += [_finding_row(plan, finding) for finding in plan.findings]
    rows += [(f"软件版本 / version: {name}", text) for name, text in sorted(plan.provenance.versions.items())]
    return Sheet("说明", columns, tuple(row for row in rows if row[1]))


def _crs_words(plan: Plan) -> str:
    crs = plan.layers.crs
    return "" if crs is None else f"{crs.name} ({crs.to_string()})"


def _solver_row(plan: Plan, stage_plan: StagePlan) -> tuple[str, str]:
    proposal = stage_plan.proposal
    solution = proposal.solution
    parts = [
        f"模型 model {solution.model.value}",
        f"出行 travel {proposal.travel.value}",
        f"状态 status {solution.status.value}",
        f"目标 objective {_figure(solver_value(plan, proposal, solution.objective))} {' / '.join(proposal.unit)}",
        f"界 bound {_figure(solver_value(plan, proposal, solution.bound))}",
        f"差距 gap {'-' if solution.gap is None else f'{solution.gap:.4%}'}",
        f"种子 seed {solution.seed}",
        f"并列 ties {solution.ties}" if solution.ties else "",
        solution.reason,
    ]
    return f"求解 / solver: {stage_plan.stage.zh} {stage_plan.stage.value}", "; ".join(part for part in parts if part)


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{tidy(value):,}"


def _finding_row(plan: Plan, finding: Finding) -> tuple[str, str]:
    severity = finding.severity.value
    return f"{SEVERITY_ZH[severity]} / {severity}: {finding.code}", words(plan, str(finding))
