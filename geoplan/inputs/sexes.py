"""Figures that a census gives for men and women apart, added up: 男_0岁 + 女_0岁 → 0岁.

Only where the file has no column for both together. What cannot be added keeps its own text, so that the reader of
figures names it; where one of the two is blank the sum is unknown, not the other one.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from geoplan.inputs.findings import note, warning
from geoplan.inputs.headers import header_key
from geoplan.inputs.values import cell_text, fold, is_blank, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geoplan.config import LayerConfig
    from geoplan.inputs.columns import Match
    from geoplan.inputs.layer_schema import ColumnSchema
    from geoplan.types import Finding

_SEX = re.compile(r"(?<![a-z])(?:fe)?male(?![a-z])|[男女](?:性|生|童|孩)?")
_BOTH = re.compile(r"(?:合计|小计|总计|共计|男女)$")
_EDGES = "_-/\\·:：—–()[]【】"
_SAMPLES = 3


def by_sex(headers: Iterable[str]) -> dict[str, tuple[str, str]]:
    """What is counted → its headers for men and for women; only what has one of each, none for both.

    Args:
        headers: of the file, such as 男_0岁, 女_0岁, 0岁（男）, 在校生数/女, male_age0. 男女比 is neither.
    """
    found: dict[str, dict[str, list[str]]] = {}
    both: set[str] = set()
    for header in headers:
        folded = fold(header)
        marks = _SEX.findall(folded)
        if not marks or marks == ["男", "女"]:
            both.add(header_key(_BOTH.sub("", folded.strip(_EDGES)).strip(_EDGES)))
        if len(marks) == 1:
            rest = header_key(_SEX.sub("", folded).replace("()", "").strip(_EDGES)).strip(_EDGES)
            sex = "women" if marks[0].startswith(("女", "female")) else "men"
            found.setdefault(rest, {}).setdefault(sex, []).append(header)
    return {
        rest: (sides["men"][0], sides["women"][0])
        for rest, sides in found.items()
        if rest and rest not in both and {sex: len(each) for sex, each in sides.items()} == {"men": 1, "women": 1}
    }


def halves_of(pairs: Mapping[str, tuple[str, str]], column: ColumnSchema) -> tuple[str, str] | None:
    """The headers for men and women of a column that counts people; None where the file has no such pair."""
    if column.type != "number" or column.unit not in {"people", "pupils"}:
        return None
    return next((pairs[key] for name in column.names if (key := header_key(name)) in pairs), None)


def added(men: Sequence[object], women: Sequence[object]) -> list[object]:
    """One cell a row: the sum; None where a side is blank; the cell itself where a side is no count of people."""
    cells: list[object] = []
    for pair in zip(men, women, strict=True):
        figures = [number(cell) for cell in pair]
        bad = [cell for cell, each in zip(pair, figures, strict=True) if each is None or each < 0]
        known = [each for each in figures if each is not None and not math.isnan(each)]
        cells.append(bad[0] if bad else sum(known) if len(known) == len(pair) else None)
    return cells


def shown_halves(men: object, women: object) -> str:
    """Both cells as the report shows them: `1948 + 1723`; '' where both are blank."""
    return "" if is_blank(men) and is_blank(women) else f"{cell_text(men) or '—'} + {cell_text(women) or '—'}"


def findings_of(matches: Mapping[str, Match], labels: Sequence[object], source: LayerConfig) -> list[Finding]:
    """A note that names the columns that were added up, and a warning for rows where one side is blank."""
    halved = {name: match.halves for name, match in matches.items() if match.halves is not None}
    if not halved:
        return []
    names = list(halved)
    shown = ", ".join(f"{name} ({matches[name].header.replace(', ', ' + ')})" for name in names[:_SAMPLES])
    what = f"{len(names):,} columns are men and women added up: {shown}{', …' if len(names) > _SAMPLES else ''}."
    found = [note(source, "sexes-added", what, why="The file counts the two apart and has no column for both.")]
    for name, (men, women) in halved.items():
        rows = [
            str(label) for label, man, woman in zip(labels, men, women, strict=True) if is_blank(man) != is_blank(woman)
        ]
        if rows:
            told = f"{name} ({matches[name].header}): {len(rows):,} rows have only one of the two."
            why = "Their sum is unknown, and is left blank."
            fix = "Write 0 where there is nobody."
            found.append(warning(source, "one-sex-missing", told, rows=rows, why=why, fix=fix))
    return found
