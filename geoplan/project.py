"""The facade: one project, from its folder to its published map."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from geoplan import accounts, plans
from geoplan.config import read_project
from geoplan.coverage import (
    LIMIT_MINUTES,
    Coverage,
    Radius,
    barrier_crossings,
    close_school,
    coarse_cells,
    edge_effect,
    existing_supply,
    measure,
    radii_in_force,
    verdicts,
)
from geoplan.demand import Demand, Method, StageSeats, Units, build_demand, build_units, districts_of, stage_seats
from geoplan.errors import InputError, TravelError, near_match
from geoplan.files import bundled
from geoplan.inputs import check_layers, load_layers
from geoplan.inputs.totals import check_totals
from geoplan.ledger import compare
from geoplan.locate import Model
from geoplan.plan import (
    Plan,
    StageProposal,
    Wish,
    ZoneProposal,
    ZoneWish,
    candidates_for,
    data_year,
    propose,
    propose_zones,
    provenance_of,
    zone_task,
)
from geoplan.rules import Verdict, open_rule_book, user_radius
from geoplan.travel import Straight, Walk
from geoplan.travel.engine import network_findings, walking_engine
from geoplan.travel.islands import island_people
from geoplan.types import Area, Finding, Severity, Stage, Travel, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from geoplan.config import ProjectConfig
    from geoplan.coverage import Closure, Supply
    from geoplan.ledger import Ledger
    from geoplan.locate import Progress
    from geoplan.plan import PupilPlan
    from geoplan.publish.zones_public import ZoneBook
    from geoplan.rules import RuleBook
    from geoplan.travel import TravelEngine
    from geoplan.types import Layers


class Project:
    """A project folder, opened. Layers are read once, when they are first needed.

    Example:
        >>> project = geoplan.Project.open("my-city")
        >>> project.coverage("kindergarten")
        >>> project.propose("primary", new=3)
        >>> project.publish("consultation")
    """

    def __init__(self, config: ProjectConfig) -> None:
        self.config = config
        self._engines: dict[Travel, TravelEngine] = {}

    @classmethod
    def open(cls, folder: str | Path) -> Project:
        """Open the project in `folder` (or given by its project.toml).

        Raises:
            MissingFileError: there is no project.toml.
            ConfigError: it cannot be used; every fault is listed.
        """
        return cls(read_project(Path(folder)))

    @classmethod
    def demo(cls) -> Project:
        """The bundled demo, 邢台 (semi-real: see data/README.md)."""
        return cls.open(bundled("data") / "demo")

    def __repr__(self) -> str:
        stages = ", ".join(self.config.stages)
        return f"Project({self.config.name!r}; profile {self.config.profile}; {stages}; {self.config.folder})"

    @cached_property
    def layers(self) -> Layers:
        """All layers, checked.

        Raises:
            InputError: one or more cannot be used; the message lists every cause.
        """
        at_hand = self.__dict__.get("layers_at_hand")
        return at_hand if at_hand is not None and accounts.is_placed(at_hand) else load_layers(self.config)

    @cached_property
    def units(self) -> Units:
        """The population, row by row."""
        return build_units(self.layers, self.config.layers["population"])

    @cached_property
    def layers_at_hand(self) -> Layers:
        """Whatever the project holds, with places or without: what forecasts, balances and the ledger are made from.

        Raises:
            InputError: a layer or table cannot be used; the message lists every cause.
        """
        return load_layers(self.config, roles=tuple(self.config.layers), placed=False)

    @cached_property
    def units_at_hand(self) -> Units | None:
        """The population of `layers_at_hand`, or None where it has no places."""
        return accounts.units_at_hand(self)

    @cached_property
    def rule_book(self) -> RuleBook:
        """The rule profile with the profiles that lend it a radius."""
        config = self.config
        return open_rule_book(config.profile, radius_profiles=config.radius_profiles, project_dir=config.folder)

    @property
    def travels(self) -> tuple[Travel, ...]:
        """The travel modes that the layers can answer, straight line first."""
        return (Travel.STRAIGHT, Travel.WALK) if self.layers.roads is not None else (Travel.STRAIGHT,)

    def check(self) -> tuple[Finding, ...]:
        """Every finding about the input, errors included; raises nothing for bad input."""
        layers, findings = check_layers(self.config)
        if layers is None:
            return findings
        self.__dict__["layers"] = layers
        try:
            findings = (*findings, *self.units.findings)
        except InputError as error:
            return (*findings, Finding(Severity.ERROR, "people-not-spread", str(error), layer="population"))
        return findings if layers.roads is None else (*findings, *self._network_findings())

    def _network_findings(self) -> tuple[Finding, ...]:
        """The walking network's own findings, its pieces and who stands on islands."""
        try:
            walk = self.engine(Travel.WALK)
        except TravelError as error:
            return (Finding(Severity.ERROR, "no-network", str(error), layer="roads"),)
        assert isinstance(walk, Walk)  # noqa: S101  the engine of that mode
        joined = self.config.layers["roads"].roads.join_m
        return network_findings(walk, self.layers, self.units.people, self.units.geometry, joined_m=joined)

    def engine(self, travel: Travel, *, progress: Callable[[str], None] = silent) -> TravelEngine:
        """The engine of a travel mode.

        Args:
            travel: straight or walk.
            progress: told the steps of building a large network.

        Raises:
            TravelError: walking is asked for and the project has no roads, or its network would not fit.
        """
        if travel not in self._engines:
            if travel is Travel.STRAIGHT:
                self._engines[travel] = Straight()
            elif self.layers.roads is None:
                raise TravelError(
                    "Walking was asked for, and the project has no roads. Add [layers.roads] to project.toml, "
                    "or use --travel straight."
                )
            else:
                roads = self.config.layers["roads"].roads
                self._engines[travel] = walking_engine(self.layers.roads, self.layers, roads, progress)
        return self._engines[travel]

    @cached_property
    def stage_seats(self) -> StageSeats:
        """Seats of every school by stage, by the rule of the balance; also of those that open later or have closed."""
        if self.layers.schools is None:
            return StageSeats((), None)
        caps = self.rule_book.caps() | dict(self.config.balance.caps)
        return stage_seats(self.layers.schools.frame, caps, place=districts_of(self.layers, "schools"))

    def coverage(
        self,
        stage: Stage | str,
        *,
        travel: Travel | str = Travel.STRAIGHT,
        radius_m: float | None = None,
    ) -> Coverage:
        """Who is served today.

        Args:
            stage: kindergarten, primary, junior or senior.
            travel: straight or walk.
            radius_m: one radius for everyone, in place of the profile's.

        Raises:
            RuleError: no profile gives a radius for the stage.
            TravelError: walking without roads.
        """
        stage, travel = Stage(stage), Travel(travel)
        radii = self.radii(stage, radius_m)
        supply = self._supply(stage)
        found = measure(self.engine(travel), self._demand(stage, radii), supply, radii, self._no_schools(stage))
        extra = (*coarse_cells(found), *edge_effect(found), *barrier_crossings(found, self.layers.barriers))
        engine = self.engine(travel)
        if isinstance(engine, Walk) and self.layers.roads is not None:
            extra += island_people(engine, found.demand.xy, found.demand.people, file=self.layers.roads.file)
        return replace(found, findings=(*found.findings, *extra))

    def coverage_by(self, book: RuleBook, stage: Stage) -> Coverage:
        """Coverage of today under the radii of any rule book, by the travel mode that proposals use.

        Raises:
            RuleError: the book has no radius for the stage where people live.
        """
        radii = radii_in_force(book, stage, self.units.classes)
        supply = self._supply(stage)
        return measure(self.engine(self.proposal_travel), self._demand(stage, radii), supply, radii)

    def pupils(
        self,
        *,
        method: Method | str | None = None,
        seats: bool = True,
        progress: Callable[[str], None] = silent,
    ) -> PupilPlan:
        """Pupils by stage, district and year, and seats against them.

        Args:
            method: cohort, progression, ratio or housing; None for all that the tables feed, led by project.toml's.
            seats: also the balance of seats and access to them; without it only the forecasts.
            progress: told each step.

        Raises:
            InputError: no such method, or none can be fed; the message says what each one needs.
        """
        if method is not None and method not in tuple(Method):
            known = ", ".join(Method)
            raise InputError(f"No method {method!r}. Known: {known}.{near_match(method, tuple(Method))}")
        wanted = None if method is None else Method(method)
        return accounts.pupil_plan(self, method=wanted, seats=seats, progress=progress)

    def publish_pupils(
        self, plan: PupilPlan, *, out: str | Path | None = None, progress: Callable[[str], None] = silent
    ) -> Path:
        """Write the page, workbook, JSON and charts of pupils and seats.

        Args:
            plan: from `pupils`.
            out: as in `publish`.

        Returns:
            The path of the HTML page.
        """
        from geoplan.publish.pupils_report import pupils_report  # noqa: PLC0415  heavy
        from geoplan.publish.report import write_report  # noqa: PLC0415

        layers = self.layers_at_hand
        provenance = provenance_of(self.config, layers, self.rule_book)
        report = pupils_report(plan, self.config, findings=layers.findings, provenance=provenance)
        return write_report(report, Path(out or self.default_out), progress=progress)

    def ledger(self, *, profile: str | None = None, as_of: int | None = None) -> Ledger:
        """Every clause of a profile against what the layers and tables say.

        Args:
            profile: by default the project's.
            as_of: the year in which deadlines are judged; by default project.toml's `as_of`, else its data date.

        Raises:
            RuleError: no such profile.
            ConfigError: no year is known.
        """
        return accounts.ledger_of(self, profile=profile, as_of=as_of)

    def publish_ledger(
        self,
        ledger: Ledger,
        *,
        other: Ledger | None = None,
        out: str | Path | None = None,
        progress: Callable[[str], None] = silent,
    ) -> Path:
        """Write the page, workbook and JSON of a ledger, and what another profile's rules would change.

        Args:
            ledger: from `ledger`.
            other: of another profile over the same project.
            out: as in `publish`.

        Returns:
            The path of the HTML page.
        """
        from geoplan.publish.ledger_report import ledger_report  # noqa: PLC0415  heavy
        from geoplan.publish.report import write_report  # noqa: PLC0415

        layers = self.layers_at_hand
        provenance = provenance_of(self.config, layers, replace(self.rule_book, profile=ledger.profile))
        differences = compare(ledger, other) if other is not None else ()
        report = ledger_report(
            ledger, self.config, findings=layers.findings, provenance=provenance, other=other, differences=differences,
            totals=check_totals(self.config, layers).rows,
        )  # fmt: skip
        return write_report(report, Path(out or self.default_out), progress=progress)

    def closure(
        self, school: str, *, stage: Stage | str = Stage.PRIMARY, limit_minutes: float = LIMIT_MINUTES
    ) -> Closure:
        """A school closed, in simulation: who would go where, and whether anyone would then be too far.

        Args:
            school: its id.
            stage: of which its pupils are.
            limit_minutes: the longest journey; half an hour by default, as for grades 1-3.

        Raises:
            ProblemError: no such school, or one that does not offer the stage.
            TravelError: a limit that is not above 0.
        """
        if not (math.isfinite(limit_minutes) and limit_minutes > 0):
            raise TravelError(f"Expected a limit above 0 minutes, found {limit_minutes:g}.")
        engine = self.engine(self.proposal_travel)
        return close_school(
            engine, self.layers, self.units, school, stage=Stage(stage), limit_minutes=limit_minutes,
            seats=self.stage_seats,
        )  # fmt: skip

    def verdicts(self, coverage: Coverage) -> tuple[Verdict, ...]:
        """The rules of the profile on a coverage."""
        return verdicts(coverage, self.rule_book)

    def propose(
        self,
        stage: Stage | str,
        *,
        new: int | None = None,
        model: Model | str | None = None,
        travel: Travel | str | None = None,
        radius_m: float | None = None,
        exclude: Collection[str] = (),
        seats: bool = False,
        min_load: float | None = None,
        most_per_district: int | None = None,
        budget: float | None = None,
        alternatives: int = 0,
        gap: float = 0.0,
        time_limit_s: float | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> StageProposal:
        """Where new schools of one stage should stand; existing ones stay, but for those that the layers close.

        Other stages are not asked: that a plot bears one school only is looked after by `plan`.

        Args:
            stage: as in `coverage`.
            new: how many; None for as many as it takes to cover everyone who can be covered.
            model: max_cover, p_median, set_cover or p_center; by default the project's.
            travel: by default the project's, else walking where there are roads.
            radius_m: as in `coverage`.
            exclude: site ids that must not be used.
            seats: keep seats: pupils against capacity, nobody's place split.
            min_load: with `seats`: fewest pupils at a new school.
            most_per_district: most new schools in any one district.
            budget: most that the new schools may cost, in the unit of the sites layer.
            alternatives: how many other plans, at most 1 % worse, to look for.
            gap: relative gap at which a plan is good enough; 0: prove it.
            time_limit_s: then, or at Ctrl-C, the best plan so far comes back with its bound.
            progress: told now and then how far the solver has come.

        Raises:
            ProblemError: wishes that contradict each other (before any layer is read); more sites than candidates,
                unknown ids, seats without capacities.
        """
        wanted = self.config.propose
        # wishes that contradict each other are refused before any layer is read
        wish = Wish(
            model=Model(model or wanted.model),
            new=new,
            seats=seats,
            min_load=min_load,
            most_per_district=most_per_district,
            budget=budget,
            alternatives=alternatives,
            gap=gap,
            time_limit_s=time_limit_s or wanted.time_limit_s,
            progress=progress,
        )
        by = Travel(travel) if travel is not None else self.proposal_travel
        before = self.coverage(stage, travel=by, radius_m=radius_m)
        base = plans.base_of(self, before, by)
        candidates = candidates_for(
            self.layers, base, exclude=(*wanted.exclude, *exclude), spacing_m=wanted.candidate_spacing_m
        )
        return propose(self.engine(by), before, candidates, self.rule_book, wish, base=base)

    def zones(
        self,
        stage: Stage | str,
        wish: ZoneWish | None = None,
        *,
        travel: Travel | str | None = None,
    ) -> ZoneProposal:
        """Attendance zones (学区): every row of the population layer to a school, contiguous, within the seats.

        Args:
            stage: as in `coverage`.
            wish: what is asked for; see `geoplan.plan.ZoneWish`.
            travel: by default the project's, else walking where there are roads.

        Raises:
            ProblemError: what zoning needs is not there, or wishes contradict each other (before any layer is read).
        """
        wish = wish if wish is not None else ZoneWish()
        stage, by = Stage(stage), Travel(travel) if travel is not None else None
        engine = self.engine(by if by is not None else self.proposal_travel)
        return propose_zones(zone_task(self.layers, self.units, engine, stage, wish, seats=self.stage_seats))

    def publish_zones(
        self, proposal: ZoneProposal, *, out: str | Path | None = None, progress: Callable[[str], None] = silent
    ) -> Path:
        """Write the map, tables and data of proposed zones; small counts of children are hidden.

        Args:
            proposal: from `zones`.
            out: as in `publish`.

        Returns:
            The path of the HTML page.

        Raises:
            PublishError: there is nothing to publish, or the folder cannot be written. What was there stays.
        """
        from geoplan.publish.zones_publish import publish_zones  # noqa: PLC0415  heavy

        folder = Path(out) if out is not None else self.default_out
        return publish_zones(self.zone_book(proposal), folder, progress=progress)

    def zone_book(self, proposal: ZoneProposal) -> ZoneBook:
        """Proposed zones with all that a publication of them needs.

        Args:
            proposal: from `zones`.
        """
        from geoplan.publish.zones_public import ZoneBook  # noqa: PLC0415  heavy

        provenance = provenance_of(self.config, self.layers, self.rule_book)
        findings = (*self.layers.findings, *self.units.findings, *proposal.findings)
        findings = tuple(replace(each, file=Path(each.file).name) for each in dict.fromkeys(findings))
        return ZoneBook(self.config, self.layers, self.units, proposal, findings, provenance)

    @property
    def proposal_travel(self) -> Travel:
        """The travel mode that sites are chosen by: the project's own word, else walking where there are roads."""
        return self.config.propose.travel or self.travels[-1]

    def plan(self, *, progress: Callable[[str], None] = silent) -> Plan:
        """The whole plan: every stage, both travel modes, before and after.

        Raises:
            RuleError: none of the stages has a radius.
            ProblemError: an excluded site does not exist.
        """
        return plans.plan_of(self, progress=progress)

    def publish(
        self, name: str | None = None, *, out: str | Path | None = None, progress: Callable[[str], None] = silent
    ) -> Path:
        """Run the whole job and write the map `name` (a file in maps/) with its tables and data.

        Args:
            name: by default the project's `map`.
            out: folder for the files; by default maps/out in the project's folder.

        Returns:
            The path of the HTML page.

        Raises:
            PublishError: no such map, or the folder cannot be written. What was there before stays.
        """
        from geoplan.publish import publish  # noqa: PLC0415  folium and xlsxwriter are needed only here

        folder = Path(out) if out is not None else self.default_out
        plan, pupils = self.plan(progress=progress), self.pupils_for_map(progress=progress)
        return publish(plan, name or self.config.map, folder, progress=progress, pupils=pupils)

    def pupils_for_map(self, *, progress: Callable[[str], None] = silent) -> PupilPlan | None:
        """As `pupils`, but None where the project has no tables for them."""
        return accounts.pupils_for_map(self, progress=progress)

    @property
    def default_out(self) -> Path:
        """maps/out in the project's folder; for the bundled demo in the working directory."""
        inside_bundle = self.config.folder.is_relative_to(bundled("data").resolve())
        return (Path.cwd() if inside_bundle else self.config.folder) / "maps" / "out"

    def _supply(self, stage: Stage) -> Supply:
        """The schools that stand in the year of the data."""
        year = data_year(self.config)
        return existing_supply(self.layers, self.units, stage, year=year, seats=self.stage_seats)

    def radii(self, stage: Stage, radius_m: float | None = None) -> tuple[Radius, ...]:
        """The service radii of a stage where people live, or one radius for everyone.

        Raises:
            RuleError: no profile gives one.
            TravelError: a radius that is not above 0.
        """
        if radius_m is not None:
            if not (math.isfinite(radius_m) and radius_m > 0):
                raise TravelError(f"Expected a radius above 0 m, found {radius_m:g}.")
            return (Radius(Area.ALL, user_radius(stage, radius_m)),)
        return radii_in_force(self.rule_book, stage, self.units.classes)

    def _demand(self, stage: Stage, radii: tuple[Radius, ...]) -> Demand:
        return build_demand(self.units, stage, min(radius.radius_m for radius in radii if radius.radius_m is not None))

    def _no_schools(self, stage: Stage) -> tuple[Finding, ...]:
        schools = self.layers.schools
        if schools is None or any(stage in offered for offered in schools.frame["stages"]):
            return ()
        return (
            Finding(
                Severity.WARNING,
                "no-schools",
                f"No school offers {stage.value} ({stage.zh}).",
                why="Nobody is served.",
                fix="Check the column `stage` of the schools layer.",
                layer="schools",
                file=schools.file,
            ),
        )
