"""Figures of coverage: by stage, travel mode and phase, for the whole project, its districts and its gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.publish.figures import methods
from geoplan.publish.figures.figure import Figure, cited, part, printed
from geoplan.publish.privacy_sites import told_count
from geoplan.publish.privacy_tallies import gap_people, public_tallies, public_tally
from geoplan.publish.sheets import every_view, noun
from geoplan.types import Travel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoplan.coverage import Coverage, Gap
    from geoplan.plan import Plan, StagePlan, View
    from geoplan.publish.figures.figure import Method
    from geoplan.publish.privacy import Count
    from geoplan.publish.privacy_tallies import PublicTally

TRAVEL_EN = {Travel.STRAIGHT: "straight line", Travel.WALK: "walking network"}


def coverage_figures(plan: Plan) -> Iterator[Figure]:
    """Every figure of every view."""
    for stage_plan, view in every_view(plan):
        kind = _View(plan, stage_plan, view)
        yield from kind.totals()
        yield from kind.districts()
        yield from kind.gaps()


class _View:
    """The figures of one stage by one travel mode."""

    def __init__(self, plan: Plan, stage_plan: StagePlan, view: View) -> None:
        self.plan, self.view = plan, view
        self.key = f"{stage_plan.stage.value}.{view.travel.value}"
        self.zh = f"{stage_plan.stage.zh}，{view.travel.zh}"
        self.en = f"{stage_plan.stage.value}, {TRAVEL_EN[view.travel]}"
        self.noun = noun(plan)
        self.rule, self.citation = cited(*(radius.rule for radius in view.before.radii))
        self.layers = stage_layers(plan, stage_plan, view.travel)
        # nobody asks today's coverage where a school might be built
        self.layers_today = {role: rows for role, rows in self.layers.items() if role != "sites"}
        self.years = stage_plan.programme.years

    def totals(self) -> Iterator[Figure]:
        for phase, words, coverage in self._phases():
            key = f"{self.key}.{phase}"
            yield self._figure(
                f"{key}.schools", words, ("学校数", "schools"), len(coverage.supply), "schools", methods.SCHOOLS
            )
            yield from self._tally(key, words, public_tally(self.plan, coverage.total))
            every = [(gap, self._left(gap, coverage)) for gap in self.view.all_gaps]
            still = [left for _, left in every if left > 0]
            yield self._figure(f"{key}.gaps", words, ("缺口数", "gaps"), len(still), "gaps", methods.GAPS)
            in_gaps = ("gap", coverage.stage.value, coverage.travel.value, phase)
            people = told_count(self.plan, sum(still), *in_gaps) if still else 0
            yield self._figure(
                f"{key}.people_in_gaps", words, (f"缺口内{self.noun[0]}", f"{self.noun[1]} in gaps"), people,
                self.noun[1], methods.GAPS,
            )  # fmt: skip

    def districts(self) -> Iterator[Figure]:
        for phase, (zh, en), coverage in self._phases():
            districts = coverage.by_district()
            shown = public_tallies(self.plan, [tally for _, _, tally in districts])
            for (each, name, _), tally in zip(districts, shown, strict=True):
                key = f"{self.key}.{phase}.district.{part(each)}"
                yield from self._tally(key, (f"{zh}，{name}", f"{en}, {name}"), tally, rows=(f"districts:{each}",))

    def gaps(self) -> Iterator[Figure]:
        for gap in self.view.all_gaps:
            for phase, (zh, en), coverage in self._phases(steps=False):
                people = self._left(gap, coverage)
                if gap.closings and phase == "before":
                    phase, zh, en, people = "closing", *_by_closing(gap), gap.people  # noqa: PLW2901
                yield self._figure(
                    f"{self.key}.{phase}.gap.{part(gap.id)}.people",
                    (f"{zh}，缺口 {gap.id}", f"{en}, gap {gap.id}"),
                    (f"半径以外{self.noun[0]}", f"{self.noun[1]} beyond the radius"),
                    gap_people(self.plan, gap, "before" if phase == "closing" else phase, people),
                    self.noun[1],
                    methods.GAPS,
                    rows=self._gap_rows(gap),
                )

    def _gap_rows(self, gap: Gap) -> tuple[str, ...]:
        """Where the gap lies, and the schools whose closing makes it."""
        at = (f"districts:{self.plan.units.district_ids[gap.district]}",) if gap.district >= 0 else ()
        return (*at, *(f"schools:{each}" for each in gap.closings))

    def _phases(self, *, steps: bool = True) -> list[tuple[str, tuple[str, str], Coverage]]:
        """Key, words and coverage of today, of each year of the programme, and of the finished plan."""
        years = self.years if steps else ()
        return [
            ("before", ("现状", "today"), self.view.before),
            *(
                (str(year), (f"{year}年", str(year)), each)
                for year, each in zip(years, self.view.steps if steps else (), strict=True)
            ),
            ("after", ("规划后", "with the plan"), self.view.after),
        ]

    def _left(self, gap: Gap, coverage: Coverage) -> float:
        return float(coverage.demand.people[gap.points[~coverage.covered[gap.points]]].sum())

    def _tally(
        self, key: str, words: tuple[str, str], tally: PublicTally, *, rows: tuple[str, ...] = ()
    ) -> Iterator[Figure]:
        plan, (zh, en) = self.plan, self.noun
        parts: tuple[tuple[str, str, str, Count, str, Method], ...] = (
            ("people", zh, en, tally.people, en, methods.PEOPLE),
            ("assessed", f"有半径标准的{zh}", f"{en} that a radius applies to",
             tally.assessed, en, methods.ASSESSED),
            ("covered", f"服务半径内{zh}", f"{en} within the radius",
             tally.covered, en, methods.COVERED),
            ("share", "覆盖率", "share within the radius",
             _rounded(tally.share), "share", methods.SHARE),
            ("uncovered", f"服务半径外{zh}", f"{en} beyond the radius",
             tally.uncovered, en, methods.UNCOVERED),
        )  # fmt: skip
        for name, zh_, en_, value, unit, method in parts:
            yield self._figure(f"{key}.{name}", words, (zh_, en_), value, unit, method, rows=rows)
        if tally.pupils is not None and plan.units.counts != "pupils":
            yield self._figure(
                f"{key}.pupils",
                words,
                ("学生", "pupils"),
                tally.pupils,
                "pupils",
                methods.PEOPLE,
                rows=rows,
            )

    def _figure(
        self, key: str, where: tuple[str, str], what: tuple[str, str], value: Count, unit: str, method: Method,
        *, rows: tuple[str, ...] = (),
    ) -> Figure:  # fmt: skip
        return Figure(
            id=key,
            zh=f"{self.zh}，{where[0]}：{what[0]}",
            en=f"{self.en}, {where[1]}: {what[1]}",
            value=value,
            unit=unit,
            text=printed(value, unit),
            rule=self.rule if method is not methods.PEOPLE and method is not methods.SCHOOLS else "",
            citation=self.citation if method is not methods.PEOPLE and method is not methods.SCHOOLS else "",
            layers=self.layers_today if key.startswith(f"{self.key}.before.") else self.layers,
            method=method,
            rows=rows,
        )


def _by_closing(gap: Gap) -> tuple[str, str]:
    """What makes a gap that is none today, in Chinese and English."""
    since = "" if gap.since is None else str(gap.since)
    zh = f"{since}年" if since else ""
    return f"{zh}撤并{'、'.join(gap.closings)}、不建新校时", f"without {', '.join(gap.closings)} {since}".rstrip()


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 6)


def stage_layers(plan: Plan, stage_plan: StagePlan, travel: Travel) -> dict[str, int]:
    """Rows of each layer that a coverage rests on: people, schools of the stage, districts, and on foot the roads."""
    rows = {"population": len(plan.units), "schools": len(stage_plan.views[0].before.supply)}
    roles = ("districts", "sites", *(("roads", "barriers") if travel is Travel.WALK else ()))
    for role in roles:
        if (layer := plan.layers.of(role)) is not None:
            rows[role] = len(layer)
    return rows
