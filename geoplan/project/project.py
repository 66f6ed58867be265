"""The facade: one project, from its folder to its published map."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from geoplan.inputs.totals import check_totals
from geoplan.ledger import compare
from geoplan.plan import provenance_of
from geoplan.project.answers import Answers
from geoplan.types import silent

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoplan.ledger import Ledger
    from geoplan.plan import PupilPlan, ZoneProposal


class Project(Answers):
    """A project folder, opened. Layers are read once, when they are first needed.

    Example:
        >>> project = geoplan.Project.open("my-city")
        >>> project.coverage("kindergarten")
        >>> project.propose("primary", new=3)
        >>> project.publish("consultation")
    """

    def publish(
        self, name: str | None = None, *, out: str | Path | None = None, progress: Callable[[str], None] = silent
    ) -> Path:
        """Run the whole job and write the map `name` (a file in maps/) with its tables and data.

        Args:
            name: by default the project's `map`.
            out: folder for the files; by default maps/out in the project's folder.

        Returns:
            The path of the HTML page.

        Raises:
            PublishError: no such map, or the folder cannot be written. What was there before stays.
        """
        from geoplan.publish import publish  # noqa: PLC0415  folium and xlsxwriter are needed only here

        folder = Path(out) if out is not None else self.default_out
        plan, pupils = self.plan(progress=progress), self.pupils_for_map(progress=progress)
        return publish(plan, name or self.config.map, folder, progress=progress, pupils=pupils)

    def publish_pupils(
        self, plan: PupilPlan, *, out: str | Path | None = None, progress: Callable[[str], None] = silent
    ) -> Path:
        """Write the page, workbook, JSON and charts of pupils and seats.

        Args:
            plan: from `pupils`.
            out: as in `publish`.

        Returns:
            The path of the HTML page.
        """
        from geoplan.publish.pupils_report import pupils_report  # noqa: PLC0415  heavy
        from geoplan.publish.report import write_report  # noqa: PLC0415

        layers = self.layers_at_hand
        provenance = provenance_of(self.config, layers, self.rule_book)
        report = pupils_report(plan, self.config, findings=layers.findings, provenance=provenance)
        return write_report(report, Path(out or self.default_out), progress=progress)

    def publish_ledger(
        self,
        ledger: Ledger,
        *,
        other: Ledger | None = None,
        out: str | Path | None = None,
        progress: Callable[[str], None] = silent,
    ) -> Path:
        """Write the page, workbook and JSON of a ledger, and what another profile's rules would change.

        Args:
            ledger: from `ledger`.
            other: of another profile over the same project.
            out: as in `publish`.

        Returns:
            The path of the HTML page.
        """
        from geoplan.publish.ledger_report import ledger_report  # noqa: PLC0415  heavy
        from geoplan.publish.report import write_report  # noqa: PLC0415

        layers = self.layers_at_hand
        provenance = provenance_of(self.config, layers, replace(self.rule_book, profile=ledger.profile))
        differences = compare(ledger, other) if other is not None else ()
        report = ledger_report(
            ledger, self.config, findings=layers.findings, provenance=provenance, other=other, differences=differences,
            totals=check_totals(self.config, layers).rows,
        )  # fmt: skip
        return write_report(report, Path(out or self.default_out), progress=progress)

    def publish_zones(
        self, proposal: ZoneProposal, *, out: str | Path | None = None, progress: Callable[[str], None] = silent
    ) -> Path:
        """Write the map, tables and data of proposed zones; small counts of children are hidden.

        Args:
            proposal: from `zones`.
            out: as in `publish`.

        Returns:
            The path of the HTML page.

        Raises:
            PublishError: there is nothing to publish, or the folder cannot be written. What was there stays.
        """
        from geoplan.publish.zones_publish import publish_zones  # noqa: PLC0415  heavy

        folder = Path(out) if out is not None else self.default_out
        return publish_zones(self.zone_book(proposal), folder, progress=progress)
