"""What the person at the keyboard says of loose files, checked before any of them is opened."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geoplan.config import ROLES, LayerConfig
from geoplan.config_layers import LocateConfig
from geoplan.errors import ConfigError, MissingFileError, near_match

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True)
class Hints:
    """What the person at the keyboard says about loose files; as in `[layers.<role>]` of project.toml.

    Attributes:
        roles: one for all files, or one for each in their order; empty to have them guessed.
        columns: geoplan's name, or `ages.year` for one role only → the file's header, or `=constant`.
        locate_from: places by whose names schools without coordinates are put on the map.
        locate_datum: of these places.
        settled: decisions about such schools made by hand.
    """

    roles: tuple[str, ...] = ()
    encoding: str | None = None
    sheet: str | None = None
    crs: str | None = None
    datum: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    locate_from: Path | None = None
    locate_datum: str | None = None
    settled: Path | None = None

    @property
    def says_more_than_roles(self) -> bool:
        """Anything that a project's own project.toml says already."""
        named = (self.locate_from, self.locate_datum, self.settled)
        return any((self.encoding, self.sheet, self.crs, self.datum, self.columns, *named))

    def locate(self, folder: Path) -> LocateConfig | None:
        """`locate_from` of the schools, relative to `folder`, or None where nobody asks for it."""
        if self.locate_from is None:
            return None
        places, settled = (
            None if path is None else path.resolve().relative_to(folder).as_posix()
            for path in (self.locate_from, self.settled)
        )
        return LocateConfig(LayerConfig("schools", str(places), datum=self.locate_datum), settled)


def check_hints(files: Sequence[Path], hints: Hints) -> None:
    """Hints that can be followed.

    Raises:
        MissingFileError: a file is not there.
        ConfigError: an unknown role or layer, or a hint that does not say which file it means.
    """
    if hints.locate_from is None and (hints.settled or hints.locate_datum):
        raise ConfigError("--settled and --locate-datum say more of --locate-from: give the file of places, too.")
    named = [path for path in (hints.locate_from, hints.settled) if path is not None]
    missing = [path for path in (*files, *named) if not path.exists()]
    if missing:
        near = [entry.name for entry in missing[0].parent.iterdir()] if missing[0].parent.is_dir() else []
        raise MissingFileError(f"There is no file {missing[0]}.{near_match(missing[0].name, near)}")
    for role in hints.roles:
        if role not in ROLES:
            raise ConfigError(f"--role: unknown {role!r}; known: {', '.join(ROLES)}.{near_match(role, ROLES)}")
    for name in hints.columns:
        head = name.partition(".")[0]
        if "." in name and head not in ROLES:
            raise ConfigError(f"--column: no layer {head!r}; known: {', '.join(ROLES)}.{near_match(head, ROLES)}")
        if "." not in name and len(files) > 1:
            raise ConfigError(f"--column: of which file? With several files write its layer before: ages.{name}=….")
    if len(hints.roles) not in {0, 1, len(files)}:
        raise ConfigError(f"--role: expected one for all files, or {len(files)}, found {len(hints.roles)}.")
