"""What was built in the years that a clause speaks of: finished projects and their seats, by stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from geoplan.ledger.indicators.counting import ids_of
from geoplan.ledger.judge import agrees
from geoplan.ledger.matching import Matcher, planned_figures
from geoplan.ledger.reading import WHOLE, Indicator, Need, Reading
from geoplan.ledger.words import figure
from geoplan.ledger.world import NoDataError
from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.ledger.world import World
    from geoplan.rules import Clause

AREAS = {"urban": "urban", "main_urban": "urban", "rural": "rural"}
"""The class of project that a clause of a scope speaks of."""


@dataclass(frozen=True)
class _Built:
    """Finished projects of a clause, with what was left out and what the figures do not tell."""

    rows: pd.DataFrame
    span: tuple[str, str]
    notes: tuple[tuple[str, str], ...]


def _built(world: World, clause: Clause) -> _Built:
    """The building projects of the clause's level that were finished in its period.

    A project that does not say when it was finished is in no period. Where the clause speaks of town or country alone
    and the table has the column `area`, the projects of the other class are left out; without the column all count,
    and the sentence says so.

    Raises:
        NoDataError: no project of the level was finished in those years.
    """
    world.table("projects", "status")
    first, last = _years(clause, world.as_of)
    rows = Matcher(world).counted(clause, since=first or 0)
    rows = rows.loc[rows["status"] == "finished"]
    notes = []
    if first is not None:
        undated = rows["finish"].isna()
        if undated.any():
            left = int(undated.sum())
            notes.append((f"{left} 项未注明完工年份，未计入", f"{left} without a year left out"))
        rows = rows.loc[~undated]
    rows = rows.loc[~(rows["finish"] > last)]
    if wanted := AREAS.get(clause.scope):
        if world.has("projects", "area"):
            rows = rows.loc[rows["area"] == wanted]
        else:
            notes.append(("项目表未分城乡，全部计入", "the table does not tell town from country; all are counted"))
    if rows.empty:
        # a table that begins later says nothing of these years
        raise NoDataError("projects", "status", "finish")
    span = (f"{first}-{last} 年", f"in {first}-{last}") if first is not None else (f"至 {last} 年", f"by {last}")
    return _Built(rows, span, tuple(notes))


def _years(clause: Clause, as_of: int) -> tuple[int | None, int]:
    """First and last year of the clause's period; without one, all until its year or the ledger's."""
    since, _, until = clause.period.partition("-")
    if since.isdigit() and until.isdigit():
        return int(since), int(until)
    return None, clause.year or as_of


def _projects_built(world: World, clause: Clause) -> Sequence[Reading]:
    """How many projects were finished."""
    built = _built(world, clause)
    zh, en = _words(clause, built, f"建成 {figure(len(built.rows))} 项", f"{figure(len(built.rows))} projects finished")
    return [Reading(WHOLE, float(len(built.rows)), zh, en, rows=ids_of(built.rows), count=len(built.rows))]


def _seats_added(world: World, clause: Clause) -> Sequence[Reading]:
    """The seats of finished projects together, by stage, and for each project on average."""
    world.table("projects", "seats", "status")
    built = _built(world, clause)
    told = built.rows["seats"].dropna()
    if told.empty:
        raise NoDataError("projects", "seats", "status")
    seats = float(told.sum())
    zh = f"建成 {figure(len(built.rows))} 项，新增学位 {figure(seats)} 个"
    en = f"{figure(len(built.rows))} projects finished with {figure(seats)} seats"
    mean = figure(seats / len(told))
    zh, en = f"{zh}，平均每项 {mean} 个", f"{en}, {mean} each"
    zh, en = _words(clause, built, zh, en)
    parts = _by_stage(built.rows)
    if len(parts) > 1:
        zh = f"{zh}；其中" + "、".join(f"{name} {figure(number)} 个" for (name, _), number in parts.items())
        en = f"{en}; of these " + ", ".join(f"{name} {figure(number)}" for (_, name), number in parts.items())
    if blank := len(built.rows) - len(told):
        zh, en = f"{zh}；{blank} 项未注明学位", f"{en}; {blank} projects do not tell their seats"
    return [Reading(WHOLE, seats, zh, en, rows=ids_of(built.rows), count=len(built.rows))]


def _words(clause: Clause, built: _Built, zh: str, en: str) -> tuple[str, str]:
    """The sentence with its years, the number of schools that the clause itself names, and what was left out."""
    zh, en = f"{built.span[0]}{zh}", f"{en} {built.span[1]}"
    published = planned_figures(clause).schools
    if published is not None:
        same, same_en = ("一致", "they agree") if agrees(published, len(built.rows)) else ("不一致", "they differ")
        zh = f"{zh}（原文 {figure(published)} 所，{same}）"
        en = f"{en} (the text: {figure(published)} schools, {same_en})"
    return "；".join((zh, *(note for note, _ in built.notes))), "; ".join((en, *(note for _, note in built.notes)))


def _by_stage(rows: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Seats by the stage of their project, in the order of the stages; those of several stages together."""
    found: dict[tuple[str, str], float] = {}
    only = [each[0] if len(each) == 1 else None for each in rows["stages"]]
    for stage in (*Stage, None):
        label = ("多学段或未注明学段", "several stages or none told") if stage is None else (stage.zh, stage.value)
        mine = pd.Series([each is stage for each in only], index=rows.index, dtype=bool)
        seats = rows.loc[mine, "seats"].dropna()
        if len(seats):
            found[label] = float(seats.sum())
    return found


INDICATORS = (
    Indicator("seats_added", "建成项目新增学位", "seats of finished projects", "个",
              (Need("projects", ("seats", "status", "finish")),), _seats_added, ("actions",)),
    Indicator("projects_built", "建成项目数", "projects finished", "项",
              (Need("projects", ("name", "status")),), _projects_built, ("actions",)),
)  # fmt: skip
