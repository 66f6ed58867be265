"""Tables on the sheets of a stage; every figure is the plan's own, as it may be published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.publish.atlas import phrases
from geoplan.publish.atlas.sheet import SheetTable, TableColumn
from geoplan.publish.privacy import suppressed
from geoplan.publish.privacy_tallies import public_tallies
from geoplan.publish.sheets import district_label, noun

if TYPE_CHECKING:
    from geoplan.coverage import Gap, Supply
    from geoplan.plan import Plan, ProposedSite, StagePlan, View


def schools_table(plan: Plan, supply: Supply) -> SheetTable:
    """Schools and seats of every district."""
    columns = [TableColumn("片区", 30), TableColumn("学校", 12, "right")]
    columns += [TableColumn("公办", 12, "right")] if supply.knows_ownership else []
    columns += [TableColumn("学位（已知）", 22, "right")]
    rows = []
    for row, name in [*enumerate(plan.units.district_names), (-1, "片区以外")]:
        mine = supply.district == row
        if row < 0 and not mine.any():
            continue
        public = [f"{int((mine & supply.is_public).sum()):,}"] if supply.knows_ownership else []
        rows.append((name, f"{int(mine.sum()):,}", *public, phrases.seats(supply.seats[mine])))
    return SheetTable("各片区学校", tuple(columns), tuple(rows), more="另有 {left} 个片区未列")


def coverage_table(plan: Plan, view: View, *, is_after: bool) -> SheetTable:
    """Who is within the radius, by district; after the plan with the share of today beside it."""
    word = noun(plan)[0]
    columns = [TableColumn("片区", 30), TableColumn(f"评估{word}", 18, "right"), TableColumn("半径外", 16, "right")]
    columns += [TableColumn("现状", 12, "right"), TableColumn("规划", 12, "right")] if is_after else []
    columns += [] if is_after else [TableColumn("覆盖率", 14, "right")]
    districts = (view.after if is_after else view.before).by_district()
    shown, today = (
        public_tallies(plan, [tally for _, _, tally in each]) for each in (districts, view.before.by_district())
    )
    rows = []
    for (_, name, tally), public, before in zip(districts, shown, today, strict=True):
        if not tally.people > 0:
            rows.append((name, *["—"] * (len(columns) - 1)))
            continue
        shares = [phrases.open_percent(each.share) for each in ((before, public) if is_after else (public,))]
        rows.append((name, phrases.figure(public.assessed), phrases.figure(public.uncovered), *shares))
    return SheetTable("各片区覆盖", tuple(columns), tuple(rows), more="另有 {left} 个片区未列")


def gaps_table(plan: Plan, view: View, *, district: int | None = None) -> SheetTable:
    """The gaps, most people first; of one district where it is given."""
    columns = (
        TableColumn("编号", 10), TableColumn("位置", 34), TableColumn(noun(plan)[0], 15, "right"),
        TableColumn("最近学校", 17, "right"),
    )  # fmt: skip
    gaps = [gap for gap in view.gaps if district is None or gap.district == district]
    rows = tuple(_gap_row(plan, view, gap, named=district is None) for gap in gaps)
    title = f"{view.before.stage.zh}缺口（人数由多到少）"
    return SheetTable(title, columns, rows, more="另有 {left} 处较小缺口，见数据表“缺口”")


def _gap_row(plan: Plan, view: View, gap: Gap, *, named: bool) -> tuple[str, ...]:
    demand = view.before.demand
    heaviest = demand.unit[gap.points[np.argmax(demand.people[gap.points])]]
    place = f"{demand.units.place_name(int(heaviest))}一带"
    district = district_label(plan, gap.district) if named else ""
    where = place if place.startswith(district) else f"{district}·{place}"
    far = f"{gap.distance_m:,.0f} 米" if np.isfinite(gap.distance_m) else "不可达"
    return gap.id, where, phrases.people(plan, gap.people), far


def sites_table(plan: Plan, stage_plan: StagePlan, *, district: int | None = None, prefix: str = "") -> SheetTable:
    """The proposed sites with the numbers of the map."""
    columns = (
        TableColumn("号", 7), TableColumn("名称", 34), TableColumn("片区", 16), TableColumn("学位", 11, "right"),
        TableColumn(f"新增覆盖{noun(plan)[0]}", 18, "right"),
    )  # fmt: skip
    rows = tuple(
        (f"{prefix}{number}", *_site_row(plan, site))
        for number, site in enumerate(stage_plan.proposal.sites, start=1)
        if district is None or site.district == district
    )
    title = f"规划新建{stage_plan.stage.zh}一览"
    return SheetTable(title, columns, rows, more="另有 {left} 所，见近期建设项目表")


def _site_row(plan: Plan, site: ProposedSite) -> tuple[str, ...]:
    return (
        site.name or site.id,
        district_label(plan, site.district),
        "—" if np.isnan(site.seats) else f"{site.seats:,.0f}",
        phrases.people(plan, site.people_newly),
    )


def pupils_newly(site: ProposedSite) -> str:
    """Pupils who come within the radius, as they may be published."""
    return phrases.figure(suppressed(site.pupils_newly))
