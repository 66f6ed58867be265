"""The worlds of worlds.py as fixtures: `world(...)`, `clause(...)`, `read(...)`."""

import importlib.util
import sys
from pathlib import Path

import pytest

from geoplan.ledger.indicators import INDICATORS


def _worlds():
    """worlds.py as a module, under a name of its own: tests are no package."""
    name = "tests_ledger_worlds"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("worlds.py"))
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="session")
def world():
    """world(clause, …, as_of=2026, schools=[{…}], districts=[{…}], …) -> World of rows in memory."""
    return _worlds().a_world


@pytest.fixture(scope="session")
def clause():
    """clause(indicator, operator=">=", low=58, …) -> Clause; of kindergartens, in the whole city, unless told."""
    return _worlds().a_clause


@pytest.fixture(scope="session")
def profile():
    """profile(clause, …, name="test") -> Profile."""
    return _worlds().a_profile


@pytest.fixture(scope="session")
def read():
    """read(world, clause) -> its readings by (place, variant in English)."""

    def readings(world, clause):
        found = INDICATORS[clause.indicator].read(world, clause)
        return {(reading.place, reading.variant_en): reading for reading in found}

    return readings
