"""What `[layers.roads]` of project.toml says about the walking network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoplan.tomlfile import TomlReader

ROAD_KEYS = ("barriers", "join_m", "memory_mb")


@dataclass(frozen=True)
class RoadsConfig:
    """How the walking network is made from the roads layer.

    Attributes:
        own_barriers: an OpenStreetMap file brings its rivers, railways and arterials as barriers where the project
            names none.
        join_m: pieces of the network at most this far apart are joined; 0 joins none.
        memory_mb: the network may take this much, in 10^6 bytes; None for most of what is free.
    """

    own_barriers: bool = True
    join_m: float = 0.0
    memory_mb: float | None = None


def read_roads(toml: TomlReader, where: str, table: Mapping[str, object]) -> RoadsConfig:
    """The keys of a `[layers.roads]` table; its faults go to `toml`.

    Args:
        toml: the reader of project.toml.
        where: `layers.roads.`, for messages.
        table: the whole table.
    """
    join_m, memory_mb = table.get("join_m"), table.get("memory_mb")
    return RoadsConfig(
        own_barriers=toml.choice(where + "barriers", table.get("barriers", "auto"), ("auto", "none")) == "auto",
        join_m=0.0 if join_m is None else toml.positive(where + "join_m", join_m),
        memory_mb=None if memory_mb is None else toml.positive(where + "memory_mb", memory_mb),
    )
