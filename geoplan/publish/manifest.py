"""manifest.json: what every figure of a run rests on, so that anybody can trace it and see whether a file changed.

No clock and no machine's folders: the same inputs and software give the same bytes.
"""

from __future__ import annotations

import json
import os.path
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoplan.errors import PublishError
from geoplan.files import sha256
from geoplan.publish.public_summary import solver_report
from geoplan.publish.scenario_records import scenario_records
from geoplan.publish.version import input_contents, plan_version

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geoplan.plan import Plan, StagePlan

FORMAT = "geoplan-manifest/1"
MANIFEST_FILE = "manifest.json"
_KINDS = {True: ("法定成果", "a statutory set"), False: ("公示图", "a published map")}


def manifest(plan: Plan, files: Sequence[Path], *, map_name: str) -> dict[str, Any]:
    """The manifest of one run.

    Args:
        plan: from `Project.plan()`.
        files: the files that were written; their names are relative to the folder that they share.
        map_name: of the published map, a file in maps/.

    Raises:
        FileNotFoundError: one of `files` does not exist.
    """
    config, book = plan.config, plan.book
    return {
        "format": FORMAT,
        "map": map_name,
        "plan_version": plan_version(plan),
        "project": {
            "name": config.name,
            "author": config.author,
            "data_date": config.data_date,
            "notices": list(config.notices),
            "stages": [stage_plan.stage.value for stage_plan in plan.stages],
            "crs": "local" if plan.layers.crs is None else plan.layers.crs.to_string(),
            "counts": plan.units.counts,
        },
        "profile": {
            "id": book.profile.id,
            "title_zh": book.profile.title_zh,
            "title_en": book.profile.title_en,
            "radius_profiles": [lender.id for lender in book.lenders],
            "rules_in_force": [rule.as_dict() for rule in plan.rules_in_force()],
        },
        "provenance": _sorted(plan.provenance.as_dict() | {"contents": input_contents(plan)}),
        "solver": [_solver(plan, stage_plan) for stage_plan in plan.stages],
        "scenarios": scenario_records(plan),
        "outputs_sha256": _hashes(files),
    }


def require_folder(out: Path, *, is_set: bool) -> None:
    """Refuse a folder that holds the other kind of publication, before any work.

    Map and set each have a manifest.json and a geoplan.gpkg: the one would replace the other's, and the hashes of all
    other files there would be lost.

    Args:
        out: where a map, or a set, is to be written; it may not exist.
        is_set: it is a set.

    Raises:
        PublishError: it holds a set and a map is to be written, or the other way round; says where else to write.
    """
    held = _kind_in(out)
    if held is None or held == is_set:
        return
    (zh, en), (wanted_zh, wanted_en) = _KINDS[held], _KINDS[is_set]
    other = out / ("set" if is_set else "map")
    raise PublishError(
        f"{out} 中已有{zh}，写入{wanted_zh}会替换它的 {MANIFEST_FILE} 和 geoplan.gpkg / holds {en} (its "
        f"{MANIFEST_FILE} says so), and {wanted_en} would replace {MANIFEST_FILE} and geoplan.gpkg. Nothing was "
        f"written. Choose another folder, such as --out {other}, or move the old files away."
    )


def _kind_in(folder: Path) -> bool | None:
    """True for a folder with the manifest of a set, False for that of a map, None for neither."""
    try:
        found = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # nothing there, or damaged: there is no manifest to lose
        return None
    return "set" in found if isinstance(found, dict) and found.get("format") == FORMAT else None


def _solver(plan: Plan, stage_plan: StagePlan) -> dict[str, Any]:
    proposal = stage_plan.proposal
    return {
        "stage": stage_plan.stage.value,
        "travel": proposal.travel.value,
        "unit": proposal.unit[1],
        "candidates": len(proposal.candidates),
        "rejected": [{"id": each, "why": why} for each, why in proposal.candidates.rejected],
        **solver_report(plan, proposal),
    }


def _hashes(files: Sequence[Path]) -> dict[str, str]:
    if not files:
        return {}
    folder = Path(os.path.commonpath([path.absolute().parent for path in files]))
    return _sorted({path.absolute().relative_to(folder).as_posix(): sha256(path) for path in files})


def _sorted(values: Mapping[str, Any]) -> dict[str, Any]:
    """By key, all the way down: hashes and versions have no order of their own."""
    return {key: _sorted(value) if isinstance(value, dict) else value for key, value in sorted(values.items(), key=str)}
