"""p-median and p-centre: graphs of the OR-Library, points of TSPLIB."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from geoplan.locate.costs import Points
from geoplan.locate.instances.instance import Instance
from geoplan.locate.instances.words import Words, numbered, read_lines, read_rows, refuse
from geoplan.locate.problem import Model

if TYPE_CHECKING:
    from numpy.typing import NDArray


def read_pmed(path: Path | str, *, model: Model = Model.P_MEDIAN) -> Instance:
    """An uncapacitated p-median instance of the OR-Library; the p-centre values are of the same files.

    Format: `n m p`, then m edges `i j c`. Costs are shortest paths, every vertex is demand and site. Where an edge
    stands twice the later line holds.

    Source: Beasley 1985, "A note on solving large p-median problems", EJOR 21; OR-Library, pmed1 … pmed40.

    Raises:
        InputError: naming file and line.
    """
    words = Words(path)
    count, edges = words.whole("the number of vertices", least=1), words.whole("the number of edges")
    p = words.whole("p", least=1)
    table = words.numbers(3 * edges, "an edge `i j c`").reshape(-1, 3)
    words.ends()
    ends = table[:, :2].astype(np.int64)
    if len(wrong := np.flatnonzero(((ends < 1) | (ends > count)).any(axis=1))):
        found = " ".join(f"{value:g}" for value in table[wrong[0]])
        refuse(words.path, int(wrong[0]) + 2, f"an edge between vertices 1 to {count}", found)
    return Instance(words.path.stem, model, graph_distances(count, ends - 1, table[:, 2]), p=p)


def graph_distances(count: int, ends: NDArray[np.int64], length: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shortest paths between all vertices, inf where there is none; of equal edges the later one holds.

    Args:
        count: of vertices.
        ends: vertices of each edge, from 0, in any direction. Shape (edges, 2).
        length: of each edge, at least 0.
    """
    low, high = ends.min(axis=1), ends.max(axis=1)
    # the first of the reversed list is the last of the list
    _, last = np.unique((low * count + high)[::-1], return_index=True)
    kept = len(length) - 1 - last
    graph = csr_array((length[kept], (low[kept], high[kept])), shape=(count, count))
    return np.asarray(shortest_path(graph, method="D", directed=False))


def read_tsplib(path: Path | str, *, p: int | None = None, truncated: bool = True) -> Instance:
    """Points of TSPLIB as a p-median instance: every point is demand and site.

    Format: lines `KEY : value`, then `NODE_COORD_SECTION` with `number x y` and `EOF`.

    Args:
        path: a file whose EDGE_WEIGHT_TYPE is EUC_2D.
        p: how many sites to open; TSPLIB itself knows none.
        truncated: distances are cut to whole numbers, as for the values of Duran-Mateluna, Ales, Elloumi 2023, EJOR
            308 (TSPLIB itself rounds them for its tours).

    Source: Reinelt 1991, "TSPLIB - a traveling salesman problem library", ORSA Journal on Computing 3.

    Raises:
        InputError: naming file and line.
    """
    path = Path(path)
    lines = numbered(read_lines(path))
    start = next((at for at, (_, line) in enumerate(lines) if line.strip() == "NODE_COORD_SECTION"), None)
    if start is None:
        refuse(path, lines[-1][0] if lines else 1, "a line NODE_COORD_SECTION", "none")
    heads = {}
    for number, line in lines[:start]:
        key, colon, value = line.partition(":")
        if not colon:
            refuse(path, number, "`KEY : value`", repr(line.strip()))
        heads[key.strip()] = (number, value.strip())
    number, kind = heads.get("EDGE_WEIGHT_TYPE", (1, "none"))
    if kind != "EUC_2D":
        refuse(path, number, "EDGE_WEIGHT_TYPE : EUC_2D", kind)
    stop = next((at for at in range(start, len(lines)) if lines[at][1].strip() == "EOF"), len(lines))
    table = read_rows(path, lines[start + 1 : stop], ("number", "x", "y"))
    number, size = heads.get("DIMENSION", (1, "none"))
    if size != str(len(table)):
        refuse(path, number, f"DIMENSION : {len(table)}, as many points as follow", size)
    xy = table[:, 1:]
    return Instance(path.stem, Model.P_MEDIAN, Points(xy, xy, truncated=truncated), p=p)
