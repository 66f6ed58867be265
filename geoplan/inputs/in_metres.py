"""All layers brought into one metric CRS, put right there, and looked at together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geoplan.inputs import apart, checks, cleaning, datum, geometry, georeference, project_crs, repair, strays
from geoplan.inputs.findings import errors_in
from geoplan.inputs.shape_changes import note_shapes
from geoplan.inputs.walking import keep_walked

if TYPE_CHECKING:
    from pyproj import CRS

    from geoplan.inputs.changes import ChangeLog
    from geoplan.inputs.draft import Draft
    from geoplan.types import Finding


def in_metres(drafts: dict[str, Draft], wanted: str, log: ChangeLog | None = None) -> tuple[CRS | None, list[Finding]]:
    """Bring `drafts` into the project's CRS in place; checks that need metres run only where that succeeded.

    Args:
        drafts: role → layer.
        wanted: the project's `crs`.
        log: collects every geometry that was changed.
    """
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
        note_shapes(log, draft, drafts[role], in_metres=True)
        findings.extend(told)
    if not errors_in(findings):
        districts = drafts.get("districts")
        findings.extend(cleaning.clean_districts(drafts))
        if districts is not None:
            note_shapes(log, districts, drafts["districts"], in_metres=True)
    if not errors_in(findings):
        findings.extend(checks.check_together(drafts))
        findings.extend(datum.suspected(drafts))
    return crs, findings


def _finished(draft: Draft) -> tuple[Draft, list[Finding]]:
    draft, walked = keep_walked(draft)
    shapes, findings = repair.repair(draft.frame, draft.geometry, draft.source)
    frame, shapes, told = geometry.reduce(draft.frame, shapes, draft.source)
    return replace(draft, frame=frame, geometry=shapes), [*walked, *findings, *told]
