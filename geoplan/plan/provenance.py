"""Where every figure comes from: inputs by hash, rules by edition, software by version."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoplan.config import PROJECT_FILE
from geoplan.files import own_or_bundled, sha256

if TYPE_CHECKING:
    from geoplan.config import ProjectConfig
    from geoplan.rules import RuleBook
    from geoplan.types import Layers

LIBRARIES = (
    "geopandas",
    "shapely",
    "pyproj",
    "pyogrio",
    "numpy",
    "scipy",
    "scikit-learn",
    "numba",
    "highspy",
    "folium",
    "pandas",
    "xlsxwriter",
)


@dataclass(frozen=True)
class Provenance:
    """Hashes of every input and rule file (by the name that the project uses), and versions."""

    inputs: dict[str, str]
    rules: dict[str, str]
    versions: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for manifest.json."""
        return {"inputs_sha256": self.inputs, "rules_sha256": self.rules, "versions": self.versions}


def provenance_of(config: ProjectConfig, layers: Layers, book: RuleBook) -> Provenance:
    """Hash what was read. Paths are named relative to the project, so that no machine's folders are published."""
    folder = config.folder
    inputs = {PROJECT_FILE: sha256(folder / PROJECT_FILE)} if (folder / PROJECT_FILE).is_file() else {}
    for file in sorted(layers.files):
        path = Path(file)
        name = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
        inputs[f"{path.parent.name}/{path.name}" if name in inputs else name] = sha256(path)
    rules = {
        profile.id: sha256(own_or_bundled(folder, f"data/rules/{profile.id}.toml"))
        for profile in (book.profile, *book.lenders)
    }
    versions = {"geoplan": version("geoplan"), "python": platform.python_version()}
    return Provenance(inputs, rules, versions | {library: version(library) for library in LIBRARIES})
