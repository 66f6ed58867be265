"""Grades as schools write them: 小班, 一年级, 一年级1班, 初一(3)班, G7, and cohorts: 2024级 entered, 2027届 leave."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from geoplan.demand.children.stages import AGES, grade_age
from geoplan.types import Stage

_DIGITS = {word: value for value, word in enumerate("零一二三四五六七八九")} | {"十": 10, "十一": 11, "十二": 12}
_KINDERGARTEN = {"小": 1, "中": 2, "大": 3}
_NUMBER = r"(?:1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])"

_CLASS = re.compile(r"^[.·\-—]?[(\[]?(?:\d{1,2}|[一二三四五六七八九十]{1,3}|[甲乙丙丁A-H])[)\]]?班$")
"""What stands behind the grade where the row is one class of it: 1班, (3)班, 十二班, .2班."""

_RUN_TOGETHER = re.compile(r"^[\d一二三四五六七八九十]+班$")
"""61班, 十二班: a numeral that nothing parts into grade and class."""

_KINDERGARTEN_CLASS = re.compile(r"^(小|中|大)[.·\-]?[(\[]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[)\]]?班$")
"""小一班 is the first class of 小班, and not grade 1 of primary school."""

_CLASS_NUMBER = re.compile(r"^([1-9])(0[1-9]|[1-3]\d)班$")
"""701班: class 1 of grade 7."""

_FORMS = (
    (re.compile(r"^(小|中|大)班"), Stage.KINDERGARTEN),
    (re.compile(r"^K\.?([123])$"), Stage.KINDERGARTEN),
    (re.compile(r"^(?:小学|小)([一二三四五六1-6])"), Stage.PRIMARY),
    (re.compile(r"^(?:初中|初)([一二三1-3])"), Stage.JUNIOR),
    (re.compile(r"^(?:高中|高)([一二三1-3])"), Stage.SENIOR),
)
_PLAIN = re.compile(rf"^(?:G|GRADE)?\s*({_NUMBER})(?:年级|级)?$")

_COHORT = re.compile(r"^(?P<stage>幼儿园|小学|小|初中|初|高中|高)?(?P<year>(?:20)?\d\d)(?:年)?(?P<which>级|届)$")
"""2024级: who entered in 2024; 2027届: who leave in the summer of 2027."""

_STAGES = {
    "幼儿园": Stage.KINDERGARTEN,
    "小学": Stage.PRIMARY, "小": Stage.PRIMARY,
    "初中": Stage.JUNIOR, "初": Stage.JUNIOR,
    "高中": Stage.SENIOR, "高": Stage.SENIOR,
}  # fmt: skip

CENTURY = 2000
EARLIEST = 13
"""Of cohorts written with two digits: 12级 is grade 12 and 13级 the cohort of 2013."""


class _Parts(NamedTuple):
    grade: str
    one_class: bool


def age_of_grade(grade: str, stage: Stage | None = None, *, year: int | None = None) -> int | None:
    """Age at 31 August of the grade that a school writes.

    Understood are 小班, 一年级, 七年级, 初一, 高二, G7, K3, 1; the same with a class behind (一年级1班, 高一(3)班,
    小一班, 701班); and cohorts, 2024级 and 2027届, which need the stage and the year of the row.

    Args:
        grade: as the table says it.
        stage: of the row, where it says one: grade 1 of a junior school is the seventh, and G7 stays the seventh.
        year: autumn that the row is of: 2024级 is in its third year in autumn 2026.

    Returns:
        The age, or None where the text is no grade that is understood (托班, 学前班, blank), a cohort without its
        stage or year, or one that is not in the stage in that year.
    """
    text = _parts(grade, stage).grade
    if (cohort := _COHORT.match(text)) and not _is_plain_grade(cohort):
        return _age_of_cohort(cohort, stage, year)
    for form, found in _FORMS:
        match = form.match(text)
        if match:
            word = match[1]
            number = _KINDERGARTEN.get(word) or _DIGITS.get(word) or int(word)
            return grade_age(found, number)
    match = _PLAIN.match(text)
    if not match:
        return None
    number = _DIGITS.get(match[1]) or int(match[1])
    if stage is not None and number <= len(AGES[stage]) and not text.startswith("G"):
        return grade_age(stage, number)
    return AGES[Stage.PRIMARY].start + number - 1


def is_one_class(grade: str, stage: Stage | None = None) -> bool:
    """Whether a row is of one class of its grade (一年级1班): beside a row of the grade it would count twice."""
    return _parts(grade, stage).one_class


def is_cohort(grade: str) -> bool:
    """Whether the text tells the year of entering or leaving (2024级, 2027届) instead of the grade."""
    match = _COHORT.match(_parts(grade, None).grade)
    return match is not None and not _is_plain_grade(match)


def _parts(grade: str, stage: Stage | None) -> _Parts:
    """The text of the grade without that of the class."""
    text = unicodedata.normalize("NFKC", grade).strip().upper().replace(" ", "")
    text = text.removesuffix("合计").removesuffix(".0").replace("年級", "年级")
    if (match := _KINDERGARTEN_CLASS.match(text)) and stage is not Stage.PRIMARY:
        return _Parts(f"{match[1]}班", one_class=True)
    if match := _CLASS_NUMBER.match(text):
        return _Parts(match[1], one_class=True)
    for at in range(1, len(text)):
        if _CLASS.match(text[at:]) and _names_grade(text[:at]) and not _is_one_numeral(text):
            return _Parts(text[:at], one_class=True)
    return _Parts(text, one_class=False)


def _is_one_numeral(text: str) -> bool:
    """Whether 61班 or 十二班 is a single numeral: of two kinds (六1班) they are two."""
    return bool(_RUN_TOGETHER.match(text)) and len({letter.isascii() for letter in text[:-1]}) == 1


def _names_grade(text: str) -> bool:
    return any(form.match(text) for form in (_COHORT, _PLAIN, *(form for form, _ in _FORMS)))


def _is_plain_grade(cohort: re.Match[str]) -> bool:
    return cohort["which"] == "级" and len(cohort["year"]) == len("12") and int(cohort["year"]) < EARLIEST


def _age_of_cohort(cohort: re.Match[str], stage: Stage | None, year: int | None) -> int | None:
    stage = _STAGES.get(cohort["stage"] or "", stage)
    if stage is None or year is None:
        return None
    written, length = int(cohort["year"]), len(AGES[stage])
    written += CENTURY if written < CENTURY else 0
    entered = written if cohort["which"] == "级" else written - length
    number = year - entered + 1
    return grade_age(stage, number) if 1 <= number <= length else None
