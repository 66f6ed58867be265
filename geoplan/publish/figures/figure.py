"""One number that is published, under an id by which page, tables, texts and `geoplan trace` know it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoplan.errors import PublishError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoplan.publish.privacy import Count
    from geoplan.rules import Rule

NOTHING = "—"
UNITS_ZH = {
    "people": "人", "pupils": "人", "seats": "个", "m": "米", "share": "", "ratio": "", "year": "年", "schools": "所",
    "sites": "处", "gaps": "处", "districts": "个", "clauses": "条", "rows": "行", "zones": "个",
    "projects": "项", "classes": "班",
    "": "",
}  # fmt: skip
"""What stands behind a number in Chinese; a unit that is not here stands as it is."""


@dataclass(frozen=True)
class Method:
    """How a kind of figure comes about; written once for all figures of the kind.

    Attributes:
        key: its short name in figures.json.
        zh, en: a sentence each.
        printed: where figures of the kind are published: sheets of the tables, parts of the page.
    """

    key: str
    zh: str
    en: str
    printed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """One published number.

    Attributes:
        id: parts joined by dots, see `part`.
        zh, en: what it counts.
        value: as published: a number, a text such as `<10` where children are protected, None where nothing is known.
        unit: `people`, `pupils`, `seats`, `m`, `share` (0 to 1), `ratio`, `year`, `schools`, …, or '' for words.
        text: as it is printed, without its unit.
        rule: id of the clause that it is measured by, '' without one; several are joined by commas.
        citation: file and line of that clause.
        layers: role of each layer and table that it rests on, and how many of its rows enter.
        rows: `role:id` of the rows that it speaks of, where they are few.
    """

    id: str
    zh: str
    en: str
    value: Count
    unit: str
    text: str
    rule: str
    citation: str
    layers: Mapping[str, int]
    method: Method
    rows: tuple[str, ...] = ()

    @property
    def how_zh(self) -> str:
        """How it comes about, in Chinese."""
        return self.method.zh

    @property
    def how_en(self) -> str:
        """How it comes about, in English."""
        return self.method.en

    def as_dict(self) -> dict[str, Any]:
        """Plain values for figures.json; what is empty is left out, and what whole kinds share stands there once."""
        found = {
            "zh": self.zh,
            "en": self.en,
            "value": self.value,
            "unit": self.unit,
            "text": self.text,
            "rule": self.rule,
            "rows": list(self.rows),
            "method": self.method.key,
        }
        return {key: value for key, value in found.items() if key == "value" or value not in ("", [])}


class Book(dict[str, Figure]):
    """Figures by id; an id stands once."""

    def put(self, figure: Figure) -> None:
        """Add a figure.

        Raises:
            PublishError: another figure has the id.
        """
        if figure.id in self:
            raise PublishError(f"Two figures have the id {figure.id}. Rename one of the rows that it speaks of.")
        self[figure.id] = figure


def part(identifier: str) -> str:
    """A row's id as a part of a figure's id: letters, digits, `_` and `-`; anything else as `~` and its code.

    Different ids stay different, and a dot always divides parts.
    """
    return re.sub(r"[^\w-]", lambda found: f"~{ord(found.group()):x}~", identifier) or "~"


def printed(value: Count, unit: str) -> str:
    """A value as it is printed: whole people with commas, shares in per cent, `—` for nothing."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return NOTHING
    if isinstance(value, str):
        return value
    if unit == "share":
        return share_percent(value)
    if unit == "year":
        return str(round(value))
    if unit == "ratio":
        return f"{value:,.2f}"
    return f"{value:,.0f}" if unit in UNITS_ZH and unit else decimal(value)


def share_percent(share: float) -> str:
    """A share with one decimal; 100 % only for all and 0 % only for none, as `units.percent` has it."""
    tenths = round(1000 * share)
    if share < 1 and tenths >= 1000:
        return "99.9%"
    return "0.1%" if share > 0 and tenths <= 0 else f"{tenths / 10:.1f}%"


def decimal(value: float) -> str:
    """At most two decimals, without zeros at the end."""
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")


def cited(*rules: Rule | None) -> tuple[str, str]:
    """Ids and citations of rules, each once."""
    known = {rule.id: rule for rule in rules if rule is not None}
    return ", ".join(known), "; ".join(source_of(rule) for rule in known.values())


def source_of(rule: Rule) -> str:
    """`《title》file:line`."""
    return f"《{rule.source_title}》{rule.citation}" if rule.source_title else rule.citation
