"""Cities, districts and townships ahead of a school's name: which are known, and which of them are part of the name."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geoplan.inputs.name_words import DISTRICT_SUFFIXES, GENERIC, TOWNSHIP_SUFFIXES
from geoplan.inputs.names import plain_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_CITY = re.compile(r"^([^\d]{2,4}?)(省|市|自治区)")
_TOWNSHIP = re.compile(r"^([^\d]{2,3}?)(街道|镇|乡)")
_NUMBERED = re.compile(r"(?:\d+|实验)(?:小学|中学|初级中学|高级中学|幼儿园)")
_LEAST_NAMES, _LEAST_SHARE = 5, 0.002
_NO_DISTRICT = frozenset(("市辖区", "县", "区", "市", ""))
_SHORTEST_STEM = 2


@dataclass(frozen=True)
class PlaceNames:
    """The places that names may begin with, folded by `plain_name`.

    Attributes:
        cities: stem → full name: 邢台 → 邢台市; provinces too.
        districts: stem or full name → full name.
        townships: stem → full name.
    """

    cities: Mapping[str, str] = field(default_factory=dict)
    districts: Mapping[str, str] = field(default_factory=dict)
    townships: Mapping[str, str] = field(default_factory=dict)

    def without(self, base: str) -> tuple[tuple[str, ...], frozenset[str]]:
        """The places ahead of a name, and what may be its own part.

        A stem that stands without its suffix (松江四方) may belong to the name or not: both readings are given. Where
        nothing of a school's own is left, the innermost place is its core (闵行中学, 官庄镇中心小学).

        Args:
            base: a folded name without kind and campus.
        """
        found: list[str] = []
        readings = [base]
        stem = ""
        rest = base
        for known in (self.cities, self.cities, self.districts):
            place, short, after = _ahead(rest, known)
            if known is self.cities and len(_ahead(rest, self.districts)[2]) < len(after):
                continue  # 邢台县第一中学 is of 邢台县, and not 县第一中学 of 邢台
            if place and place not in found:
                found.append(place)
                stem = short
                if rest[: len(place)] == place:
                    readings = []
                readings.append(after)
                rest = after
        township, short, after = self._township(rest)
        if township:
            found.append(township)
            readings = [each for each in readings if not each.startswith(township)]
            readings.append(short + after)
            if not _is_generic(after):
                readings.append(after)
        own = [each for each in readings if each]
        return tuple(found), frozenset(own or [stem])

    def _township(self, rest: str) -> tuple[str, str, str]:
        place, short, after = _ahead(rest, self.townships)
        if place:
            return place, short, after
        found = _TOWNSHIP.match(rest)
        return (found[0], found[1], rest[found.end() :]) if found else ("", "", rest)


def _is_generic(core: str) -> bool:
    return GENERIC.fullmatch(core) is not None


def _ahead(base: str, known: Mapping[str, str]) -> tuple[str, str, str]:
    """The known place that the name begins with, in full and without suffix, and the rest; '' for none."""
    for length in range(min(len(base), 12), 1, -1):
        head = base[:length]
        if head in known:
            full = known[head]
            stem = min((key for key, name in known.items() if name == full), key=len)
            return full, stem, base[length:]
    return "", "", base


def place_names(districts: Iterable[str], townships: Iterable[str], names: Iterable[str]) -> PlaceNames:
    """What is known of the places of a project.

    Args:
        districts, townships: their names, as written.
        names: names of schools; a city or province is known from many of them that begin with it, or from one that
            has a district or a name of every county behind it (邢台市襄都区…, 邢台市第一小学).
    """
    known = _stems(districts, DISTRICT_SUFFIXES)
    return PlaceNames(
        cities=_cities(names, known),
        districts=known,
        townships=_stems(townships, TOWNSHIP_SUFFIXES),
    )


def bare_place(name: str) -> str:
    """A district's or township's name folded and without its suffix: 官庄镇 → 官庄; 赵县 stays."""
    folded = plain_name(name)
    for suffix in (*TOWNSHIP_SUFFIXES, *DISTRICT_SUFFIXES):
        if folded.endswith(suffix) and len(folded) - len(suffix) >= _SHORTEST_STEM:
            return folded.removesuffix(suffix)
    return folded


def _stems(names: Iterable[str], suffixes: tuple[str, ...]) -> dict[str, str]:
    """Full name and stem → full name; a stem that two places share stands for neither."""
    known: dict[str, str] = {}
    stems: dict[str, set[str]] = {}
    for name in names:
        full = plain_name(name)
        if full in _NO_DISTRICT or len(full) < _SHORTEST_STEM:
            continue
        known[full] = full
        for suffix in suffixes:
            if full.endswith(suffix) and len(full) - len(suffix) >= _SHORTEST_STEM:
                stems.setdefault(full.removesuffix(suffix), set()).add(full)
                break
    return known | {stem: min(full) for stem, full in stems.items() if len(full) == 1 and stem not in known}


def _cities(names: Iterable[str], districts: Mapping[str, str]) -> dict[str, str]:
    """Cities and provinces by the names that begin with them: no list of all cities is needed."""
    counts: Counter[tuple[str, str]] = Counter()
    sure: set[tuple[str, str]] = set()
    total = 0
    for name in names:
        rest = plain_name(name)
        total += 1
        while found := _CITY.match(rest):
            counts[found[1], found[0]] += 1
            rest = rest[found.end() :]
            full = next((rest[:end] for end in range(len(rest), 2, -1) if districts.get(rest[:end]) == rest[:end]), "")
            if full or _NUMBERED.match(rest):
                sure.add((found[1], found[0]))
    least = max(_LEAST_NAMES, _LEAST_SHARE * total)
    kept = sorted(each for each, count in counts.items() if count >= least or each in sure)
    return {key: full for stem, full in kept for key in (stem, full)}
