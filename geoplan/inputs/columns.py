"""Which column of the file is which: the project's own mapping, then geoplan's name, then its aliases."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geoplan.errors import near_match, nearest, suggestion
from geoplan.inputs.findings import error, note
from geoplan.inputs.headers import header_key
from geoplan.inputs.sexes import added, by_sex, findings_of, halves_of
from geoplan.inputs.values import flag
from geoplan.units import M2_PER_HECTARE, M2_PER_MU, PEOPLE_PER_WAN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from geoplan.config import LayerConfig
    from geoplan.inputs.schema import ColumnSchema, LayerSchema
    from geoplan.types import Finding

_IN_WAN = re.compile(r"[(\[【（/_]\s*万人?\s*[)\]】）]?$")
_COUNTED = {"people", "seats"}
_AREA_UNIT = re.compile(r"[(\[【（/_]\s*(万)?\s*(亩|公顷|hm2|hm²|ha|平方米|平米|㎡|m2|m²)\s*[)\]】）]?$", re.IGNORECASE)
_AREA_FACTORS = {
    "亩": M2_PER_MU,
    "公顷": M2_PER_HECTARE,
    "hm2": M2_PER_HECTARE,
    "hm²": M2_PER_HECTARE,
    "ha": M2_PER_HECTARE,
}
_DBF_NAME_BYTES = 9


@dataclass(frozen=True)
class Match:
    """One of geoplan's columns as found in a file.

    Attributes:
        header: the file's own header, or '' for a constant.
        cells: one value a row, as read.
        factor: what a figure is multiplied by, 10,000 under a header such as 人口（万人）, 666.7 under 占地面积（亩）.
        borrowed: the header is another column's own, so that words unknown here are no fault.
        halves: cells for men and for women, of which `cells` are the sums; None for one column.
    """

    header: str
    cells: list[object]
    factor: float = 1.0
    borrowed: bool = False
    halves: tuple[list[object], list[object]] | None = None


def match_columns(
    attributes: pd.DataFrame, source: LayerConfig, schema: LayerSchema, coordinates: LayerSchema
) -> tuple[dict[str, Match], list[Finding]]:
    """Geoplan's columns found in a file, and an error for each one that is required or mapped and is not there.

    Args:
        attributes: the file's columns.
        source: its `columns` map names to headers; a value `=text` is the same in every row.
        schema: the role's columns.
        coordinates: names that `columns` may also map, for tables.
    """
    findings: list[Finding] = []
    matches: dict[str, Match] = {}
    for name, header in source.columns.items():
        target = "people" if name == "pupils" and source.counts == "pupils" else name
        if target not in schema.columns:
            if target not in coordinates.columns:
                findings.append(_unknown_name(source, schema, name))
            continue
        found = _mapped(attributes, source, schema.columns[target], header)
        if isinstance(found, Match):
            matches[target] = found
        else:
            findings.append(found)
    taken = {match.header for match in matches.values()}
    mapped = {*matches, *source.columns, *(["people"] if source.spread is not None else [])}
    pairs = by_sex(header for header in map(str, attributes.columns) if header not in taken)
    lacking = []
    for column in (column for name, column in schema.columns.items() if name not in mapped):
        headers = [header for header in headers_of(attributes, column, source) if header not in taken]
        pair = halves_of({key: pair for key, pair in pairs.items() if not taken & set(pair)}, column)
        if headers:
            matches[column.name] = _match(attributes, headers, column)
            taken.update(headers if _is_any_of(column) else headers[:1])
        elif pair is not None:
            matches[column.name] = _halved(attributes, pair, column)
            taken.update(pair)
        elif column.required:
            lacking.append(column)
    if lacking:
        free = _unclaimed(attributes, source, coordinates, taken)
        findings.extend(_missing(attributes, source, column, free) for column in lacking)
    matches = _with_borrowed(schema, matches)
    findings.extend(_unit_note(source, name, match) for name, match in matches.items() if match.factor != 1)
    findings.extend(findings_of(matches, list(attributes.index), source))
    return matches, findings


def _with_borrowed(schema: LayerSchema, matches: Mapping[str, Match]) -> dict[str, Match]:
    """Also the columns without a header of their own that read another one's, which may be borrowed itself."""
    found = dict(matches)
    for column in schema.columns.values():
        if column.name not in found and column.same_header_as in found:
            found[column.name] = replace(found[column.same_header_as], borrowed=True)
    return found


def headers_of(attributes: pd.DataFrame, column: ColumnSchema, source: LayerConfig) -> list[str]:
    """The file's headers that mean `column`, best first."""
    names = [*column.names, *(column.aliases_pupils if source.counts == "pupils" else ())]
    by_key: dict[str, str] = {}
    for header in attributes.columns:
        by_key.setdefault(header_key(str(header)), str(header))
    found = [by_key[key] for name in names if (key := header_key(name)) in by_key]
    if source.path.casefold().endswith((".shp", ".zip")):
        found.extend(
            header
            for name in names
            for header in attributes.columns
            if len(header.encode()) >= _DBF_NAME_BYTES and len(header) > 2 and name.startswith(header)
        )
    return list(dict.fromkeys(found))


