"""What a project stands on: its folder, read once; its rules, its travel engines and the seats of its schools."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from geoplan import accounts
from geoplan.config import PROJECT_FILE, read_project
from geoplan.coverage.enrolment_check import enrolment_findings
from geoplan.demand import StageSeats, Units, build_units, districts_of, stage_seats
from geoplan.errors import ConfigError, InputError, RuleError, TravelError
from geoplan.files import bundled
from geoplan.inputs import check_layers, load_layers
from geoplan.rules import open_rule_book
from geoplan.rules.place import place_findings
from geoplan.travel import Straight, Walk
from geoplan.travel.engine import network_findings, walking_engine
from geoplan.types import Finding, Severity, Travel, silent

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoplan.config import ProjectConfig
    from geoplan.rules import RuleBook
    from geoplan.travel import TravelEngine
    from geoplan.types import Layers


class Ground:
    """A project folder, opened. Layers are read once, when they are first needed."""

    def __init__(self, config: ProjectConfig) -> None:
        self.config = config
        self._engines: dict[Travel, TravelEngine] = {}

    @classmethod
    def open(cls, folder: str | Path) -> Self:
        """Open the project in `folder` (or given by its project.toml).

        Raises:
            MissingFileError: there is no project.toml.
            ConfigError: it cannot be used; every fault is listed.
        """
        return cls(read_project(Path(folder)))

    @classmethod
    def demo(cls) -> Self:
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

    @cached_property
    def stage_seats(self) -> StageSeats:
        """Seats of every school by stage, by the rule of the balance; also of those that open later or have closed."""
        if self.layers.schools is None:
            return StageSeats((), None)
        caps = self.rule_book.caps() | dict(self.config.balance.caps)
        return stage_seats(self.layers.schools.frame, caps, place=districts_of(self.layers, "schools"))

    @property
    def travels(self) -> tuple[Travel, ...]:
        """The travel modes that the layers can answer, straight line first."""
        return (Travel.STRAIGHT, Travel.WALK) if self.layers.roads is not None else (Travel.STRAIGHT,)

    @property
    def proposal_travel(self) -> Travel:
        """The travel mode that sites are chosen by: the project's own word, else walking where there are roads."""
        return self.config.propose.travel or self.travels[-1]

    @property
    def default_out(self) -> Path:
        """maps/out in the project's folder; for the bundled demo in the working directory."""
        inside_bundle = self.config.folder.is_relative_to(bundled("data").resolve())
        return (Path.cwd() if inside_bundle else self.config.folder) / "maps" / "out"

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
        roads = () if layers.roads is None else self._network_findings()
        counted = enrolment_findings(layers, self.units, self.config.stages)
        return *findings, *counted, *roads, *self.place_findings()

    def place_findings(self) -> tuple[Finding, ...]:
        """A warning where the profile is of a city which the project does not name; an error where there is none."""
        try:
            profile = self.rule_book.profile
        except (ConfigError, RuleError) as error:
            return (Finding(Severity.ERROR, "no-profile", str(error), file=PROJECT_FILE),)
        rules = [rule for rule in profile.rules if rule.stage in self.config.stages]
        return place_findings(self.config, profile, rules)

    def _network_findings(self) -> tuple[Finding, ...]:
        """The walking network's own findings, its pieces and who stands on islands."""
        try:
            walk = self.engine(Travel.WALK)
        except TravelError as error:
            return (Finding(Severity.ERROR, "no-network", str(error), layer="roads"),)
        assert isinstance(walk, Walk)  # noqa: S101  the engine of that mode
        joined = self.config.layers["roads"].roads.join_m
        return network_findings(walk, self.layers, self.units.people, self.units.geometry, joined_m=joined)
