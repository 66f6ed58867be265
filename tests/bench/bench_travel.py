"""Walking matrix against scipy's bounded Dijkstra on the same street grid, in one run.

python tests/bench/bench_travel.py [nodes a side] [origins]
"""

from __future__ import annotations

import sys
import time

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geoplan.travel import Walk, build_network
from geoplan.types import Layer

BLOCK_M = 100.0
CUTOFF_M = 1_500.0


def street_grid(side):
    """A grid of streets with jittered junctions, so that no two ways are equally long."""
    rng = np.random.default_rng(0)
    at = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1) * BLOCK_M + rng.uniform(
        -20, 20, (side, side, 2)
    )
    east = np.stack([at[:, :-1], at[:, 1:]], axis=2).reshape(-1, 2, 2)
    north = np.stack([at[:-1], at[1:]], axis=2).reshape(-1, 2, 2)
    lines = shapely.linestrings(np.concatenate([east, north]))
    frame = gpd.GeoDataFrame({"crossing": False}, geometry=lines, index=[str(row) for row in range(len(lines))])
    return Layer("roads", frame, "grid")


def main(side, homes):
    began = time.perf_counter()
    network = build_network(street_grid(side))
    built = time.perf_counter() - began
    rng = np.random.default_rng(1)
    home = rng.uniform(0, side * BLOCK_M, (homes, 2))
    school = rng.uniform(0, side * BLOCK_M, (max(homes // 100, 1), 2))
    walk = Walk(network)
    walk.within(home[:2], school[:1], CUTOFF_M)  # compile
    began = time.perf_counter()
    walk.stand(home)
    snapped = time.perf_counter() - began
    began = time.perf_counter()
    matrix = walk.within(home, school, CUTOFF_M)
    ours = time.perf_counter() - began
    graph = csr_array((network.arc_m, network.neighbour, network.indptr))
    nearest = walk.network.edge_node[walk.stand(school).edge, 0]
    began = time.perf_counter()
    dijkstra(graph, indices=nearest, limit=CUTOFF_M)
    scipys = time.perf_counter() - began
    print(f"{network!r} built in {built:.2f} s")
    print(f"{homes:,} homes put on their streets in {snapped:.2f} s")
    print(f"{matrix!r}: geoplan {ours:.2f} s, scipy {scipys:.2f} s (nodes only); ratio {scipys / ours:.1f}")


if __name__ == "__main__":
    main(*(int(each) for each in (sys.argv[1:] or (250, 50_000))))
