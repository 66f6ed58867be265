"""Building a walking network of a million edges: seconds, memory, the cache; and osmnx's graph of a part of it.

python tests/bench/bench_network.py [nodes a side] [nodes a side for the peer]

The town is a grid of streets with jittered junctions and bent streets; a tenth of them are missing, a river with
bridges and arterials with crossings run through it. Memory is what building adds to the layers, at its peak.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import shapely

from geoplan.travel import build_network
from geoplan.travel.cache import content_key, read_network, write_network
from geoplan.travel.estimate import size_of
from geoplan.types import Layer

BLOCK_M = 100.0
ARTERIAL_EVERY = 20
MB = 1_000_000


def town(side):
    """Roads and barriers of a perturbed grid of side × side junctions."""
    rng = np.random.default_rng(0)
    at = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1) * BLOCK_M
    at = at + rng.uniform(-20, 20, at.shape)
    ends = np.concatenate([
        np.stack([at[:, :-1], at[:, 1:]], axis=2).reshape(-1, 2, 2),
        np.stack([at[:-1], at[1:]], axis=2).reshape(-1, 2, 2),
    ])  # fmt: skip
    middle = ends.mean(axis=1) + rng.uniform(-4, 4, (len(ends), 2))
    lines = shapely.linestrings(np.stack([ends[:, 0], middle, ends[:, 1]], axis=1))
    east = np.arange(len(lines)) < side * (side - 1)
    row = np.where(east, np.arange(len(lines)) // (side - 1), -1)
    arterial = east & (row % ARTERIAL_EVERY == 0)
    kept = arterial | (rng.random(len(lines)) > 0.1)
    river_y = (side // 2 + 0.5) * BLOCK_M
    bridge = ~east & (shapely.bounds(lines)[:, 1] < river_y) & (shapely.bounds(lines)[:, 3] > river_y)
    bridge &= rng.random(len(lines)) < 0.2
    crossing = at[::ARTERIAL_EVERY, ::5].reshape(-1, 2)
    roads = gpd.GeoDataFrame(
        {"crossing": (bridge & kept)[kept], "noded": True},
        geometry=lines[kept],
        index=[str(n) for n in range(kept.sum())],
    )
    river = shapely.LineString([(-BLOCK_M, river_y), (side * BLOCK_M, river_y)])
    shapes = [river, *lines[arterial], *shapely.points(crossing)]
    kinds = ["river"] + ["arterial"] * int(arterial.sum()) + ["crossing"] * len(crossing)
    barriers = gpd.GeoDataFrame({"kind": kinds}, geometry=shapes, index=[str(n) for n in range(len(shapes))])
    return Layer("roads", roads, "grid"), Layer("barriers", barriers, "grid")


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MB


def timed(what):
    """The answer, seconds on the clock, and seconds of this process (less than those on a busy machine)."""
    began, ours = time.perf_counter(), time.process_time()
    answer = what()
    return answer, time.perf_counter() - began, time.process_time() - ours


def peer(roads):
    """The same topology as osmnx holds it: a networkx graph with lengths and geometries, and its components."""
    graph = nx.MultiGraph()
    for line in roads.frame.geometry:
        xy = np.round(shapely.get_coordinates(line), 1)
        graph.add_edge(tuple(xy[0]), tuple(xy[-1]), length=line.length, geometry=line)
    return graph, nx.number_connected_components(graph)


def main(side, small):
    roads, barriers = town(side)
    size = size_of(roads)
    before = peak_mb()
    network, built, cpu = timed(lambda: build_network(roads, barriers))
    added = peak_mb() - before
    print(f"estimated: {size}")
    print(f"{network!r} built in {built:.1f} s ({cpu:.1f} s of work)")
    print(f"peak {peak_mb():,.0f} MB, of which building {added:,.0f} MB")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.npz"
        key, hashed, hash_cpu = timed(lambda: content_key(roads, barriers, join_m=0.0))
        _, wrote, _ = timed(lambda: write_network(network, path, key))
        again, read, read_cpu = timed(lambda: read_network(path, key))
        assert np.array_equal(again.neighbour, network.neighbour)
        print(
            f"cache: key {hashed:.2f} s, written in {wrote:.2f} s ({path.stat().st_size / MB:,.0f} MB), read in "
            f"{read:.2f} s; key and reading are {cpu / (hash_cpu + read_cpu):.1f} times as fast as building"
        )
    part, _ = town(small)
    ours, _, mine = timed(lambda: build_network(part))
    (graph, _), _, theirs = timed(lambda: peer(part))
    print(
        f"{len(ours.edge_m):,} edges without barriers: geoplan {mine:.2f} s, networkx as in osmnx {theirs:.2f} s "
        f"({graph.number_of_edges():,} edges); ratio {theirs / mine:.1f}"
    )


if __name__ == "__main__":
    main(*(int(each) for each in (sys.argv[1:] or (740, 250))))
