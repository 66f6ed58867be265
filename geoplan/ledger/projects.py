"""The project list: what a plan promises by name or number, beside what the projects table says became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoplan.ledger.entry import Deadline
from geoplan.ledger.judge import bounds, deadline
from geoplan.ledger.matching import Matcher, Planned, needs_of, planned_figures, promises_number
from geoplan.ledger.needs import needs_words
from geoplan.ledger.words import figure
from geoplan.rules import Kind, State
from geoplan.rules.clause import ACTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from geoplan.ledger.world import World
    from geoplan.rules import Clause

STATUS = {"planned": "未开工", "started": "在建", "finished": "已完成", "cancelled": "已取消"}


@dataclass(frozen=True)
class ProjectLine:
    """One promise of the plan.

    Attributes:
        status: planned, started, finished, cancelled, or '' where nothing is known.
        done: projects finished by the year of the ledger, of `projects` that belong to the clause.
        classes, seats: of its projects; None where no row says.
        start, finish: first year of start and last of finish; None where no row says.
        value, target: what was reached and what was promised, in `unit`, of clauses that promise a number.
        rows: ids in the projects table.
    """

    clause: Clause
    state: State
    deadline: Deadline
    status: str
    zh: str
    en: str
    projects: int = 0
    done: int = 0
    classes: float | None = None
    seats: float | None = None
    start: int | None = None
    finish: int | None = None
    value: float | None = None
    target: float | None = None
    unit: str = "项"
    rows: tuple[str, ...] = ()

    @property
    def status_zh(self) -> str:
        """The Chinese word for the status."""
        return STATUS.get(self.status, "缺数据")

    @property
    def named(self) -> bool:
        """True for a project that the plan names, false for a number of projects or a document."""
        return bool(self.clause.action)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        clause = self.clause
        return {
            "clause": clause.id,
            "text": clause.text,
            "source": clause.citation,
            "county": clause.county_zh,
            "level": clause.level.value,
            "action": clause.action,
            "year": clause.year,
            "deadline": self.deadline.value,
            "status": self.status,
            "state": self.state.value,
            "zh": self.zh,
            "en": self.en,
            **{
                key: getattr(self, key)
                for key in ("projects", "done", "classes", "seats", "start", "finish", "value", "target", "unit")
            },
            "rows": list(self.rows),
        }


@dataclass(frozen=True)
class Total:
    """Named projects that share a county, level or action."""

    by: str
    key: str
    zh: str
    projects: int
    done: int
    seats: float


@dataclass(frozen=True)
class ProjectList:
    """All promises of a plan, in the order of its clauses; `others` are ids of the table that belong to none."""

    lines: tuple[ProjectLine, ...]
    others: tuple[str, ...] = ()

    @property
    def named(self) -> tuple[ProjectLine, ...]:
        """The projects that the plan names."""
        return tuple(line for line in self.lines if line.named)

    def totals(self, by: str) -> tuple[Total, ...]:
        """The named projects counted by `county`, `level` or `action`, in the order in which they first come."""
        key: Callable[[ProjectLine], tuple[str, str]] = {
            "county": lambda line: (line.clause.county_zh, line.clause.county_zh),
            "level": lambda line: (line.clause.level.value, line.clause.level.zh),
            "action": lambda line: (line.clause.action, ACTIONS.get(line.clause.action, line.clause.action)),
        }[by]
        groups: dict[tuple[str, str], list[ProjectLine]] = {}
        for line in self.named:
            groups.setdefault(key(line), []).append(line)
        return tuple(
            Total(
                by, name, zh, len(lines), sum(line.done > 0 for line in lines), sum(line.seats or 0 for line in lines)
            )
            for (name, zh), lines in groups.items()
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "lines": [line.as_dict() for line in self.lines],
            "totals": {
                by: [{"key": each.key, "zh": each.zh, "projects": each.projects, "done": each.done, "seats": each.seats}
                     for each in self.totals(by)]
                for by in ("county", "level", "action")
            },
            "others": list(self.others),
        }  # fmt: skip


def project_list(world: World) -> ProjectList:
    """The track clauses of the profile joined with the projects table: by clause id, else by name and county."""
    clauses = [clause for clause in world.profile.clauses if clause.kind is Kind.TRACK]
    if not world.has("projects"):
        return ProjectList(tuple(_line_without(clause, world.as_of) for clause in clauses))
    matcher = Matcher(world)
    lines = tuple(_line(clause, matcher, world.as_of) for clause in clauses)
    used = {row for line in lines for row in line.rows}
    return ProjectList(lines, tuple(str(row) for row in matcher.frame.index if str(row) not in used))


def _line_without(clause: Clause, as_of: int) -> ProjectLine:
    zh, en = needs_words(needs_of(clause))
    promised, promised_en = planned_figures(clause).words()
    zh, en = "；".join(filter(None, (promised, zh))), "; ".join(filter(None, (promised_en, en)))
    return ProjectLine(clause, State.NO_DATA, deadline(clause, as_of), "", zh, en)


def _line(clause: Clause, matcher: Matcher, as_of: int) -> ProjectLine:
    counts = promises_number(clause)
    rows = matcher.counted(clause) if counts else matcher.named(clause)
    if not len(rows):
        return _line_without(clause, as_of)
    return _count_line(clause, rows, as_of) if counts else _named_line(clause, rows, as_of)


def _figures(rows: pd.DataFrame) -> dict[str, Any]:
    def known(column: str) -> list[float]:
        return [float(value) for value in rows[column].dropna()] if column in rows else []

    classes, seats, start, finish = (known(column) for column in ("classes", "seats", "start", "finish"))
    return {
        "classes": sum(classes) if classes else None,
        "seats": sum(seats) if seats else None,
        "start": int(min(start)) if start else None,
        "finish": int(max(finish)) if finish else None,
        "rows": tuple(str(row) for row in rows.index),
        "projects": len(rows),
    }


def _done(rows: pd.DataFrame, year: int) -> pd.DataFrame:
    """Rows that are finished, and by that year where they say when."""
    if "status" not in rows:
        return rows.iloc[:0]
    done: pd.DataFrame = rows.loc[rows["status"] == "finished"]
    return done.loc[~(done["finish"] > year)] if "finish" in done else done


def _named_line(clause: Clause, rows: pd.DataFrame, as_of: int) -> ProjectLine:
    due, figures = deadline(clause, as_of), _figures(rows)
    words = [str(word) for word in rows["status"]] if "status" in rows else [""]
    order = ("cancelled", "", "planned", "started", "finished")
    status = min(words, key=lambda word: order.index(word) if word in order else 1)
    late = status == "finished" and clause.year is not None and (figures["finish"] or 0) > clause.year
    state = _state(status, due, late=late)
    year = f"，{figures['finish']} 年" if figures["finish"] else ""
    zh, en = f"{STATUS.get(status, '状态未注明')}{year}", f"{status or 'status unknown'}"
    en += f", {figures['finish']}" if figures["finish"] else ""
    if late:
        zh, en = f"{zh}，晚于期限 {clause.year} 年", f"{en}, after the deadline of {clause.year}"
    done = len(rows) if status == "finished" else 0
    return ProjectLine(clause, state, due, status, zh, en, done=done, **figures)


def _state(status: str, due: Deadline, *, late: bool) -> State:
    if status == "finished":
        return State.NOT_MET if late else State.MET
    if status == "cancelled":
        return State.NOT_MET
    if not status:
        return State.NO_DATA
    return State.NOT_MET if due is Deadline.PASSED else State.SHOWN


def _count_line(clause: Clause, rows: pd.DataFrame, as_of: int) -> ProjectLine:
    """Projects or seats of the table against the number promised; short of it only counts once the year is past."""
    due, figures = deadline(clause, as_of), _figures(rows)
    finished = _done(rows, clause.year or as_of)
    seats = clause.quantity == "seats_added"
    low, high = bounds(clause)
    target = low if low is not None else high
    value = float(finished["seats"].sum()) if seats else float(len(finished))
    unit, unit_en = ("个", "seats") if seats else ("所", "projects")
    listed = (figures["seats"] or 0.0) if seats else float(len(rows))
    zh = f"项目表列入 {figure(listed)} {unit}，已完成 {figure(value)} {unit}"
    en = f"{figure(listed)} {unit_en} listed, {figure(value)} finished"
    state = State.SHOWN
    if target is not None:
        zh, en = f"{zh}，规划 {figure(target)} {unit}", f"{en}, {figure(target)} promised"
        # 左右 (about): a tenth less will do; more than promised always does
        enough = value >= target * (0.9 if clause.operator == "~=" else 1.0) - 1e-9
        state = State.MET if enough else State.NOT_MET if due is Deadline.PASSED else State.SHOWN
    for planned in (planned_figures(clause), Planned(len(rows), figures["classes"], figures["seats"])):
        mean_zh, mean_en = planned.words()
        which, which_en = ("项目表", "table") if planned.schools == len(rows) else ("规划", "plan")
        zh, en = zh + (f"；{which}{mean_zh}" if mean_zh else ""), en + (f"; {which_en}: {mean_en}" if mean_en else "")
    status = "finished" if state is State.MET else "started" if len(finished) else "planned"
    return ProjectLine(
        clause, state, due, status, zh, en, done=len(finished), value=value, target=target, unit=unit, **figures
    )
