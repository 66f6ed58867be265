"""What is ordered, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoplan.fetch.query import Kind

if TYPE_CHECKING:
    from pathlib import Path

    from geoplan.fetch.area import Area
    from geoplan.fetch.record import Origin


@dataclass(frozen=True, eq=False)
class Order:
    """What to fetch.

    Attributes:
        area: where.
        kinds: what; the same extract holds them all.
        out: the folder of the extract; the answers are stored in its subfolder `.fetch`.
        name: of the extract without ending; '' for `osm-` and the kinds.
        endpoint: an Overpass server; None for `osmnx.settings.overpass_url`.
        fresh: ask again for what is stored.
    """

    area: Area
    kinds: tuple[Kind, ...]
    out: Path
    name: str = ""
    endpoint: str | None = None
    fresh: bool = False

    @property
    def stem(self) -> str:
        """The name of the extract without ending."""
        return self.name or "-".join(["osm", *(kind for kind in Kind if kind in self.kinds)])


@dataclass(frozen=True)
class Fetched:
    """What came of it.

    Attributes:
        file: the extract.
        record: its `.source.toml`.
        origin: what the record says.
        asked: questions that went to the server.
        stored: answers that were there already.
        notes: what the reader of the data should know.
    """

    file: Path
    record: Path
    origin: Origin
    asked: int
    stored: int
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """For --json."""
        origin = self.origin
        return {
            "file": str(self.file), "record": str(self.record), "sha256": origin.sha256, "credit": origin.credit,
            "osm_base": origin.oldest, "osm_base_newest": origin.newest, "fetched": origin.fetched,
            "cells": origin.cells, "asked": self.asked, "stored": self.stored, "nodes": origin.counts.nodes,
            "ways": origin.counts.ways, "relations": origin.counts.relations, "notes": list(self.notes),
        }  # fmt: skip
