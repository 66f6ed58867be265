"""Kong's instances of school siting and attendance zones."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geoplan.locate.instances.instance import Instance
from geoplan.locate.instances.words import numbered, read_lines, read_rows, refuse
from geoplan.locate.problem import Model

COLUMNS = ("OID", "pop", "X", "Y", "candidate", "cost", "capacity")


def read_kong(path: Path | str, *, adjacency: Path | str | None = None, p: int | None = None) -> Instance:
    """Blocks and sites of Kong: single source, costs are Euclidean kilometres, weights are pupils.

    Format: a head line, then `OID pop X Y candidate cost capacity` for each block, in metres; the blocks with a
    capacity are the sites. Ids are the OIDs. In `kong_sap` the sites are schools that all stay open: hand their ids
    over as `fixed`, or p as their number.

    Args:
        path: zya1 … zyc5 (siting), zys_13a … gys_41b (zones).
        adjacency: a table `OID ID1 ID2 …` of blocks that touch, with commas or tabs; it becomes `neighbours`.
        p: number of open sites; the files know none.

    Source: Kong 2021, "A hybrid algorithm for the capacitated facility location problem with contiguous service
    areas", chinaXiv 202106.00031.

    Raises:
        InputError: naming file and line.
    """
    import pandas as pd  # noqa: PLC0415  most of what imports the engines reads no such file

    path = Path(path)
    lines = numbered(read_lines(path))
    if not lines or len(lines[0][1].split()) != len(COLUMNS):
        refuse(path, 1, f"a head of {len(COLUMNS)} columns: {' '.join(COLUMNS)}", repr(lines[0][1] if lines else ""))
    table = read_rows(path, lines[1:], COLUMNS)
    own = table[:, 0].astype(np.int64)
    _, first = np.unique(own, return_index=True)
    if len(twice := np.setdiff1d(np.arange(len(own)), first)):
        refuse(path, lines[1 + int(twice[0])][0], "an OID that occurs once", str(own[twice[0]]))
    if len(wrong := np.flatnonzero((table[:, [1, 5, 6]] < 0).any(axis=1))):
        number, line = lines[1 + int(wrong[0])]
        refuse(path, number, "pop, cost and capacity of at least 0", repr(line.strip()))
    is_site = table[:, 6] > 0
    if not is_site.any():
        refuse(path, lines[-1][0], "blocks with a capacity", "none")
    ids = [str(each) for each in own]
    sites = [each for each, site in zip(ids, is_site, strict=True) if site]
    xy, at = table[:, 2:4], table[is_site, 2:4]
    km = np.sqrt(((xy[:, None] - at[None]) ** 2).sum(axis=-1)) / 1000.0
    return Instance(
        path.stem, Model.CAPACITATED, pd.DataFrame(km, index=ids, columns=sites), pd.Series(table[:, 1], index=ids),
        p=p, capacities=pd.Series(table[is_site, 6], index=sites), site_costs=pd.Series(table[is_site, 5], index=sites),
        neighbours=None if adjacency is None else read_neighbours(adjacency, ids),
    )  # fmt: skip


def read_neighbours(path: Path | str, ids: list[str]) -> np.ndarray[tuple[int, ...], np.dtype[np.str_]]:
    """Pairs of blocks that touch, each once, by id. Shape (pairs, 2).

    Raises:
        InputError: naming file and line, for a block that is not one of `ids`.
    """
    path = Path(path)
    lines = numbered(read_lines(path))
    known, found = set(ids), set()
    for number, line in lines[1:]:
        cells = [cell.strip().strip('"') for cell in line.replace("\t", ",").split(",")]
        if len(cells) < 3 or not {cells[1], cells[2]} <= known:
            refuse(path, number, "`OID ID1 ID2` with two blocks of the instance", repr(line.strip()))
        found.add((min(cells[1:3]), max(cells[1:3])))
    return np.array(sorted(found), dtype=np.str_).reshape(-1, 2)
