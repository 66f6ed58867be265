"""Reasons of a score by name: what speaks for a match, and the ceiling that each doubt puts on it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCEPT = 0.9
"""From here on a match is accepted, where nothing else comes near it."""
OFFER = 0.5
"""From here on a place is shown to the planner as a candidate."""
MARGIN = 0.05
"""So far the next best must stay behind, both among a school's places and among a place's schools."""


class Clue(StrEnum):
    """One reason of a score."""

    SAME_CODE = "same-code"
    SAME_NAME = "same-name"
    SAME_PARTS = "same-parts"
    ALIKE = "alike"
    DISTRICT = "district"
    TOWNSHIP = "township"
    ADDRESS = "address"
    PLACE_IN_NAME = "place-in-name"
    ADDRESS_OTHER = "address-other"
    NO_DISTRICT = "no-district"
    LEVEL = "level"
    TOWNSHIP_ONE = "township-one-side"
    TOWNSHIP_OTHER = "township-other"
    NUMBER_ONE = "number-one-side"
    NUMBER_OTHER = "number-other"
    KIND = "kind"
    CAMPUS_ONE = "campus-one-side"
    CAMPUS_OTHER = "campus-other"
    REMARK = "remark"
    RIVAL_PLACE = "rival-place"
    RIVAL_SCHOOL = "rival-school"
    BY_HAND = "by-hand"

    @property
    def zh(self) -> str:
        """In Chinese."""
        return _WORDS[self][0]

    @property
    def en(self) -> str:
        """In English."""
        return _WORDS[self][1]

    @property
    def ceiling(self) -> float:
        """The score that a pair with this doubt has at most; 1 for what speaks for it."""
        return _CEILINGS.get(self, 1.0)


_WORDS: Mapping[str, tuple[str, str]] = {
    "same-code": ("学校标识码相同", "same school code"),
    "same-name": ("校名相同", "same name"),
    "same-parts": ("校名各部分相同，地名、序数等写法不同", "same parts, written in another way"),
    "alike": ("校名相近", "similar name"),
    "district": ("同一区县", "same district"),
    "township": ("同一乡镇", "same township"),
    "address": ("地址相同", "same street and number"),
    "address-other": ("地址不同", "another street or number"),
    "place-in-name": ("“地名+校名”与“校名”视为相同", "a place may or may not be part of the name"),
    "no-district": ("学校所在区县不明", "the school's district is not known"),
    "level": ("市属与区县属可能是两所学校", "a city's and a county's school of one name may be two"),
    "township-one-side": ("仅一方写明乡镇", "only one says a township"),
    "township-other": ("乡镇不同", "another township"),
    "number-one-side": ("仅一方有序数", "only one has a number"),
    "number-other": ("序数不同", "another number"),
    "kind": ("学校类别写法不同", "another kind of school"),
    "campus-one-side": ("仅一方写明校区", "only one says a campus"),
    "campus-other": ("校区不同", "another campus"),
    "remark": ("括号内容不同", "what stands in brackets differs"),
    "rival-place": ("另有同样吻合的地点", "another place fits as well"),
    "rival-school": ("另有学校同样吻合该地点", "another school fits this place as well"),
    "by-hand": ("人工确定", "settled by hand"),
}
_CEILINGS: Mapping[str, float] = {
    "same-parts": 0.98,
    "place-in-name": 0.96,
    "address-other": 0.88,
    "no-district": 0.85,
    "level": 0.75,
    "township-one-side": 0.88,
    "township-other": 0.6,
    "number-one-side": 0.6,
    "number-other": 0.4,
    "kind": 0.8,
    "campus-one-side": 0.8,
    "campus-other": 0.4,
    "remark": 0.85,
}
