"""From a project and what was published of it: remarks joined to their plan, and two versions side by side."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from geoplan.config import PROJECT_FILE
from geoplan.errors import ConfigError, RuleError
from geoplan.project import Project
from geoplan.publish.diff_snapshot import Snapshot, read_snapshot, snapshot_of
from geoplan.publish.remarks import TABLE, RemarkBook, collect
from geoplan.types import silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from geoplan.ledger import Ledger

MANIFEST = "manifest.json"


def remark_book(project: Project, files: Sequence[Path], *, out: Path) -> RemarkBook:
    """Remarks of readers joined to a project; answers of an earlier table in `out` are kept.

    Args:
        files: files and folders.
        out: where the table stands, or will stand.

    Raises:
        PublishError: the earlier table cannot be read.
        InputError: the project's layers cannot be used.
    """
    default = project.default_out
    # a set stands in a folder inside; beside another --out there may be other projects
    folders = (default, *sorted(each for each in default.glob("*") if each.is_dir()), out.parent, out)
    known = published_versions(folders)
    return collect(files, project.config, project.layers, project.units, versions=known, answered=out / TABLE)


def published_versions(folders: Iterable[Path]) -> tuple[str, ...]:
    """Versions of the plans whose manifests stand in folders, sorted."""
    found: set[str] = set()
    for folder in folders:
        try:
            version = json.loads((folder / MANIFEST).read_text(encoding="utf-8")).get("plan_version", "")
        except (OSError, ValueError, AttributeError):
            # no manifest, or a file of another program by this name: it says nothing of plans
            continue
        if isinstance(version, str) and version:
            found.add(version)
    return tuple(sorted(found))


def version_of(folder: Path, *, progress: Callable[[str], None] = silent) -> Snapshot:
    """A version of a plan: of a project's folder by computing it, else as it was published in the folder.

    Raises:
        PublishError: the folder is neither.
        GeoplanError: the project's plan cannot be made.
    """
    if not (folder / PROJECT_FILE).is_file():
        return read_snapshot(folder)
    project = Project.open(folder)
    plan = project.plan(progress=progress)
    return snapshot_of(plan, name=folder.name, ledger=_ledger(project))


def _ledger(project: Project) -> Ledger | None:
    """The clauses judged, or None where no year or clauses are known: they are then not compared, which is said."""
    try:
        return project.ledger()
    except (RuleError, ConfigError):
        return None
