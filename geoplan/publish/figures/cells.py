"""Where a figure stands in the workbooks of a published folder, read back from the workbooks themselves."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoplan.publish.clean import clean_text
from geoplan.publish.sheets import id_words
from geoplan.publish.wording import WAY_NAMES
from geoplan.types import Stage, Travel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_STAGES = "|".join(Stage)
_COVERAGE = re.compile(rf"({_STAGES})\.({'|'.join(Travel)})\.(before|after)\.(?:district\.[^.]+\.)?(\w+)")
_SITE = re.compile(rf"({_STAGES})\.site\.[^.]+\.(\w+)")
_BUILT = re.compile(r"built\.project\.[^.@]+(?:@(\d+))?\.(\w+)")
_PUPILS = re.compile(rf"pupils\.({_STAGES})\.(\d+|peak_year)\.(low|middle|high)(?:\.[^.]+)?")
_SEATS = re.compile(rf"seats\.({_STAGES})\.(\d+)(?:\.[^.]+)?\.(\w+)")
_SCENARIO = re.compile(rf"scenario\.(\d+)\.({_STAGES})\.(.+)")
_CLAUSE = re.compile(r"clause\.[^.@]+(?:@(\d+))?\.value")
_SCENARIOS = {"low": "低方案", "middle": "中方案", "high": "高方案"}
_SEAT_COLUMNS = {
    "pupils": "学生", "schools": "学校数", "seats": "公办学位", "planned": "其中项目学位",
    "private": "民办学位（不计入）", "lost": "大班额占用", "short": "缺口", "surplus": "空余",
    "borrowed": "可由邻近调剂", "closes": "缺口消失年",
}  # fmt: skip
_BUILT_COLUMNS = {"classes": "规划班数", "seats": "规划学位", "seats_more": "较现状增加", "year": "建成年份"}
SCENARIO_COLUMNS = {
    "sites": "规划选址（处）", "after.covered": "半径内（建成后）", "after.uncovered": "半径外（建成后）",
    "after.share": "覆盖率（建成后）", "people_newly": "新增覆盖", "people_lost": "不再覆盖",
    "mean_m": "{}（米）",
    "cost": "投资（图层单位）", "nearer": "比主方案近", "farther": "比主方案远", "status": "求解状态", "gap": "差距",
}  # fmt: skip
"""Last part of a scenario figure's id → its column in 方案比较表; {} is one of `WAY_NAMES`."""
_PHASES = {"before": "现状", "after": "建议后"}
_MOST_HEAD_ROWS = 8


@dataclass(frozen=True)
class Spot:
    """A cell by what stands beside and above it.

    Attributes:
        sheet: how the sheet's title ends.
        row: the Chinese header of a column and the word that the row has there ('' for an empty cell).
        column: the Chinese header of the figure's own column.
        number: which of several such rows: a clause that can be read in two ways has two.
    """

    sheet: str
    row: Mapping[str, str]
    column: str
    number: int = 1


def spots(identifier: str, figure: Mapping[str, Any]) -> tuple[Spot, ...]:
    """Where the workbooks print a figure; none for a figure that no table holds.

    Args:
        identifier: its id.
        figure: its record in figures.json.
    """
    role, _, named = next(iter(figure.get("rows", [])), "").partition(":")
    place = clean_text(id_words(named, role))
    if found := _COVERAGE.fullmatch(identifier):
        stage, travel, phase, name = found[1], found[2], found[3], found[4]
        return _coverage(stage, travel, phase, name, place, "学生" if figure.get("unit") == "pupils" else "人口")
    if found := _SITE.fullmatch(identifier):
        return _site(found[1], found[2], place, "学生" if figure.get("unit") == "pupils" else "人口")
    if found := _PUPILS.fullmatch(identifier):
        row = {"学段": Stage(found[1]).zh, "方案": _SCENARIOS[found[3]], "编号": place}
        return (Spot("学龄人口预测表", row, "高峰年" if found[2] == "peak_year" else found[2]),)
    if (found := _SEATS.fullmatch(identifier)) and found[3] in _SEAT_COLUMNS:
        row = {"学段": Stage(found[1]).zh, "学年": found[2], "编号": place}
        return (Spot("学位供需平衡表", row, _SEAT_COLUMNS[found[3]]),)
    if found := _CLAUSE.fullmatch(identifier):
        return (Spot("指标表", {"条款": figure.get("rule", "")}, "现值（测算）", int(found[1] or 1)),)
    return _of_plans(identifier, str(figure.get("zh", "")), place)


