"""Tables on the sheets of a stage; every figure is the plan's own, as it may be published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.publish.atlas import phrases
from geoplan.publish.atlas.marks import is_ending
from geoplan.publish.atlas.sheet import SheetTable, TableColumn
from geoplan.publish.figures import part
from geoplan.publish.privacy_sites import gap_way_m
from geoplan.publish.sheets import district_label, id_words, noun

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.coverage import Gap, Supply
    from geoplan.plan import ProposedSite, StagePlan, View
    from geoplan.publish.atlas.sheet import Folio
    from geoplan.types import Stage


def schools_table(folio: Folio, supply: Supply) -> SheetTable:
    """Schools and seats of every district."""
    plan, seats = folio.plan, folio.seats.array(supply.stage, supply.ids)
    columns = [TableColumn("片区", 30), TableColumn("学校", 12, "right")]
    columns += [TableColumn("公办", 12, "right")] if supply.knows_ownership else []
    columns += [TableColumn("学位（已知，含民办）", 26, "right")]
    rows = []
    for row, name in [*enumerate(plan.units.district_names), (-1, "片区以外")]:
        mine = supply.district == row
        if row < 0 and not mine.any():
            continue
        public = [f"{int((mine & supply.is_public).sum()):,}"] if supply.knows_ownership else []
        rows.append((name, f"{int(mine.sum()):,}", *public, phrases.seats(seats[mine])))
    return SheetTable("各片区学校", tuple(columns), tuple(rows), more="另有 {left} 个片区未列")


def layout_table(folio: Folio, stage_plan: StagePlan) -> SheetTable:
    """Schools of every district that stay, come and go."""
    plan, supply = folio.plan, stage_plan.proposal.before.supply
    ending = is_ending(folio, supply)
    columns = [TableColumn("片区", 30), TableColumn("保留", 12, "right"), TableColumn("选址新建", 14, "right")]
    columns += [TableColumn("拟撤并", 12, "right")] if ending.any() else []
    new = np.array([site.district for site in stage_plan.proposal.sites], dtype=int)
    rows = []
    for row, name in [*enumerate(plan.units.district_names), (-1, "片区以外")]:
        mine = supply.district == row
        counts = [int((mine & ~ending).sum()), int((new == row).sum())]
        counts += [int((mine & ending).sum())] if ending.any() else []
        if row >= 0 or any(counts):
            rows.append((name, *(f"{count:,}" for count in counts)))
    return SheetTable("各片区布局", tuple(columns), tuple(rows), more="另有 {left} 个片区未列")


def coverage_table(folio: Folio, view: View, *, is_after: bool) -> SheetTable:
    """Who is within the radius, by district; after the plan with the share of today beside it."""
    word = noun(folio.plan)[0]
    columns = [TableColumn("片区", 30), TableColumn(f"评估{word}", 18, "right"), TableColumn("半径外", 16, "right")]
    columns += [TableColumn("现状", 12, "right"), TableColumn("规划", 12, "right")] if is_after else []
    columns += [] if is_after else [TableColumn("覆盖率", 14, "right")]
    districts = (view.after if is_after else view.before).by_district()
    rows: list[tuple[str, ...]] = []
    for each, name, tally in districts:
        if not tally.people > 0:
            rows.append((name, *["—"] * (len(columns) - 1)))
            continue
        now, then = (f"{phrases.view_key(view, is_after=after)}.district.{part(each)}" for after in (False, True))
        key = then if is_after else now
        counts = [folio.word(f"{key}.{column}") for column in ("assessed", "uncovered")]
        shares = [folio.word(f"{which}.share") for which in ((now, then) if is_after else (now,))]
        rows.append((name, *counts, *shares))
    return SheetTable("各片区覆盖", tuple(columns), tuple(rows), more="另有 {left} 个片区未列")


def gaps_table(folio: Folio, stages: Sequence[StagePlan], *, district: int | None = None) -> SheetTable:
    """The gaps of one or several stages, most people first; of one district where it is given."""
    several = len(stages) > 1
    columns = (
        TableColumn("编号", 13 if several else 10), TableColumn("位置", 34),
        TableColumn(noun(folio.plan)[0], 15, "right"), TableColumn("最近学校", 17, "right"),
    )  # fmt: skip
    gaps = [
        (stage_plan, gap)
        for stage_plan in stages
        for gap in stage_plan.basis.gaps
        if district is None or gap.district == district
    ]
    # within a stage they stand in this order already
    gaps.sort(key=lambda each: -each[1].people)
    rows = tuple(
        _gap_row(folio, each, gap, named=district is None, prefix=each.stage.zh[0] if several else "")
        for each, gap in gaps
    )
    title = "缺口（各学段，人数由多到少）" if several else f"{stages[0].stage.zh}缺口（人数由多到少）"
    return SheetTable(title, columns, rows, more="另有 {left} 处较小缺口，见数据表“缺口”")


def _gap_row(folio: Folio, stage_plan: StagePlan, gap: Gap, *, named: bool, prefix: str) -> tuple[str, ...]:
    view = stage_plan.basis
    demand = view.before.demand
    heaviest = demand.unit[gap.points[np.argmax(demand.people[gap.points])]]
    place = f"{demand.units.place_name(int(heaviest))}一带"
    district = district_label(folio.plan, gap.district) if named else ""
    where = place if place.startswith(district) else f"{district}·{place}"
    way = gap_way_m(folio.plan, gap)
    far = "—" if np.isnan(way) else f"{way:,.0f} 米" if np.isfinite(way) else "不可达"
    return f"{prefix}{gap.id}", where, folio.word(f"{phrases.view_key(view)}.gap.{part(gap.id)}.people"), far


def sites_table(folio: Folio, stages: Sequence[StagePlan], *, district: int | None = None) -> SheetTable:
    """The proposed sites of one or several stages with the numbers of the map; of one district where it is given."""
    named = (TableColumn("片区", 16),) if district is None else ()
    columns = (
        TableColumn("号", 7), TableColumn("名称", 34), *named, TableColumn("学位", 11, "right"),
        TableColumn(f"新增覆盖{noun(folio.plan)[0]}", 18, "right"),
    )  # fmt: skip
    several = len(stages) > 1
    rows = tuple(
        (f"{stage_plan.stage.zh[0] if several else ''}{number}", *_site_row(folio, stage_plan, site, named=bool(named)))
        for stage_plan in stages
        for number, site in enumerate(stage_plan.proposal.sites, start=1)
        if district is None or site.district == district
    )
    title = "规划新建学校一览" if several else f"规划新建{stages[0].stage.zh}一览"
    return SheetTable(title, columns, rows, more="另有 {left} 所，见近期建设项目表")


def _site_row(folio: Folio, stage_plan: StagePlan, site: ProposedSite, *, named: bool) -> tuple[str, ...]:
    district = (district_label(folio.plan, site.district),) if named else ()
    key = site_key(stage_plan.stage, site)
    return (
        site.name or id_words(site.id, "sites"),
        *district,
        folio.word(f"{key}.seats"),
        folio.word(f"{key}.people_newly"),
    )


def site_key(stage: Stage, site: ProposedSite) -> str:
    """What the ids of a site's figures begin with."""
    return f"{stage.value}.site.{part(site.id)}"
