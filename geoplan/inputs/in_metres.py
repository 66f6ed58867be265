"""All layers brought into one metric CRS, put right there, and looked at together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geoplan.inputs import apart, checks, cleaning, datum, geometry, georeference, project_crs, repair, strays
from geoplan.inputs.findings import errors_in
from geoplan.inputs.walking import keep_walked

if TYPE_CHECKING:
    from pyproj import CRS

    from geoplan.inputs.draft import Draft
    from geoplan.types import Finding


def in_metres(drafts: dict[str, Draft], wanted: str) -> tuple[CRS | None, list[Finding]]:
    """Bring `drafts` into the project's CRS in place; checks that need metres run only where that succeeded."""
    crs, findings = project_crs.choose_crs(list(drafts.values()), wanted)
    findings.extend(apart.swapped_apart(list(drafts.values())))
    for draft in drafts.values():
        findings.extend(strays.outside_country(draft))
    if errors_in(findings):
        return None, findings
    for role, draft in drafts.items():
        placed, told = georeference.project(draft, crs)
        findings.extend(told)
        drafts[role] = placed
    if errors_in(findings):
        return crs, findings
    findings.extend(apart.far_away(list(drafts.values())))
    for role, draft in drafts.items():
        drafts[role], told = _finished(draft)
        findings.extend(told)
    if not errors_in(findings):
        findings.extend(cleaning.clean_districts(drafts))
    if not errors_in(findings):
        findings.extend(checks.check_together(drafts))
        findings.extend(datum.suspected(drafts))
    return crs, findings


def _finished(draft: Draft) -> tuple[Draft, list[Finding]]:
    draft, walked = keep_walked(draft)
    shapes, findings = repair.repair(draft.frame, draft.geometry, draft.source)
    frame, shapes, told = geometry.reduce(draft.frame, shapes, draft.source)
    return replace(draft, frame=frame, geometry=shapes), [*walked, *findings, *told]