def _of_plans(identifier: str, words: str, place: str) -> tuple[Spot, ...]:
    found = _SCENARIO.fullmatch(identifier)
    if built := _BUILT.fullmatch(identifier):
        return (Spot("近期建设项目表", {"编号": place}, _BUILT_COLUMNS[built[2]], int(built[1] or 1)),)
    if found is None or found[3] not in SCENARIO_COLUMNS:
        return ()
    way = next((zh for zh, _ in WAY_NAMES.values() if words.endswith(zh)), "")
    return (Spot("方案比较表", {"序号": found[1], "学段": Stage(found[2]).zh}, SCENARIO_COLUMNS[found[3]].format(way)),)


def _coverage(stage: str, travel: str, phase: str, name: str, place: str, noun: str) -> tuple[Spot, ...]:
    columns = {
        "people": noun, "assessed": f"有半径标准的{noun}", "covered": f"半径内{noun}（{_PHASES[phase]}）",
        "share": f"覆盖率（{_PHASES[phase]}）",
    }  # fmt: skip
    row = {"学段": Stage(stage).zh, "出行方式": Travel(travel).zh, "片区编号": place}
    return (Spot("覆盖", row, columns[name]),) if name in columns else ()


def _site(stage: str, name: str, place: str, noun: str) -> tuple[Spot, ...]:
    row = {"学段": Stage(stage).zh, "编号": place}
    proposed = {
        "people_newly": f"新增覆盖{noun}", "people_assigned": f"半径内就近{noun}", "pupils_newly": "新增覆盖学生",
        "seats": "学位", "next_best": "次优地块", "loss": "改用次优的损失",
    }  # fmt: skip
    built = {"seats": "规划学位", "year": "建成年份", "cost": "投资（图层单位）"}
    found = [Spot("建议", row, proposed[name])] if name in proposed else []
    return (*found, *([Spot("近期建设项目表", row, built[name])] if name in built else []))


def printed_cells(folder: Path, wanted: Sequence[Spot]) -> Iterator[tuple[str, Any]]:
    """The cells that are found, as `tables.xlsx 表2 学龄人口预测表!F12` and their value; a broken workbook has none."""
    import openpyxl  # noqa: PLC0415  heavy

    for path in sorted(folder.glob("*.xlsx")) if wanted else ():
        try:
            book = openpyxl.load_workbook(path, read_only=True)
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            continue
        for page in book.worksheets:
            for spot in wanted:
                if page.title.endswith(spot.sheet):
                    for where, value in _cells(page, spot):
                        yield f"{path.name} {page.title}!{where}", value
        book.close()


def _cells(page: Any, spot: Spot) -> Iterator[tuple[str, Any]]:  # noqa: ANN401  a worksheet of openpyxl
    heads: dict[str, int] = {}
    met = 0
    for number, row in enumerate(page.iter_rows(values_only=True), start=1):
        words = [_word(cell) for cell in row]
        if not heads:
            first = {
                str(cell).partition("\n")[0]: at for at, cell in reversed(list(enumerate(row))) if cell is not None
            }
            if {*spot.row, spot.column} <= set(first):
                heads = first
            elif number > _MOST_HEAD_ROWS:
                return
        elif all(_is(words[heads[name]], word) for name, word in spot.row.items()):
            met += 1
            if met == spot.number:
                from openpyxl.utils import get_column_letter  # noqa: PLC0415  heavy

                yield f"{get_column_letter(heads[spot.column] + 1)}{number}", row[heads[spot.column]]


def _word(cell: Any) -> str:  # noqa: ANN401  any value of a cell
    """`小学` of `小学 / primary`, `2030` of 2030, '' of an empty cell."""
    return "" if cell is None else str(cell).partition(" / ")[0]


def _is(cell: str, word: str) -> bool:
    return cell == word or (bool(word) and word in cell.split("、"))


def agrees(value: Any, cell: Any, unit: str) -> bool:  # noqa: ANN401  values of JSON and of a cell
    """True where a cell says what the figure says, as far as the cell's own rounding goes."""
    if isinstance(value, int | float) and isinstance(cell, int | float):
        return abs(value - cell) <= (1e-4 if unit in {"share", "ratio"} else 0.51)  # half a person
    return (value is None and cell in {None, ""}) or value == cell
