"""Schools counted in each county against the least that a clause asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from geoplan.ledger.judge import holds, is_baseline
from geoplan.ledger.reading import Reading
from geoplan.ledger.words import ROWS, names_en, names_zh
from geoplan.ledger.world import NoDataError
from geoplan.rules import State

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from geoplan.ledger.world import World
    from geoplan.rules import Clause

NOT_A_CEILING = ("（上限不作要求）", " (more is no fault)")


def each_county(world: World, frame: pd.DataFrame) -> Iterable[tuple[str, pd.DataFrame]]:
    """Every county, also those without a row.

    Raises:
        NoDataError: the project has no districts.
    """
    if not world.counties:
        raise NoDataError("districts", "name")
    return [(key, frame.loc[frame["county"] == key]) for key in world.counties]


def least_met(clause: Clause, count: float) -> tuple[State | None, float | None]:
    """Met at the lower bound, whatever the upper one: `1-2` schools asks for one. With what is missing."""
    if is_baseline(clause) or clause.low is None:
        return None, None
    met = holds(">", count, clause.low, None) if clause.operator == ">" else count >= clause.low
    return (State.MET, None) if met else (State.NOT_MET, clause.low - count)


def counted(
    world: World, clause: Clause, frame: pd.DataFrame, zh: str, en: str, *, places: Iterable[str] | None = None
) -> list[Reading]:
    """The number of schools of each county against the lower bound of the clause."""
    found = []
    wanted = None if places is None else set(places)
    for place, rows in each_county(world, frame):
        if wanted is not None and place not in wanted:
            words = ("不在条文所述范围", "not among those the clause speaks of")
            found.append(Reading(place, None, *words, state=State.NOT_APPLICABLE))
            continue
        state, short = least_met(clause, len(rows))
        names = [str(name) for name in rows["name"]]
        note = NOT_A_CEILING if clause.high is not None and len(rows) > clause.high else ("", "")
        found.append(
            Reading(
                place,
                float(len(rows)),
                f"{zh} {len(rows)} 所{note[0]}：{names_zh(names) or '无'}",
                f"{len(rows)} {en}{note[1]}: {names_en(names) or 'none'}",
                rows=ids_of(rows),
                count=len(rows),
                state=state,
                short=short,
                short_unit="所",
            )
        )
    return found


def ids_of(rows: pd.DataFrame) -> tuple[str, ...]:
    """The first ids of a frame, as an entry carries them."""
    return tuple(str(key) for key in rows.index[:ROWS])


def graded(frame: pd.DataFrame, words: Iterable[str]) -> pd.Series[bool]:
    """Rows whose grade holds one of the words."""
    pattern = "|".join(re.escape(str(word)) for word in words)
    return frame["grade"].astype(str).str.contains(pattern, regex=True)
