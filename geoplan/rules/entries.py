"""What the readers of [[rules]], [[clauses]] and [[caps]] share: keys, choices, and every fault at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from geoplan.errors import near_match

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

T = TypeVar("T")


@dataclass(frozen=True)
class Keys:
    """The keys of one kind of entry: required ones, optional ones, and the values that some are chosen from."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def faults(self, table: Mapping[str, Any]) -> list[str]:
        """Keys that are unknown or missing, and values that are not among the choices; one sentence each."""
        known = (*self.required, *self.optional)
        faults = [f"{key}: unknown key.{near_match(key, known)}" for key in table if key not in known]
        faults += [f"{key}: missing." for key in self.required if key not in table]
        for key, allowed in self.choices.items():
            if key in table and table[key] not in allowed:
                hint = near_match(str(table[key]), allowed)
                faults.append(f"{key}: expected one of {_listed(allowed)}, found {table[key]!r}.{hint}")
        if table.get("evidence") == "plan" and "line" not in table:
            faults.append("line: missing; a clause of a plan is cited by file and line.")
        return faults


def read_entries(
    raw: Mapping[str, Any], key: str, *, name: str, parse: Callable[[Mapping[str, Any]], tuple[T | None, Sequence[str]]]
) -> tuple[tuple[T, ...], list[str]]:
    """The entries under `[[key]]` that are as they should be, and the faults of the others, each with its place.

    Args:
        name: the key that tells entries apart in messages: `id`, or `stage` for caps.
        parse: reads one entry: the value, or None with what is wrong.
    """
    tables = raw.get(key, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        return (), [f"{key}: expected a list of tables, each headed [[{key}]]."]
    found: list[T] = []
    faults: list[str] = []
    for position, table in enumerate(tables, start=1):
        value, wrong = parse(table)
        faults += [f"{key}[{position}] {table.get(name, f'(no {name})')}: {fault}" for fault in wrong]
        if value is not None:
            found.append(value)
    return tuple(found), faults


def twice(ids: Iterable[str]) -> list[str]:
    """Those that come a second time."""
    seen: set[str] = set()
    return [each for each in ids if each in seen or seen.add(each)]  # type: ignore[func-returns-value]


def is_number(value: object) -> bool:
    """True for whole and decimal numbers; TOML's `true`, `nan` and `inf` are none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")


def _listed(allowed: Sequence[str]) -> str:
    return ", ".join(str(value) or '""' for value in allowed)
