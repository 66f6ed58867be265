"""Totals as they were written, read back from page, workbook, JSON and texts, beside those of the plan."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoplan.publish.lint_cells import column_letters, page_data, word_paragraphs
from geoplan.publish.lint_seats import seat_differences
from geoplan.publish.lint_tables import table_differences
from geoplan.publish.privacy_tallies import public_tally
from geoplan.publish.sheets import every_view
from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from geoplan.plan import Plan
    from geoplan.publish.privacy import Count

Key = tuple[str, str, str]
"""Stage, travel mode ('' for the proposal) and measure, such as `after.covered`."""

MEASURES = ("people", "assessed", "covered")
_SUMMARY = {"people": "people", "assessed": "people_assessed", "covered": "people_covered"}
# English headers of the sheet 覆盖, after the noun of what is counted
_COVERAGE_COLUMNS = {
    "": "before.people",
    "that a radius applies to": "before.assessed",
    "within the radius, today": "before.covered",
    "within the radius, proposed": "after.covered",
}


@dataclass(frozen=True)
class Stated:
    """One total as a file states it.

    Attributes:
        where: sheet and cell, JSON path or paragraph.
    """

    file: str
    where: str
    key: Key
    value: Any


def expected_totals(plan: Plan) -> dict[Key, Count]:
    """What every file must say: published values, small counts hidden."""
    found: dict[Key, Count] = {}
    for stage_plan, view in every_view(plan):
        for state, coverage in (("before", view.before), ("after", view.after)):
            tally, head = public_tally(plan, coverage.total), (stage_plan.stage.value, view.travel.value)
            found[(*head, f"{state}.people")] = tally.people
            found[(*head, f"{state}.assessed")] = tally.assessed
            found[(*head, f"{state}.covered")] = tally.covered
    for stage_plan in plan.stages:
        found[stage_plan.stage.value, "", "sites"] = len(stage_plan.proposal.sites)
    return found


def lint_totals(plan: Plan, files: Sequence[Path]) -> Iterator[Finding]:
    """One finding for each total that a file states otherwise than the plan does."""
    expected = expected_totals(plan)
    for path in files:
        for stated in stated_totals(path):
            right = expected.get(stated.key)
            if stated.key in expected and not same(stated.value, right):
                stage, travel, measure = stated.key
                yield differs(stated, f"{stage} {travel} {measure}".replace("  ", " "), right)
    for file, where, what, seats, value in seat_differences(plan, files):
        yield differs(Stated(file, where, ("seats", "", ""), value), what, seats)
    yield from _lint_texts(files)
    figures = next((path for path in files if path.name == "figures.json"), None)
    for path in files:
        if path.suffix == ".xlsx" and figures is not None:
            for place, figure, printed, value in table_differences(path, figures):
                yield differs(
                    Stated(path.name, f"{place.sheet}!{place.cell}", ("", "", figure), value), figure, printed
                )


def same(one: object, other: object) -> bool:
    """Equal as they are printed: whole people, or the same words."""
    if isinstance(one, int | float) and isinstance(other, int | float):
        return round(one) == round(other)
    return one == other


def stated_totals(path: Path) -> Iterator[Stated]:
    """The totals that a file states; none in files of another kind."""
    if path.suffix == ".html":
        yield from _page(path)
    elif path.suffix == ".xlsx":
        yield from _workbook(path)
    elif path.name == "summary.json":
        yield from _summary(path)
    elif path.name == "figures.json":
        yield from _figures(path)


def _page(path: Path) -> Iterator[Stated]:
    data = page_data(path)
    if not isinstance(data, dict) or "views" not in data or "proposals" not in data:
        return
    for number, view in enumerate(data["views"]):
        for state in ("before", "after"):
            for measure in MEASURES:
                key = (view["stage"], view["travel"], f"{state}.{measure}")
                where = f"views[{number}].totals.{state}.{measure}"
                yield Stated(path.name, where, key, view["totals"][state][measure])
    for stage, proposal in data["proposals"].items():
        yield Stated(path.name, f"proposals.{stage}.sites", (stage, "", "sites"), len(proposal["sites"]))


def _summary(path: Path) -> Iterator[Stated]:
    for place, stage in enumerate(json.loads(path.read_text(encoding="utf-8"))["stages"]):
        for number, view in enumerate(stage["coverage"]):
            for state in ("before", "after"):
                for measure, name in _SUMMARY.items():
                    key = (stage["stage"], view["travel"], f"{state}.{measure}")
                    where = f"stages[{place}].coverage[{number}].{state}.{name}"
                    yield Stated(path.name, where, key, view[state][name])
        where = f"stages[{place}].proposal.proposed"
        yield Stated(path.name, where, (stage["stage"], "", "sites"), len(stage["proposal"]["proposed"]))


def _figures(path: Path) -> Iterator[Stated]:
    for name, figure in json.loads(path.read_text(encoding="utf-8"))["figures"].items():
        parts = name.split(".")
        if len(parts) == 4 and parts[2] in {"before", "after"} and parts[3] in MEASURES:
            yield Stated(path.name, name, (parts[0], parts[1], f"{parts[2]}.{parts[3]}"), figure.get("value"))
        elif len(parts) == 2 and parts[1] == "sites":
            yield Stated(path.name, name, (parts[0], "", "sites"), figure.get("value"))


def _workbook(path: Path) -> Iterator[Stated]:
    import openpyxl  # noqa: PLC0415  heavy

    book = openpyxl.load_workbook(path, read_only=True)
    try:
        for page in book.worksheets:
            yield from _coverage_sheet(path.name, page.title, page.iter_rows(values_only=True))
    finally:
        book.close()


def _coverage_sheet(file: str, sheet: str, rows: Iterator[tuple[Any, ...]]) -> Iterator[Stated]:
    """The rows of the whole project of a sheet like 覆盖, known by its English headers."""
    heads = [str(value or "").rpartition("\n")[2] for value in next(rows, ())]
    columns = _measures(heads)
    if not {"stage", "travel", "district"} <= set(heads) or "after.covered" not in columns:
        return
    stage, travel, district = (heads.index(each) for each in ("stage", "travel", "district"))
    for number, row in enumerate(rows, start=2):
        if row[district] == EVERYWHERE:
            head = tuple(str(row[at]).rpartition(" / ")[2] for at in (stage, travel))
            for measure, position in columns.items():
                where = f"{sheet}!{column_letters(position)}{number}"
                yield Stated(file, where, (head[0], head[1], measure), row[position])


EVERYWHERE = "全部 / all"


def _measures(heads: Sequence[str]) -> dict[str, int]:
    """Positions of the columns of totals; where people are counted, columns of pupils are others."""
    noun = "people" if "people" in heads else "pupils"
    wanted = {f"{noun} {rest}".strip(): measure for rest, measure in _COVERAGE_COLUMNS.items()}
    return {wanted[head]: position for position, head in enumerate(heads) if head in wanted}


def _lint_texts(files: Sequence[Path]) -> Iterator[Finding]:
    """Every figure that figures.json says a Word text prints must stand in that text, as it is printed."""
    named = {path.name: path for path in files}
    texts = {name: " ".join(word_paragraphs(path)) for name, path in named.items() if path.suffix == ".docx"}
    if "figures.json" not in named or not texts:
        return
    document = json.loads(named["figures.json"].read_text(encoding="utf-8"))
    for key, places in document.get("printed", {}).items():
        shown = str(document["figures"].get(key, {}).get("text", ""))
        for place in places:
            if ".pdf " in str(place):
                continue  # sheets of the atlas: lint_paper
            # a place that names no file may be in any of them
            asked = [name for name in texts if name in str(place)] or list(texts)
            if shown and not any(_stands(shown, texts[name]) for name in asked):
                yield differs(Stated(asked[0], str(place), ("", "", key), None), key, shown)


def _stands(shown: str, text: str) -> bool:
    return re.search(rf"(?<![\d,.]){re.escape(shown)}(?![\d]|[,.]\d)", text) is not None


def differs(stated: Stated, what: str, right: object) -> Finding:
    """A total that a file states otherwise than it should.

    Args:
        stated: what the file says.
        what: what it is, in words or as a figure's id.
        right: what it should be.
    """
    found = "not found" if stated.value is None and stated.key[0] == "" else repr(stated.value)
    return Finding(
        Severity.ERROR,
        "totals-differ",
        f"{stated.where}：{what} 应为 {right!r}，文件中为 {found} / expected {right!r}, found {found}.",
        why="Page, tables and texts of one publication must state the same totals.",
        fix="Publish all files again from one run; do not edit one of them by hand.",
        file=stated.file,
        rows=(stated.where,),
        count=1,
    )
