"""A new project folder, ready to be filled."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from geoplan.config import PROJECT_FILE
from geoplan.errors import PublishError
from geoplan.files import bundled

if TYPE_CHECKING:
    from pathlib import Path


def init_project(folder: Path) -> Path:
    """Write a commented project.toml and the folders layers/, data/ and maps/; nothing that exists is overwritten.

    Raises:
        PublishError: there is a project.toml already.
    """
    if folder.exists() and not folder.is_dir():
        raise PublishError(f"{folder} is a file; expected a folder for the new project.")
    target = folder / PROJECT_FILE
    if target.exists():
        raise PublishError(f"{target} exists already; nothing was written.")
    for name in ("layers", "data", "maps"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    shutil.copyfile(bundled("data") / "template" / PROJECT_FILE, target)
    return target
