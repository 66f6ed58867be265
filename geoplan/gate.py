"""The lint between finished files and the folder that they are for: refuses with --publish, else warns in short."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import typer

from geoplan.terminal import FAILS, print_json, say
from geoplan.types import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from geoplan.publish.edition import Edition
    from geoplan.types import Finding

MOST_TOLD, MOST_REFUSED = 3, 40


class Gate:
    """What looks at the files of one publication before they are put in their place.

    Attributes:
        findings: what the lint found; errors are warnings here unless it refused.
    """

    def __init__(self, *, is_public: bool, as_json: bool) -> None:
        self._is_public, self._as_json = is_public, as_json
        self._errors = 0
        self.findings: tuple[Finding, ...] = ()

    def check(self, edition: Edition) -> Callable[[Sequence[Path]], None]:
        """What looks at the files of an edition; it ends the program with exit code 1 where it refuses."""

        def look(files: Sequence[Path]) -> None:
            from geoplan.publish.lint import as_warnings, lint  # noqa: PLC0415  heavy

            found = lint(edition, files)
            self._errors = sum(finding.severity is Severity.ERROR for finding in found)
            is_refused = self._is_public and self._errors > 0
            self.findings = found if is_refused else as_warnings(found)
            if is_refused:
                self._refuse()

        return look

    def _refuse(self) -> None:
        if self._as_json:
            print_json({"published": False, "lint": [finding.as_dict() for finding in self.findings]})
        else:
            self._tell_first(MOST_REFUSED, indent="")
            say("\n未公开：上列错误改正前不写任何文件。/ Not published: mend the errors first; no file was touched.")
        raise typer.Exit(FAILS)

    def tell(self) -> None:
        """The findings in short: how many of each kind, the first ones, and how to see the others."""
        if not self.findings:
            return
        kinds = Counter(finding.code for finding in self.findings)
        counts = "、".join(f"{code} {count}" for code, count in kinds.items())
        refusal = "；--publish 会拒绝 / --publish would refuse" if self._errors else ""
        say(f"\n发布前检查 / lint: {counts}{refusal}")
        self._tell_first(MOST_TOLD, indent="  ")

    def _tell_first(self, most: int, *, indent: str) -> None:
        for finding in self.findings[:most]:
            say(f"{indent}{finding}")
        if (rest := len(self.findings) - most) > 0:
            say(f"{indent}… 其余{rest}条 / {rest} more: the same command with --json tells all, under lint")
