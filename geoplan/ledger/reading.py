"""What an indicator answers with, and the table that indicators stand in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from geoplan.ledger.world import World
    from geoplan.rules import Clause, State

WHOLE = ""
"""The place of a reading that holds for the whole project."""


@dataclass(frozen=True)
class Reading:
    """One figure in one place, with how it comes about.

    Attributes:
        place: district id, or `WHOLE`.
        value: the figure in the indicator's unit, or None where the indicator decides without one.
        zh, en: how the figure comes about, with its parts: `公办在园 472 / 在园 1,848`.
        variant_zh, variant_en: what tells two readings of one clause apart: 按园所, by school.
        rows: ids of the rows that fail, or that a reader will want to see; the first few of `count`.
        count: how many rows `rows` stands for.
        state: the verdict, where the indicator itself decides and no figure is compared.
        short, short_unit: how much is missing to meet the clause, where that is not simply the target less the
            value: kindergartens to build, classes above the cap. None where the ledger is to work it out.
        year: the year that the figure is of; None where it is of the layers as they stand.
        quoted: the figure is an official one, copied and not computed.
        children: every count of children (pupils, boarders, included, left-behind …) that stands in the sentence, the
            value or the shortfall: small ones of them are not published.
    """

    place: str
    value: float | None
    zh: str
    en: str
    variant_zh: str = ""
    variant_en: str = ""
    rows: tuple[str, ...] = ()
    count: int = 0
    state: State | None = None
    short: float | None = None
    short_unit: str = ""
    year: int | None = None
    quoted: bool = False
    children: tuple[float, ...] = ()


@dataclass(frozen=True)
class Need:
    """A layer or table and the columns of it that an indicator reads, for docs and for `no data: needs …`.

    A column may name the word that a row of it must hold: `indicator=retention_rate`.
    """

    role: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Indicator:
    """One way of reading clauses.

    Attributes:
        name: as clauses name it in data/rules/*.toml.
        unit: of its values: `%`, `人/班`, `所`, `个`, …
        needs: what it reads.
        read: the readings of one clause; raises `NoDataError` where something is missing.
        options: keys that a clause may give it in `options`.
    """

    name: str
    zh: str
    en: str
    unit: str
    needs: tuple[Need, ...]
    read: Callable[[World, Clause], Iterable[Reading]]
    options: tuple[str, ...] = ()
