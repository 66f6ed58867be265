"""How well a school and a place are one and the same, and why: a start of 1 and what each doubt leaves of it.

A doubt is a ceiling: the score is the lowest of them, so that no number of likenesses talks away one thing that speaks
against. Only what is equal in every part, or differs in how places are written, comes above `ACCEPT`; or what is
written with a slip, at the very same address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoplan.inputs.name_clues import Clue
from geoplan.inputs.name_places import bare_place
from geoplan.inputs.name_words import BRANCH, KINDS, MAIN, SECTION_STAGES
from geoplan.inputs.names import plain_name

if TYPE_CHECKING:
    from geoplan.inputs.names import SchoolName
    from geoplan.types import Stage

_ADDRESS = re.compile(r"([^\d()]{2,8}?(?:路|街|道|巷|弄|村|胡同))(\d+)(?:号|弄)")


_ALIKE = 0.88
_KNOWN_BY_ADDRESS = 0.92
_MAIN_ONLY = 0.97


@dataclass(frozen=True)
class Named:
    """One side of a match.

    Attributes:
        id: of the school, or of the place.
        stages: () where nothing is known, or for a kind without stage.
        district: position among the project's districts, -1 where unknown.
        township: folded, without its suffix; '' where unknown.
        address: folded; '' where unknown.
    """

    id: str
    name: SchoolName
    stages: tuple[Stage, ...] = ()
    district: int = -1
    township: str = ""
    address: str = ""


@dataclass(frozen=True)
class Score:
    """How well two fit, and why.

    Attributes:
        value: 0 to 1.
        clues: what speaks for it and against, the strongest doubt last.
    """

    value: float
    clues: tuple[Clue, ...]


def compatible(one: Named, other: Named) -> bool:
    """False where they cannot be one: other districts, or kinds of school without a stage in common."""
    if one.district >= 0 and other.district >= 0 and one.district != other.district:
        return False
    mine, theirs = stages_of(one), stages_of(other)
    if mine is None or theirs is None or (one.name.kind == other.name.kind and KINDS.get(one.name.kind) == ()):
        return True  # a special or vocational school: its kind says more than the stages of one of the tables
    return bool(set(mine) & set(theirs)) or mine == theirs


def stages_of(named: Named) -> tuple[Stage, ...] | None:
    """Stages by the table and the name together; None where neither says anything."""
    by_name = SECTION_STAGES.get(named.name.campus) or KINDS.get(named.name.kind)
    if named.stages and by_name:
        both = tuple(stage for stage in named.stages if stage in by_name)
        return both or (*named.stages, *by_name)
    return named.stages or by_name


def score(school: Named, place: Named, likeness: float) -> Score:
    """One pair.

    Args:
        likeness: of the cores, 0 to 1; counts where they are not equal.
    """
    one, other = school.name, place.name
    clues: list[Clue] = []
    doubts: list[Clue] = []
    value = 1.0
    by_address = _same_address(school, place)
    if one.key == other.key:
        clues.append(Clue.SAME_NAME)
    elif one.readings & other.readings:
        clues.append(Clue.SAME_PARTS if one.core == other.core else Clue.PLACE_IN_NAME)
    else:
        clues.append(Clue.ALIKE)
        value = _ALIKE * likeness
    if school.district >= 0 and school.district == place.district:
        clues.append(Clue.DISTRICT)
    if by_address:
        clues.append(Clue.ADDRESS)
        if Clue.ALIKE in clues and likeness >= 0.5:
            value = _KNOWN_BY_ADDRESS
    elif by_address is False:
        doubts.append(Clue.ADDRESS_OTHER)
    clues.sort(key=lambda clue: clue is Clue.ALIKE)  # no more than alike is a doubt itself
    doubts += [*_of_places(school, place), *_of_numbers(one, other), *_of_rest(school, place)]
    value = min([value, *(clue.ceiling for clue in (*clues, *doubts))])
    if {one.campus, other.campus} == {"", MAIN}:
        value = min(value, _MAIN_ONLY)
    return Score(round(value, 3), (*clues, *sorted(doubts, key=lambda clue: -clue.ceiling)))


def _of_places(school: Named, place: Named) -> list[Clue]:
    one, other = school.name, place.name
    clues = []
    generic = one.is_generic or other.is_generic
    same_district = school.district >= 0 and school.district == place.district
    if school.district < 0 <= place.district or (generic and not same_district and not _same_county(one, other)):
        clues.append(Clue.NO_DISTRICT)
    if generic and _level(one) != _level(other):
        clues.append(Clue.LEVEL)
    townships = [school.township or _township(one), place.township or _township(other)]
    if all(townships):
        clues.append(Clue.TOWNSHIP if townships[0] == townships[1] else Clue.TOWNSHIP_OTHER)
    elif any(_township(name) for name in (one, other)) and not one.readings & other.readings - _shortest(one, other):
        clues.append(Clue.TOWNSHIP_ONE)
    return clues


def _shortest(one: SchoolName, other: SchoolName) -> frozenset[str]:
    """Cores that stand without the township that one of the names says."""
    return frozenset(name.core for name in (one, other) if _township(name) and len(name.readings) > 1)


def _level(name: SchoolName) -> str:
    """Whose school a generic name says it is: a city's, where it names a city and no county."""
    of_city = len(name.places) == 1 and name.places[0].endswith("市")
    return "city" if of_city or name.core.startswith("市直属") else ""


def _same_county(one: SchoolName, other: SchoolName) -> bool:
    return bool(one.places) and one.places == other.places


def _township(name: SchoolName) -> str:
    last = name.places[-1] if name.places else ""
    return bare_place(last) if last.endswith(("镇", "乡", "街道", "办事处")) else ""


def _of_numbers(one: SchoolName, other: SchoolName) -> list[Clue]:
    if one.numbers == other.numbers:
        return []
    return [Clue.NUMBER_OTHER if one.numbers and other.numbers else Clue.NUMBER_ONE]


def _of_rest(school: Named, place: Named) -> list[Clue]:
    one, other = school.name, place.name
    clues = []
    if one.kind != other.kind:
        clues.append(Clue.KIND)
    campuses = {one.campus, other.campus}
    if len(campuses) == 2 and campuses != {"", MAIN}:
        vague = "" in campuses or BRANCH in campuses
        clues.append(Clue.CAMPUS_ONE if vague else Clue.CAMPUS_OTHER)
    if one.remarks != other.remarks and not _explained(school, place):
        clues.append(Clue.REMARK)
    return clues


def _explained(school: Named, place: Named) -> bool:
    """What only one has in brackets stands in the other's address: 蓬莱路幼儿园(蓬莱路), 蓬莱路82号."""
    return all(
        remark in (side.address if remark not in side.name.remarks else remark)
        for remark in {*school.name.remarks, *place.name.remarks}
        for side in (school, place)
    )


def folded_address(text: str) -> str:
    """An address folded like names are, so that 蓬莱路八十二号 and 蓬莱路82号 are one."""
    return plain_name(text)


def _same_address(one: Named, other: Named) -> bool | None:
    """Street and number in common, places ahead of the street or not; None where one of them says none."""
    mine, theirs = _ADDRESS.findall(one.address), _ADDRESS.findall(other.address)
    if not mine or not theirs:
        return None
    return any(
        number == its_number and (street.endswith(its_street) or its_street.endswith(street))
        for street, number in mine
        for its_street, its_number in theirs
    )
