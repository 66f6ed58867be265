from __future__ import annotations

import numpy as np
import pytest

from geoplan.errors import TravelError
from geoplan.travel import build_network, estimate
from geoplan.travel.estimate import check_size, size_of


def grid(streets, side):
    at = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1) * 100.0
    return streets(*at, *np.swapaxes(at, 0, 1))


def test_edges_are_estimated_from_the_vertices_that_lines_share(streets):
    roads = grid(streets, 20)
    edges = len(build_network(roads).edge_m)
    assert size_of(roads).edges == pytest.approx(edges, rel=0.05)
    bent = streets([(x, (x % 3) * 5.0) for x in range(500)])
    assert (size_of(bent).edges, size_of(bent).vertices) == (1, 500)


def test_what_would_not_fit_is_refused_with_figures_and_advice(streets, monkeypatch):
    roads = grid(streets, 20)
    with pytest.raises(TravelError, match=r"40 roads with 800 vertices.*osmium extract"):
        check_size(roads, memory_mb=0.001)
    assert check_size(roads, memory_mb=1000).lines == 40
    monkeypatch.setattr(estimate, "available_mb", lambda: 0.1)
    with pytest.raises(TravelError, match="this computer has room for"):
        check_size(roads)
    monkeypatch.setattr(estimate, "available_mb", lambda: None)
    check_size(roads)


def test_the_free_memory_of_this_machine_is_known_or_not_but_never_wrong():
    free = estimate.available_mb()
    assert free is None or free > 10
