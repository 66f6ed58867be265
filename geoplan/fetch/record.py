"""What stands beside an extract: where it comes from, of what moment, under which licence. And what to paste."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoplan.fetch.extract import CREDIT, LICENCE, LICENCE_URL
from geoplan.fetch.query import Kind

if TYPE_CHECKING:
    from pathlib import Path

    from geoplan.fetch.extract import Counts

_ROLES = {Kind.ROADS: "roads", Kind.BARRIERS: "barriers", Kind.SCHOOLS: "schools", Kind.BUILDINGS: "population"}


@dataclass(frozen=True)
class Origin:
    """Where an extract comes from.

    Attributes:
        file: its name.
        sha256: of its bytes.
        kinds: what was asked for.
        area: how the area was named.
        bounds: west, south, east, north of the area, degrees.
        cells: how many questions were answered.
        endpoints: who answered, without passwords.
        query: Overpass QL, with `{{bbox}}` in place of each cell.
        oldest, newest: moments of the data (`osm_base`) of the cells.
        fetched: the last day of an answer, by the servers' own clock.
        counts: elements.
    """

    file: str
    sha256: str
    kinds: tuple[Kind, ...]
    area: str
    bounds: tuple[float, float, float, float]
    cells: int
    endpoints: tuple[str, ...]
    query: str
    oldest: str
    newest: str
    fetched: str
    counts: Counts

    @property
    def day(self) -> str:
        """The day that a page should print: of the oldest cell."""
        return self.oldest[:10] or self.fetched

    @property
    def credit(self) -> str:
        """One line for a page."""
        return f"{CREDIT}, ODbL 1.0, {self.day}".rstrip(", ")

    def as_toml(self) -> str:
        """The record that is written beside the extract."""
        values: dict[str, object] = {
            "file": self.file, "sha256": self.sha256, "credit": CREDIT, "licence": LICENCE, "licence_url": LICENCE_URL,
            "osm_base": self.oldest, "osm_base_newest": self.newest, "fetched": self.fetched,
            "endpoints": list(self.endpoints), "kinds": [str(kind) for kind in self.kinds], "area": self.area,
            "bounds": list(self.bounds), "cells": self.cells, "nodes": self.counts.nodes, "ways": self.counts.ways,
            "relations": self.counts.relations, "query": self.query,
        }  # fmt: skip
        lines = [
            "# 数据来源：发布、转交本数据及其衍生成果时须保留署名与许可。",
            "# Origin of the file; credit and licence go along with it and with what is made from it.",
            *(f"{key} = {_toml(value)}" for key, value in values.items()),
        ]
        return "\n".join(lines) + "\n"

    def to_paste(self, path: str) -> str:
        """Lines for project.toml.

        Args:
            path: of the extract, as project.toml should name it.
        """
        zh, en = (
            ("道路等底图数据", "Roads and other base data") if Kind.ROADS in self.kinds else ("底图数据", "Base data")
        )
        notices = [f"{zh} {self.credit}", f"{en} {self.credit}"]
        lines = [f"# [project] 下 / under [project]:  notices = {_toml(notices)}"]
        roads = Kind.ROADS in self.kinds
        for kind in self.kinds:
            if kind is Kind.BARRIERS and roads:
                continue  # taken from the roads' own file where the project names none
            lines += ["", f"[layers.{_ROLES[kind]}]", f"path = {_toml(path)}"]
            if kind is Kind.BUILDINGS:
                lines += ['layer = "buildings"', 'spread = { by = "area", totals = "people" }']
        return "\n".join(lines)


def _toml(value: object) -> str:
    """A TOML value: JSON's strings, numbers and lists are TOML as well."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def as_named(target: Path, folder: Path | None) -> str:
    """The path of an extract as project.toml in `folder` names it: relative where it lies inside."""
    whole = target.resolve()
    inside = folder is not None and whole.is_relative_to(folder)
    return whole.relative_to(folder).as_posix() if inside and folder is not None else str(whole)
