"""Findings in Chinese: a title for each code, from data/words/findings.toml, and the findings of a plan in groups.

A finding itself is English; its figures and names are in its own sentence. The title says what kind of thing it is, and
data/words/finding_details.toml says the sentence in Chinese where it knows how.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from geoplan.files import bundled
from geoplan.tomlfile import read_toml
from geoplan.types import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from geoplan.types import Finding, Layers

FILE = "words/findings.toml"
DETAILS = "words/finding_details.toml"
_IDS = "ids"
"""How groups of a pattern begin that hold ids of schools or plots, `A, B to primary`."""


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


@dataclass(frozen=True)
class Details:
    """How English sentences are said in Chinese.

    Attributes:
        patterns: a code or how it begins, what finds figures and names in the English, and the Chinese for them.
        terms: Chinese for single English words.
    """

    patterns: tuple[tuple[str, re.Pattern[str], str], ...]
    terms: Mapping[str, str]

    def of(self, code: str, sentence: str, names: Mapping[str, str]) -> str:
        """The sentence in Chinese; '' where no pattern knows it."""
        for start, english, zh in self.patterns:
            if code == start or (start.endswith("-") and code.startswith(start)):
                found = english.search(sentence)
                if found is not None:
                    return zh.format(
                        **{key: self._word(key, text or "", names) for key, text in found.groupdict().items()}
                    )
        return ""

    def _word(self, key: str, text: str, names: Mapping[str, str]) -> str:
        if not key.startswith(_IDS):
            return self.terms.get(text, text.replace(" to ", "—") if key == "years" else text)
        told = []
        for each in text.split(", "):
            identifier, _, stage = each.partition(" to ")
            name = names.get(identifier, "")
            word = f"{name}（{identifier}）" if name and name != identifier else identifier
            told.append(f"{word}归{self.terms.get(stage, stage)}" if stage else word)
        return "、".join(told)


@cache
def details() -> Details:
    """The bundled sentences."""
    raw = read_toml(bundled("data") / DETAILS)
    patterns = tuple((each["code"], re.compile(each["en"]), each["zh"]) for each in raw["detail"])
    return Details(patterns, raw["terms"])


def detail_zh(finding: Finding, names: Mapping[str, str], say: Callable[[str], str] = str) -> str:
    """What a finding says, in Chinese; '' where only its title can be.

    Args:
        names: ids of schools and plots → their names.
        say: hides what must not be told in a sentence.
    """
    return details().of(finding.code, say(finding.what), names)


def school_names(layers: Layers) -> dict[str, str]:
    """Ids of schools and plots → their names."""
    frames = [layer.frame for layer in (layers.sites, layers.schools) if layer is not None]
    return {str(key): str(name or "") for frame in frames for key, name in frame["name"].items()}


def finding_rows(
    findings: Iterable[Finding],
    layers: Mapping[str, str],
    names: Mapping[str, str],
    say: Callable[[str], str] = str,
) -> list[dict[str, Any]]:
    """All findings as a page tells them: in groups with a Chinese title, Chinese sentences, and the English ones.

    Args:
        layers: role → Chinese title of the layer.
        names, say: as in `detail_zh`.
    """
    return [
        {
            "severity": group.severity.value,
            "zh": group.title_zh,
            "en": group.code.replace("-", " "),
            "layer": layers.get(group.layer, ""),
            "details": [zh for zh in (detail_zh(each, names, say) for each in group.findings) if zh],
            "texts": [say(str(each).removeprefix(f"{each.severity.value}: ")) for each in group.findings],
        }
        for group in grouped(findings, least=Severity.NOTE)
    ]


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
