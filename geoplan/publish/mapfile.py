"""A published map as its file in maps/ describes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoplan.errors import ConfigError, PublishError, near_match
from geoplan.files import bundled, own_or_bundled
from geoplan.tomlfile import read_toml

if TYPE_CHECKING:
    from pathlib import Path

_KEYS = ("title", "approval_number", "boundaries", "base")


@dataclass(frozen=True)
class MapFile:
    """One file of maps/.

    Attributes:
        approval_number: 审图号, '' without one.
        boundaries: whether district outlines are shown.
        base: roles drawn under everything else.
        notices: Chinese and English sentences at the head of the page.
    """

    name: str
    title: str
    approval_number: str
    boundaries: bool
    base: tuple[str, ...]
    notices: tuple[tuple[str, str], ...]


def map_names(project_dir: Path | None = None) -> list[str]:
    """The maps at hand: the project's own and the bundled ones."""
    folders = [bundled("maps")] + ([project_dir / "maps"] if project_dir is not None else [])
    return sorted({path.stem for folder in folders for path in folder.glob("*.toml")})


def read_map(name: str, project_dir: Path | None = None) -> MapFile:
    """Read maps/<name>.toml, the project's own first.

    Raises:
        PublishError: no such map; the message lists the known ones.
        ConfigError: an unknown key.
    """
    if name not in (known := map_names(project_dir)):
        raise PublishError(f"No map {name!r}. Known: {', '.join(known)}.{near_match(name, known)}")
    path = own_or_bundled(project_dir, f"maps/{name}.toml")
    raw = read_toml(path)
    head = raw.get("map", {})
    faults = [f"{key}: unknown table." for key in raw if key not in {"map", "notices"}]
    faults += [f"map.{key}: unknown key.{near_match(key, _KEYS)}" for key in head if key not in _KEYS]
    if faults:
        raise ConfigError(f"{path}:\n" + "\n".join(f"  {fault}" for fault in faults))
    return MapFile(
        name=name,
        title=str(head.get("title", "")),
        approval_number=str(head.get("approval_number", "")),
        boundaries=bool(head.get("boundaries", True)),
        base=tuple(str(role) for role in head.get("base", ())),
        notices=tuple((str(each.get("zh", "")), str(each.get("en", ""))) for each in raw.get("notices", [])),
    )
