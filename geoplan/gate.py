"""The lint before the work, and between finished files and their folder: refuses with --publish, else warns."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import typer

from geoplan.terminal import FAILS, print_json, say
from geoplan.types import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from geoplan.project import Project
    from geoplan.publish.edition import Edition
    from geoplan.publish.mapfile import MapFile
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
        self._before: tuple[Finding, ...] | None = None
        self.findings: tuple[Finding, ...] = ()

    def ask_first(self, project: Project, map_file: MapFile, progress: Callable[[str], None]) -> None:
        """What needs nothing computed is asked before the work; ends the program with exit code 1 where it refuses."""
        from geoplan.publish.lint import lint_before  # noqa: PLC0415  heavy

        progress("公开前检查：地图文件与输入 / checking map file and inputs")
        self._before = lint_before(map_file, project.config, project.layers, project.rule_book)
        if self._is_public:
            self._take(self._before)

    def check(self, edition: Edition) -> Callable[[Sequence[Path]], None]:
        """What looks at the files of an edition; it ends the program with exit code 1 where it refuses."""

        def look(files: Sequence[Path]) -> None:
            from geoplan.publish.lint import lint  # noqa: PLC0415  heavy

            self._take(lint(edition, files, before=self._before))

        return look

    def _take(self, found: tuple[Finding, ...]) -> None:
        from geoplan.publish.lint import as_warnings  # noqa: PLC0415  heavy

        self._errors = sum(finding.severity is Severity.ERROR for finding in found)
        is_refused = self._is_public and self._errors > 0
        self.findings = found if is_refused else as_warnings(found)
        if is_refused:
            self._refuse()

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
