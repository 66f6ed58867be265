"""The walking engine of a project: size checked, network from the cache or built, gates of compounds, islands told."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.travel.cache import cache_folder, open_network
from geoplan.travel.compounds import compounds_of
from geoplan.travel.estimate import check_size
from geoplan.travel.islands import island_findings, pieces
from geoplan.travel.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from geoplan.config_roads import RoadsConfig
    from geoplan.types import Finding, Layer, Layers

TOLD_FROM_S = 2.0
"""What is expected to take longer is announced, with its size."""


def walking_engine(roads: Layer, layers: Layers, config: RoadsConfig, progress: Callable[[str], None]) -> Walk:
    """Walking along the project's roads.

    Args:
        roads: the roads layer.
        layers: barriers and estates are looked at.
        config: `[layers.roads]`.
        progress: told what takes longer than two seconds.

    Raises:
        TravelError: the network would not fit into memory, or no road is left.
    """
    size = check_size(roads, config.memory_mb)
    told = _Patient(progress)
    if size.seconds > TOLD_FROM_S:
        progress(f"步行路网 / walking network of {size}")
        told.began -= TOLD_FROM_S
    network = open_network(roads, layers.barriers, join_m=config.join_m, folder=cache_folder(), progress=told)
    return Walk(network, compounds_of(layers.estates, layers.barriers))


class _Patient:
    """Passes steps on only when two seconds have gone by: nobody needs to read what is over at once."""

    def __init__(self, progress: Callable[[str], None]) -> None:
        self.progress = progress
        self.began = time.monotonic()

    def __call__(self, step: str) -> None:
        if time.monotonic() - self.began >= TOLD_FROM_S:
            self.progress(step)


def network_findings(
    walk: Walk, layers: Layers, people: NDArray[np.float64], places: NDArray[np.object_], *, joined_m: float
) -> tuple[Finding, ...]:
    """What `geoplan check` says of the network: what was assumed, its pieces, and who stands on islands.

    Args:
        walk: the engine.
        layers: for the schools and the name of the file.
        people: shape (n,).
        places: shape (n,), points or polygons in metres; rows without one are left out.
        joined_m: `join_m` of the project.
    """
    placed = ~shapely.is_missing(places) & ~shapely.is_empty(places)
    schools = np.zeros((0, 2))
    if layers.schools is not None:
        shapes = np.asarray(layers.schools.frame.geometry.array, dtype=object)
        schools = shapely.get_coordinates(shapes[~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)])
    homes = shapely.get_coordinates(shapely.point_on_surface(places[placed]))
    found = pieces(walk, homes, people[placed], schools)
    file = layers.roads.file if layers.roads is not None else ""
    # the table of pieces says it better, and the warning follows where somebody stands on them
    assumed = tuple(each for each in walk.findings if each.code != "roads-not-connected")
    return (*assumed, *island_findings(found, file=file, joined_m=joined_m))