def find_header(attributes: pd.DataFrame, name: str) -> str | None:
    """The file's header that equals `name`, exactly or but for case, width and spaces."""
    if name in attributes.columns:
        return name
    alike = [str(header) for header in attributes.columns if header_key(str(header)) == header_key(name)]
    return alike[0] if alike else None


def missing_column(attributes: pd.DataFrame, source: LayerConfig, header: str, key: str) -> Finding:
    """The error for a header that project.toml names and the file does not have."""
    return error(
        source,
        "missing-column",
        f"The file has no column {header!r}, which {key} names; it has "
        f"{_listed(attributes)}.{near_match(header, map(str, attributes.columns))}",
        fix=f"Correct {key} in [layers.{source.role}].",
    )


def _mapped(attributes: pd.DataFrame, source: LayerConfig, column: ColumnSchema, header: str) -> Match | Finding:
    if header.startswith("="):
        constant = header[1:].strip()
        return Match("", [flag(constant) if _is_any_of(column) else constant] * len(attributes))
    found = find_header(attributes, header)
    if found is None:
        return missing_column(attributes, source, header, f"columns.{column.name}")
    return _match(attributes, [found], column)


def _match(attributes: pd.DataFrame, headers: list[str], column: ColumnSchema) -> Match:
    if _is_any_of(column):
        return _flags(attributes, headers)
    header = headers[0]
    return Match(header, list(attributes[header]), _factor(header, column.unit))


def _halved(attributes: pd.DataFrame, pair: tuple[str, str], column: ColumnSchema) -> Match:
    men, women = (list(attributes[header]) for header in pair)
    return Match(", ".join(pair), added(men, women), _factor(pair[0], column.unit), halves=(men, women))


def _is_any_of(column: ColumnSchema) -> bool:
    """A flag without words of its own, which any of several columns may set."""
    return column.type == "flag" and not column.words


def _factor(header: str, unit: str) -> float:
    if unit in _COUNTED:
        return float(PEOPLE_PER_WAN) if _IN_WAN.search(header) else 1.0
    found = _AREA_UNIT.search(header) if unit == "m2" else None
    if found is None:
        return 1.0
    return _AREA_FACTORS.get(found[2].casefold(), 1.0) * (PEOPLE_PER_WAN if found[1] else 1.0)


def _flags(attributes: pd.DataFrame, headers: list[str]) -> Match:
    """Yes where any of the columns says yes, no where none does; a column that is wholly blank says nothing."""
    rows = zip(*([flag(cell) for cell in attributes[header]] for header in headers), strict=True)
    marks = [list(row) for row in rows]
    informed = any(mark is not None for row in marks for mark in row)
    return Match(", ".join(headers), [any(mark is True for mark in row) if informed else None for row in marks])


def _listed(attributes: pd.DataFrame) -> str:
    names = [str(header) for header in attributes.columns]
    return ", ".join(names[:20]) + (", …" if len(names) > 20 else "") if names else "no columns"


def _unclaimed(attributes: pd.DataFrame, source: LayerConfig, coordinates: LayerSchema, taken: set[str]) -> list[str]:
    """Headers from which nothing is read, neither a column of the role nor coordinates."""
    placed = {found for each in coordinates.columns.values() for found in headers_of(attributes, each, source)}
    claimed = {*taken, *placed, *source.columns.values()}
    return [header for header in map(str, attributes.columns) if header not in claimed]


def _missing(attributes: pd.DataFrame, source: LayerConfig, column: ColumnSchema, free: list[str]) -> Finding:
    """The error for a column that must be there; what was meant may be a header that is not taken for another one."""
    near = next((found for name in column.names if (found := nearest(name, free))), "")
    example = near or next(iter(free), "header")
    return error(
        source,
        "missing-column",
        f"No column for {column.name!r}; the file has {_listed(attributes)}.{suggestion(near)}",
        why=f"Known headers: {_some(column.names)}." + _pupils_hint(column, map(str, attributes.columns)),
        fix=f'Say which it is: columns = {{ {column.name} = "{example}" }} in [layers.{source.role}].',
    )


def _pupils_hint(column: ColumnSchema, headers: Iterable[str]) -> str:
    keys = {header_key(name) for name in column.aliases_pupils}
    pupils = [header for header in headers if header_key(header) in keys]
    return f' {pupils[0]!r} counts pupils: set counts = "pupils".' if pupils else ""


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:8]) + (", …" if len(names) > 8 else "")


def _unknown_name(source: LayerConfig, schema: LayerSchema, name: str) -> Finding:
    known: Mapping[str, ColumnSchema] = schema.columns
    return error(
        source,
        "unknown-column",
        f"columns.{name}: {source.role} have no such column; known: {', '.join(known)}.{near_match(name, known)}",
        fix="On the left stands geoplan's name, on the right the file's own header.",
    )


def _unit_note(source: LayerConfig, name: str, match: Match) -> Finding:
    return note(source, "unit-in-header", f"{name}: figures under {match.header!r} are taken × {match.factor:,.6g}.")
