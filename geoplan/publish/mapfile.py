"""A published map as its file in maps/ describes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoplan.errors import PublishError, near_match
from geoplan.files import bundled, own_or_bundled
from geoplan.tomlfile import TomlReader, read_toml

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
        ConfigError: an unknown key or an impossible value; all are listed.
    """
    if name not in (known := map_names(project_dir)):
        raise PublishError(f"No map {name!r}. Known: {', '.join(known)}.{near_match(name, known)}")
    path = own_or_bundled(project_dir, f"maps/{name}.toml")
    raw, reader = read_toml(path), TomlReader(path)
    reader.known("", raw, ("map", "notices"))
    head = reader.table("map", raw.get("map", {}))
    reader.known("map.", head, _KEYS)
    notices = raw.get("notices", [])
    if not isinstance(notices, list):
        reader.faults.append(f"notices: expected tables, each headed [[notices]], found {notices!r}.")
        notices = []
    found = MapFile(
        name=name,
        title=reader.text("map.title", head.get("title", "")),
        approval_number=reader.text("map.approval_number", head.get("approval_number", "")),
        boundaries=reader.flag("map.boundaries", head.get("boundaries", True)),
        base=reader.texts("map.base", head.get("base", [])),
        notices=tuple(_notice(reader, f"notices[{place}]", each) for place, each in enumerate(notices, start=1)),
    )
    reader.raise_faults()
    return found


def _notice(reader: TomlReader, where: str, value: object) -> tuple[str, str]:
    table = reader.table(where, value)
    reader.known(f"{where}.", table, ("zh", "en"))
    zh, en = (reader.text(f"{where}.{key}", table.get(key, "")) for key in ("zh", "en"))
    return zh, en
