"""`[[rules]]` of a profile's file, as `Rule`s."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from geoplan.rules.entries import Keys, is_number, read_entries, twice
from geoplan.rules.rule import (
    EVIDENCE,
    OPERATORS,
    POPULATION_PER_PUBLIC_SCHOOL,
    POPULATION_PER_SCHOOL,
    QUANTITIES,
    SERVICE_RADIUS,
    Rule,
)
from geoplan.types import Area, Stage
from geoplan.units import UNITS, to_base

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEYS = Keys(
    required=("id", "stage", "area", "quantity", "operator", "unit", "clause", "source", "evidence"),
    optional=("low", "high", "line", "supply", "merges", "notice_zh", "notice_en"),
    choices={
        "stage": tuple(Stage),
        "area": tuple(Area),
        "quantity": QUANTITIES,
        "operator": OPERATORS,
        "evidence": tuple(EVIDENCE),
        "supply": ("all", "public"),
    },
)


def read_rules(
    raw: Mapping[str, Any], *, profile: str, titles: Mapping[str, str]
) -> tuple[tuple[Rule, ...], list[str]]:
    """The rules of a profile, and what is wrong with the entries that make none.

    Args:
        raw: the whole file.
        profile: its id.
        titles: what each source is called.
    """
    rules, faults = read_entries(raw, "rules", name="id", parse=partial(_parse, profile=profile, titles=titles))
    return rules, faults + [f"two rules have the id {each!r}." for each in twice(rule.id for rule in rules)]


def _parse(table: Mapping[str, Any], *, profile: str, titles: Mapping[str, str]) -> tuple[Rule | None, list[str]]:
    faults = _KEYS.faults(table) + _bound_faults(table)
    if faults:
        return None, faults
    unit = str(table["unit"])
    low, high = (to_base(float(table[key]), unit)[0] if key in table else None for key in ("low", "high"))
    return Rule(
        id=str(table["id"]),
        stage=Stage(table["stage"]),
        area=Area(table["area"]),
        quantity=str(table["quantity"]),
        operator=str(table["operator"]),
        low=low,
        high=high,
        unit=to_base(0.0, unit)[1],
        clause=str(table["clause"]),
        source=str(table["source"]),
        line=table.get("line"),
        evidence=str(table["evidence"]),
        profile=profile,
        source_title=str(titles.get(table["source"], "")),
        supply="public" if table["quantity"] == POPULATION_PER_PUBLIC_SCHOOL else str(table.get("supply", "all")),
        merges=tuple(table.get("merges", ())),
        notice_zh=str(table.get("notice_zh", "")),
        notice_en=str(table.get("notice_en", "")),
    ), []


def _bound_faults(table: Mapping[str, Any]) -> list[str]:
    """What is wrong with the unit, operator and bounds of a rule, given its quantity."""
    quantity = table.get("quantity")
    faults = [
        f"{key}: expected a number above 0, found {table[key]!r}."
        for key in ("low", "high")
        if key in table and not (is_number(table[key]) and table[key] > 0)
    ]
    if quantity in UNITS and table.get("unit") not in (None, *UNITS[quantity]):
        faults.append(f"unit: expected one of {', '.join(UNITS[quantity])} for {quantity}, found {table['unit']!r}.")
    if quantity == SERVICE_RADIUS and ("high" not in table or table.get("operator") != "<="):
        faults.append('service_radius: needs operator "<=" and high.')
    is_band = quantity in {POPULATION_PER_SCHOOL, POPULATION_PER_PUBLIC_SCHOOL}
    if is_band and not (table.get("operator") == "between" and "low" in table and "high" in table):
        faults.append(f'{quantity}: needs operator "between", low and high.')
    if not faults and "low" in table and "high" in table and table["low"] > table["high"]:
        faults.append(f"low {table['low']} is above high {table['high']}.")
    return faults
