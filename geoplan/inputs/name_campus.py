"""One 学校标识码 for several campuses: each row by its code and its campus, where the names say which."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from geoplan.inputs.findings import warning
from geoplan.inputs.name_places import PlaceNames
from geoplan.inputs.names import school_name
from geoplan.inputs.values import cell_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoplan.config import LayerConfig
    from geoplan.inputs.columns import Match
    from geoplan.types import Finding


def with_campus(matches: Mapping[str, Match], source: LayerConfig) -> tuple[Match | None, list[Finding]]:
    """The id column of a schools layer, campuses behind the codes that several rows share; a warning where there are.

    A code whose rows do not all say another campus stays as it is: it is one school twice, and an error later on.
    """
    ids, names = matches.get("id"), matches.get("name")
    if source.role != "schools" or ids is None or names is None:
        return ids, []
    rows: dict[str, list[int]] = defaultdict(list)
    cells = list(ids.cells)
    for row, cell in enumerate(cells):
        if text := cell_text(cell):
            rows[text].append(row)
    changed = []
    for code, shared in rows.items():
        campuses = [school_name(cell_text(names.cells[row]), PlaceNames()).campus for row in shared]
        if len(shared) < 2 or len(set(campuses)) < len(shared):
            continue
        for row, campus in zip(shared, campuses, strict=True):
            if campus:
                cells[row] = f"{code}-{campus}"
                changed.append(cells[row])
    if not changed:
        return ids, []
    what = f"{len(changed):,} campuses share the {ids.header} of another row; they are called by code and campus."
    why = "Results are told by id; tables that name the code alone mean the row without campus."
    return replace(ids, cells=cells), [warning(source, "campus-ids", what, rows=changed, why=why)]
