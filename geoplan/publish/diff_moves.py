"""Who moves between two versions: sums by district, and every place whose nearest school or way to it differs."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from geoplan.publish.diff_compare import NEARER_M
from geoplan.publish.diff_tables import ALL, PHASE_WORDS, stages_cell
from geoplan.publish.privacy import hidden_places, open_count
from geoplan.publish.sheets import Column, Sheet, without_repeats
from geoplan.publish.sheets_today import OUTSIDE
from geoplan.types import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geoplan.publish.diff_compare import Comparison, Move
    from geoplan.publish.sheets import Value


def moves_table(found: Comparison) -> Sheet:
    """影响人口: whose nearest school changes and who gets nearer or farther, by stage, phase and district."""
    zh, en = ("学生", "pupils") if found.b.counts == "pupils" else ("人口", "people")
    columns = (
        Column("学段", "stage", width=20), Column("时点", "phase", width=18), Column("片区", "district", width=20),
        Column("就近学校改变的居住点", "places with another nearest school", "count", 16),
        Column(f"就近学校改变的{zh}", f"{en} with another nearest school", "count", 16),
        Column(f"变近的{zh}", f"{en} nearer", "count"), Column(f"变远的{zh}", f"{en} farther", "count"),
        Column(f"不再可达的{zh}", f"{en} no longer within reach", "count", 16),
        Column("就近学校改变的学生", "pupils of the stage with another nearest school", "count", 16),
    )  # fmt: skip
    rows: list[tuple[Value, ...]] = []
    for stage, state in sorted({(move.stage, move.state) for move in found.moves}, key=_phase_order):
        moves = [move for move in found.moves if (move.stage, move.state) == (stage, state)]
        districts: dict[str, list[Move]] = defaultdict(list)
        for move in moves:
            districts[move.district or OUTSIDE].append(move)
        names = sorted(districts)
        cells = _published([_sums(districts[name]) for name in names], counts=found.b.counts)
        (total,) = _published([_sums(moves)], counts=found.b.counts)
        head = (stages_cell(stage), PHASE_WORDS[state])
        rows += [(*head, name, *values) for name, values in zip([ALL, *names], [total, *cells], strict=True)]
    return without_repeats(Sheet("影响人口", columns, tuple(rows), frozen=3))


def _phase_order(key: tuple[str, str]) -> tuple[int, bool]:
    return list(Stage).index(Stage(key[0])), key[1] != "before"


def _sums(moves: list[Move]) -> tuple[float, ...]:
    """Places, people moved, nearer, farther, cut off; pupils moved, nan where nobody knows them."""
    moved = [move for move in moves if move.is_moved]
    pupils = [move.pupils for move in moved if move.pupils is not None]
    return (
        len(moved),
        _people(moved),
        _people(move for move in moves if move.change_m < -NEARER_M),
        _people(move for move in moves if move.change_m > NEARER_M),
        _people(move for move in moves if move.was_m is not None and move.becomes_m is None),
        sum(pupils) if pupils or not moved else np.nan,
    )


def _people(moves: Iterable[Move]) -> float:
    """People of places; places whose count is hidden add nothing."""
    return sum(move.people for move in moves if move.people is not None)


def _published(rows: list[tuple[float, ...]], *, counts: str) -> list[tuple[Value, ...]]:
    """Sums as they may be read: of children a handful is hidden, and never one district alone."""
    columns: list[list[Value]] = []
    for place, column in enumerate(zip(*rows, strict=True)):
        values = np.array(column, dtype=float)
        if (counts == "pupils" and place > 0) or place == len(rows[0]) - 1:
            hidden = hidden_places(values)
            columns.append([open_count(value, hidden=bool(hide)) for value, hide in zip(values, hidden, strict=True)])
        else:
            columns.append([round(value) for value in values])
    return list(zip(*columns, strict=True))


def places_table(found: Comparison) -> Sheet:
    """居住点变化: every place with another nearest school or another way to it, those with most people first."""
    columns = (
        Column("学段", "stage", width=20), Column("时点", "phase", width=18), Column("编号", "id", width=14),
        Column("居住点", "place", width=22), Column("片区", "district", width=16),
        Column("人数", "people" if found.b.counts == "people" else "pupils", "count"),
        Column("最近学校（A）", "nearest school, A", width=30), Column("最近学校（B）", "nearest school, B", width=30),
        Column("距离（A，米）", "distance, A (m)", "metres"), Column("距离（B，米）", "distance, B (m)", "metres"),
        Column("变化（米）", "change (m)", "metres"),
    )  # fmt: skip
    moves = sorted(found.moves, key=lambda move: (-(move.people or 0.0), move.stage, move.state, move.place))
    rows = tuple(
        (stages_cell(move.stage), PHASE_WORDS[move.state], move.place, move.name, move.district, move.people,
         _school(found, "a", move.was, move.stage), _school(found, "b", move.becomes, move.stage),
         move.was_m, move.becomes_m, move.change_m if np.isfinite(move.change_m) else None)
        for move in moves
    )  # fmt: skip
    return Sheet("居住点变化", columns, rows, frozen=4)


def _school(found: Comparison, side: str, key: str, stage: str) -> str:
    """`id name` of a school, or of a proposed site."""
    version = found.a if side == "a" else found.b
    row = version.schools.get(key) or version.sites.get(f"{stage} {key}") or {}
    return f"{key} {row.get('name', '')}".strip() or "不可达 / unreachable"
