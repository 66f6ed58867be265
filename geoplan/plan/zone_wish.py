"""What may be asked of attendance zones; wishes that contradict each other are refused before anything is read."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoplan.errors import ProblemError, near_match

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoplan.locate import Progress

WHOLE_BY = {
    "community": ("社区", "community"),
    "township": ("乡镇、街道", "township"),
    "district": ("片区", "district"),
}
BALANCE = {"load": ("学位使用率", "load of the seats"), "distance": ("最远路程", "longest way")}


@dataclass(frozen=True)
class ZoneWish:
    """What is asked for. Prices are in metres of way: a price of 500 weighs as much as 500 m more for that pupil.

    Attributes:
        over_price: of each pupil beyond the seats; None: seats are never exceeded.
        min_enrolment: fewest pupils of every school.
        longest_m: longest way of a pupil.
        whole_by: a key of `WHOLE_BY`: rows with the same community, township or district stay in one zone.
        move_price, most_moved: price of each pupil whose school changes; how many may.
        balance: a key of `BALANCE`: what is made even between schools, step by step, and at what price.
        new: how many candidates of the sites layer are opened.
        exclude: schools that are closed, and sites that must not be used, by id or name, as in the next two.
        together: groups of schools that share one zone (多校划片).
        boarding: schools exempt from contiguity and the longest way.
        district: only the rows and schools of this district (id or name).
        public_only: private schools take no part. None: they take none in the compulsory stages, whose zones are those
            of public schools, unless the layers give them one.
        tolerance_m: gaps between polygons up to this width do not part them; None: found from the data.
        time_limit_s, gap, seed, progress: see `geoplan.zones.draw`.

    Raises:
        ProblemError: wishes that contradict each other, or figures that make no sense.
    """

    over_price: float | None = None
    min_enrolment: float | None = None
    longest_m: float | None = None
    whole_by: str | None = None
    move_price: float = 0.0
    most_moved: float | None = None
    balance: str | None = None
    new: int | None = None
    exclude: tuple[str, ...] = ()
    together: tuple[tuple[str, ...], ...] = ()
    boarding: tuple[str, ...] = ()
    district: str = ""
    public_only: bool | None = None
    tolerance_m: float | None = None
    time_limit_s: float = 60.0
    gap: float = 0.0
    seed: int = 0
    progress: Callable[[Progress], None] | None = None

    def __post_init__(self) -> None:
        """Refuse what contradicts itself before anything is read or computed."""
        faults = [*_bad_figures(self), *_bad_words(self), *_contradictions(self)]
        if faults:
            raise ProblemError(" ".join(faults))

    def as_dict(self) -> dict[str, object]:
        """What was asked for that is not the default, as plain values."""
        default = ZoneWish()
        names = [each for each in self.__dataclass_fields__ if each != "progress"]
        values = {each: getattr(self, each) for each in names if getattr(self, each) != getattr(default, each)}
        return {name: _plain(each) for name, each in values.items()} | {
            "time_limit_s": self.time_limit_s, "gap": self.gap, "seed": self.seed,
        }  # fmt: skip


def _plain(value: object) -> object:
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _bad_figures(wish: ZoneWish) -> list[str]:
    above, from_zero = ("longest_m", "time_limit_s"), ("over_price", "min_enrolment", "move_price", "most_moved")
    faults = []
    for name, least in [(each, "above 0") for each in above] + [
        (each, "of at least 0") for each in (*from_zero, "tolerance_m", "gap", "new")
    ]:
        value = getattr(wish, name)
        if value is not None and not (math.isfinite(value) and (value > 0 if least == "above 0" else value >= 0)):
            faults.append(f"{_option(name)}: expected a number {least}, found {value}.")
    return faults


def _bad_words(wish: ZoneWish) -> list[str]:
    asked = (("whole_by", wish.whole_by, WHOLE_BY), ("balance", wish.balance, BALANCE))
    return [
        f"{_option(name)}: expected {', '.join(known)}, found {value!r}.{near_match(value, known)}"
        for name, value, known in asked
        if value is not None and value not in known
    ]


def _contradictions(wish: ZoneWish) -> list[str]:
    faults = []
    if wish.balance == "load" and wish.over_price is not None:
        faults.append("--balance load takes the seats as a limit: leave --over-price out.")
    if wish.most_moved == 0 and wish.new:
        faults.append("New schools take pupils from others: --new does not go with --most-moved 0.")
    if small := [group for group in wish.together if len(set(group)) < 2]:
        faults.append(f"--together: expected two or more schools, found {', '.join(small[0]) or 'none'}.")
    shared = {each for group in wish.together for each in group}
    if both := sorted(shared & set(wish.boarding)):
        faults.append(f"{', '.join(both)}: --boarding and --together do not go together.")
    if both := sorted((shared | set(wish.boarding)) & set(wish.exclude)):
        faults.append(f"{', '.join(both)}: excluded, and asked for at once.")
    return faults


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"
