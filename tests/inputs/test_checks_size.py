"""A province in one go: the checks of geometry stay a matter of seconds."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
import shapely

from geoplan.inputs.checks import check_together
from geoplan.inputs.draft import Draft
from geoplan.inputs.schema import layer_schemas
from geoplan.types import Stage

SIDE, CELL_M, STEPS = 55, 5_000, 25
PLACES, SCHOOLS = 100_000, 20_000
SECONDS = 20
"""Of one core; 2.4 were measured, so that only another order of growth fails here."""


def edge(seed, across):
    """A wavy line from 0 to 1, the same for both of its neighbours, at right angles to `across`."""
    rng = np.random.default_rng(seed)
    along = np.linspace(0, 1, STEPS + 1)
    off = np.concatenate([[0], rng.uniform(-0.01, 0.01, STEPS - 1), [0]])
    return np.column_stack([along, off] if across == "y" else [off, along])


def townships():
    made = np.empty(SIDE * SIDE, dtype=object)
    for row in range(SIDE):
        for column in range(SIDE):
            south, north = (edge((1, row + up, column), "y") + np.array([column, row + up]) for up in (0, 1))
            west, east = (edge((2, row, column + on), "x") + np.array([column + on, row]) for on in (0, 1))
            ring = np.vstack([south, east[1:], north[::-1][1:], west[::-1][1:]])
            made[row * SIDE + column] = shapely.Polygon(ring * CELL_M)
    return made


@pytest.fixture
def drafts(source):
    rng = np.random.default_rng(0)
    schemas, areas = layer_schemas(None), townships()
    assert shapely.is_valid(areas).all()
    names = np.array([f"镇{nth}" for nth in range(len(areas))])
    xy = rng.uniform(0, SIDE * CELL_M, (PLACES, 2))
    home = names[(xy[:, 1] // CELL_M).astype(int) * SIDE + (xy[:, 0] // CELL_M).astype(int)]
    points = shapely.points(xy)

    def draft(role, frame, shapes):
        return Draft(source(role), schemas[role], frame, shapes, None, ())

    districts = pd.DataFrame({"name": names}, index=pd.Index(np.arange(len(areas)).astype(str), name="id"))
    people = pd.DataFrame({"district": home, "people": 1.0}, index=pd.Index(np.arange(PLACES).astype(str), name="id"))
    schools = pd.DataFrame(
        {
            "name": [f"第{nth % 5_000}小学" for nth in range(SCHOOLS)],
            "stages": [(Stage.PRIMARY,)] * SCHOOLS,
            "district": home[:SCHOOLS],
            "capacity": 1.0,
        },
        index=pd.Index(np.arange(SCHOOLS).astype(str), name="id"),
    )
    return {
        "districts": draft("districts", districts, areas),
        "population": draft("population", people, points),
        "schools": draft("schools", schools, points[:SCHOOLS]),
    }


def test_three_thousand_townships_and_a_hundred_thousand_places_are_checked_in_seconds(drafts):
    begun = time.process_time()
    codes = {finding.code for finding in check_together(drafts)}
    assert time.process_time() - begun < SECONDS
    # wavy boundaries against the straight ones that the names were given by: 1 % of a township at most
    assert codes <= {"outside-own-district", "population-outside-districts", "school-outside-area", "same-place"}
    assert "outside-own-district" in codes
