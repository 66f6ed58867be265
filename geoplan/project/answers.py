"""What a project is asked for: pupils and seats, the ledger, sites, zones, the whole plan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from geoplan import accounts, plans
from geoplan.demand import Method
from geoplan.errors import InputError, near_match
from geoplan.locate import Model
from geoplan.plan import (
    Plan,
    StageProposal,
    Wish,
    ZoneProposal,
    ZoneWish,
    candidates_for,
    propose,
    propose_zones,
    provenance_of,
    zone_task,
)
from geoplan.project.reach import Reach
from geoplan.types import Stage, Travel, silent

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from geoplan.ledger import Ledger
    from geoplan.locate import Progress
    from geoplan.plan import PupilPlan
    from geoplan.publish.zones_public import ZoneBook


class Answers(Reach):
    """A project's plan and all that goes into it."""

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

    def pupils_for_map(self, *, progress: Callable[[str], None] = silent) -> PupilPlan | None:
        """As `pupils`, but None where the project has no tables for them."""
        return accounts.pupils_for_map(self, progress=progress)

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

    def plan(self, *, progress: Callable[[str], None] = silent) -> Plan:
        """The whole plan: every stage, both travel modes, before and after.

        Raises:
            RuleError: none of the stages has a radius.
            ProblemError: an excluded site does not exist.
        """
        return plans.plan_of(self, progress=progress)
