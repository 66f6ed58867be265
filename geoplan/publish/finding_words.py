"""Findings in Chinese: a title for each code, from data/words/findings.toml, and the findings of a plan in groups.

A finding itself is English; its figures and names are in its own sentence. The title says what kind of thing it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from geoplan.files import bundled
from geoplan.tomlfile import read_toml
from geoplan.types import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geoplan.types import Finding

FILE = "words/findings.toml"


@dataclass(frozen=True)
class Titles:
    """Chinese titles of findings.

    Attributes:
        codes: by whole code.
        beginnings, endings: of codes that name a column or a layer, by how they begin or end.
    """

    codes: Mapping[str, str]
    beginnings: Mapping[str, str]
    endings: Mapping[str, str]

    def of(self, code: str) -> str:
        """The title of a code; '' where none is known."""
        if code in self.codes:
            return self.codes[code]
        parts = [(start, zh) for start, zh in self.beginnings.items() if code.startswith(start)]
        parts += [(end, zh) for end, zh in self.endings.items() if code.endswith(end)]
        return max(parts, key=lambda part: len(part[0]))[1] if parts else ""


@dataclass(frozen=True)
class Group:
    """Findings of one code about one layer.

    Attributes:
        layer: the role of the layer, '' where it is about none.
        rows: how many rows they are about together.
        findings: as the program reports them.
    """

    severity: Severity
    code: str
    title_zh: str
    layer: str
    rows: int
    findings: tuple[Finding, ...]


@cache
def titles() -> Titles:
    """The bundled titles."""
    raw = read_toml(bundled("data") / FILE)
    return Titles(raw["codes"], raw["beginnings"], raw["endings"])


def title_zh(code: str) -> str:
    """A finding's code in Chinese; where a new code has no title yet, the code itself is named."""
    return titles().of(code) or f"其他提示（{code}）"


def grouped(findings: Iterable[Finding], *, least: Severity = Severity.WARNING) -> tuple[Group, ...]:
    """Findings by severity, code and layer: errors first, then in the order in which the codes come.

    Args:
        findings: of a plan or an edition.
        least: what weighs less is left out.
    """
    order = list(Severity)
    found: dict[tuple[Severity, str, str], list[Finding]] = {}
    for finding in findings:
        if order.index(finding.severity) <= order.index(least):
            found.setdefault((finding.severity, finding.code, finding.layer), []).append(finding)
    return tuple(
        Group(severity, code, title_zh(code), layer, sum(each.count for each in group), tuple(group))
        for (severity, code, layer), group in sorted(found.items(), key=lambda item: order.index(item[0][0]))
    )
