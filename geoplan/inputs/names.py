"""The name of a school taken apart: places ahead of it, number, kind, campus, and what is its own.

    邢台市襄都区第三小学（东校区）  →  places 邢台市 襄都区 · number 3 · kind 小学 · campus 东
    官庄镇中心校                   →  core 官庄中心 · kind 学校
    临城一中                       →  places 临城县 · number 1 · kind 中学

Pure functions of a name and the places that are known.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geoplan.inputs.name_words import (
    BRANCH,
    CAMPUS,
    GENERIC,
    IDLE,
    KIND_WORDS,
    KINDS,
    MAIN,
    MAIN_WORDS,
    OWNERSHIP,
    SECTION,
    SECTION_STAGES,
    SECTIONS,
    SHORT,
    TRADITIONAL,
)

if TYPE_CHECKING:
    from geoplan.inputs.name_places import PlaceNames
    from geoplan.types import Stage

_DIGIT = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMERAL = re.compile("[〇零一二三四五六七八九十]+")
_ORDINAL = re.compile(r"第(?=\d)")
_BRACKET = re.compile(r"\(([^()]*)\)")
_NOISE = re.compile(r"[^\w()\-]+")
_KIND = re.compile("|".join(f"(?P<k{place}>{words})" for place, (words, _) in enumerate(KIND_WORDS)))
_BRACKETS = str.maketrans("（）【】〔〕［］[]〈〉<>－—–―", "()()()()()()()----")
_NUMBER = re.compile(r"\d+")
_VILLAGE = re.compile(r"(?<=[^\d新]{2})村$")


@dataclass(frozen=True)
class SchoolName:
    """A school's name by its parts.

    Attributes:
        text: as it was written.
        places: city, district and township ahead of the name, in full, as far as they are known: `(邢台市, 襄都区)`.
        core: what is the school's own, numbers in Arabic digits; a place where nothing else is left (闵行中学).
        readings: the core, and the core with places that may belong to it: {四方, 松江四方} for 松江四方小学.
        numbers: every number of the name, in order: (3,) for 第三小学 and 三小.
        kind: 幼儿园, 小学, 初级中学, 高级中学, 中学, 学校 …; '' where the name does not say.
        campus: '' where the name says none; 本部, 分部 (a branch without name), 东, 蓝村, 初中部.
        remarks: what stood in brackets and is no campus, such as a road.
    """

    text: str
    places: tuple[str, ...] = ()
    core: str = ""
    readings: frozenset[str] = field(default_factory=frozenset)
    numbers: tuple[int, ...] = ()
    kind: str = ""
    campus: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The whole name without signs, alike for every way of writing it."""
        return "|".join(("".join(self.places), self.core, self.kind, self.campus, *self.remarks))

    @property
    def is_generic(self) -> bool:
        """Other counties have the same name: 第一中学, 实验小学, 中心小学."""
        return GENERIC.fullmatch(self.core) is not None

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Stages that the name allows; () where it says nothing, or a kind without stage."""
        return SECTION_STAGES.get(self.campus, KINDS.get(self.kind, ()))

    def __repr__(self) -> str:
        parts = (f"{'·'.join(self.places)}", self.core, self.kind, self.campus, *self.remarks)
        return f"SchoolName({self.text} → {' | '.join(parts)})"


def plain_name(text: str) -> str:
    """A name folded: half width, simplified, brackets alike, numerals as digits, short forms written out.

    `第十一中` → `11中学`; only names that were folded so are compared.
    """
    folded = unicodedata.normalize("NFKC", text).translate(_BRACKETS).translate(TRADITIONAL).casefold()
    folded = _NOISE.sub("", folded).strip("-_").replace("_", "")
    folded = _ORDINAL.sub("", _NUMERAL.sub(_digits, folded))
    for pattern, full in SHORT:
        folded = pattern.sub(full, folded)
    return folded


def _digits(found: re.Match[str]) -> str:
    """A numeral as digits; 五四, 八一 and 三八 without 第 are days, and no school's number."""
    said = found[0]
    is_day = len(said) == 2 and not set(said) & set("十零〇") and not found.string[: found.start()].endswith("第")
    return said if is_day else str(numeral(said))


def numeral(text: str) -> int:
    """Chinese digits as a number: 十一 → 11, 二十三 → 23, 一〇二 → 102, 五四 → 54.

    Args:
        text: signs of 〇零一二三四五六七八九十, at least one.
    """
    if "十" not in text:
        return int("".join(str(_DIGIT[sign]) for sign in text))
    tens, _, ones = text.partition("十")
    ones = ones.replace("十", "")
    return (numeral(tens) if tens else 1) * 10 + (numeral(ones) if ones else 0)


def school_name(text: str, places: PlaceNames) -> SchoolName:
    """A name taken apart; a name that says nothing known is all core.

    Args:
        text: as it was written.
        places: the districts and townships of the project.
    """
    folded, brackets = _without_brackets(plain_name(text))
    base, kind, tail = _kind(folded)
    campus = _campus(tail)
    remarks: list[str] = []
    for inside in brackets:
        found = _campus(inside)
        if found and not campus:
            campus = found
        elif found != campus or not found:
            remarks.append(inside)
    prefixes, readings = places.without(OWNERSHIP.sub("", base))
    readings = frozenset(form for each in readings for form in (each, _VILLAGE.sub("", each)))
    core = min(readings, key=lambda each: (len(each), each))
    return SchoolName(
        text=text,
        places=prefixes,
        core=core,
        readings=readings,
        numbers=tuple(int(number) for number in _NUMBER.findall(core)),
        kind=kind,
        campus=campus,
        remarks=tuple(remarks),
    )


def _without_brackets(folded: str) -> tuple[str, list[str]]:
    """The name, and what its brackets say that may tell one school from another."""
    inside = [found for found in _BRACKET.findall(folded) if found and not IDLE.fullmatch(found)]
    outside = _BRACKET.sub("", folded)
    head, _, broken = outside.partition("(")  # a bracket that is never closed
    return head.strip("-)"), [*inside, *([broken] if broken else [])]


def _kind(folded: str) -> tuple[str, str, str]:
    """What stands before the kind of school, the kind, and what stands behind it where that is a campus."""
    for found in _KIND.finditer(folded):
        tail = folded[found.end() :]
        if found.start() == 0 and not tail:
            return "", _kind_of(found), ""
        if not tail or (CAMPUS.fullmatch(tail) and not _is_school(tail)):
            stem = "中心" if found[0] in {"中心校", "中心学校", "幼教中心"} else ""
            return folded[: found.start()] + stem, _kind_of(found), tail
    return folded, "", ""


def _is_school(tail: str) -> bool:
    """What stands behind a kind is a school of its own: 育才小学｜附属幼儿园, 中学街｜小学东校区, but not 初中部."""
    own = tail.removeprefix("-")
    found = (match for match in _KIND.finditer(own) if _kind_of(match) != "教学点")
    return not SECTION.match(tail) and (next(found, None) is not None or own.startswith("附"))


def _kind_of(found: re.Match[str]) -> str:
    return KIND_WORDS[int(str(found.lastgroup)[1:])][1]


def _campus(tail: str) -> str:
    """A campus by its own name: 东校区, 东校 and 东部 are 东; 分园 is 分部; '' where it is none."""
    found = CAMPUS.fullmatch(tail)
    if not tail or found is None:
        return ""
    name, word = found["name"].removesuffix("校").removesuffix("部").removesuffix("分"), found["word"]
    if word in SECTIONS:
        return name + word if name else word
    if word in MAIN_WORDS:
        return MAIN
    return name or BRANCH
