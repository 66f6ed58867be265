"""Worlds from a few rows in memory, for tests of the ledger: what is not given is not there."""

from dataclasses import replace
from functools import cache, partial

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geoplan.config import LayerConfig
from geoplan.coverage import existing_supply, measure, radii_in_force
from geoplan.demand import build_demand, build_units
from geoplan.inputs.schema import read_schema
from geoplan.ledger import NoDataError, World
from geoplan.rules import Clause, Kind, Level, RuleBook, open_rule_book
from geoplan.rules.profile import Profile
from geoplan.travel import Straight
from geoplan.types import Layer, Layers, Stage, Table

TABLES = ("enrolment", "births", "ages", "statistics", "projects")
LEVELS = {
    "k": (Stage.KINDERGARTEN,), "p": (Stage.PRIMARY,), "j": (Stage.JUNIOR,), "s": (Stage.SENIOR,),
    "pj": (Stage.PRIMARY, Stage.JUNIOR), "js": (Stage.JUNIOR, Stage.SENIOR), "kpjs": tuple(Stage), "": (),
}  # fmt: skip
NUMBERS = ("number", "year", "count")
CAPS = {Stage.KINDERGARTEN: 30, Stage.PRIMARY: 45, Stage.JUNIOR: 50, Stage.SENIOR: 50}


_schema = cache(partial(read_schema, None))


def a_clause(indicator="", **values):
    """A rule clause of kindergartens in the whole city, with what is given in place of that."""
    plain = {
        "id": "T-1", "kind": Kind.RULE, "level": Level.KINDERGARTEN, "scope": "all", "quantity": indicator,
        "operator": "", "low": None, "high": None, "unit": "", "year": None, "text": "条文", "source": "plan.txt",
        "line": "1", "evidence": "plan", "profile": "test",
    }  # fmt: skip
    made = plain | {"indicator": indicator} | values
    return Clause(**(made | {"kind": Kind(made["kind"]), "level": Level(made["level"])}))


def a_profile(*clauses, name="test", rules=()):
    return Profile(name, f"{name}规划", f"plan {name}", (), tuple(rules), clauses=tuple(clauses))


def rows_frame(role, rows):
    """Rows (dicts) as the door hands them over: every column of the layer file, typed, blank where not given."""
    frame = pd.DataFrame(index=pd.Index([str(row.get("id", at)) for at, row in enumerate(rows)], name="id"))
    types = {"stages" if name == "stage" else name: column.type for name, column in _schema(role).columns.items()}
    given = dict.fromkeys(key for row in rows for key in row)
    unknown = set(given) - {*types, "geometry", "x", "y", "id"}
    assert not unknown, f"{role} has no column {unknown}"
    for name, kind in types.items():
        if name == "id":
            continue
        values = [row.get(name) for row in rows]
        if kind == "stages":
            values = [LEVELS[value or ""] if isinstance(value, str | None) else tuple(value) for value in values]
            frame[name] = pd.Series(values, index=frame.index, dtype=object)
        elif kind in NUMBERS:
            frame[name] = pd.Series([np.nan if value is None else value for value in values], frame.index, dtype=float)
        else:
            blank = None if kind == "flag" else ""
            values = [blank if value is None else value for value in values]
            frame[name] = pd.Series(values, index=frame.index, dtype=object)
    return frame


def a_layer(role, rows):
    frame = rows_frame(role, rows)
    if role in TABLES:
        return Table(role, frame, f"{role}.csv")
    shapes = [row.get("geometry", shapely.Point(row["x"], row.get("y", 0.0)) if "x" in row else None) for row in rows]
    return Layer(role, gpd.GeoDataFrame(frame, geometry=shapes), f"{role}.gpkg")


def a_world(*clauses, as_of=2026, book=None, forecast=None, balance=None, counts="people", **roles):
    """a_world(clause, …, schools=[{…}], statistics=[{…}]) -> World; `book` may name a profile of data/rules/."""
    if book is None:
        book = RuleBook(a_profile(*clauses), ())
    elif isinstance(book, str):
        book = open_rule_book(book)
    layers = Layers(crs=None, **{role: a_layer(role, rows) for role, rows in roles.items()})
    units = None
    if layers.population is not None:
        units = build_units(layers, replace(LayerConfig("population", "population.gpkg"), counts=counts))

    def coverage(stage):
        if units is None:
            raise NoDataError("population", "people")
        if layers.schools is None:
            raise NoDataError("schools", "stages")
        radii = radii_in_force(book, stage, units.classes)
        smallest = min(radius.radius_m for radius in radii if radius.radius_m is not None)
        demand = build_demand(units, stage, smallest)
        return measure(Straight(), demand, existing_supply(layers, units, stage), radii)

    given = {key: (lambda found=found: found) for key, found in (("forecast", forecast), ("balance", balance)) if found}
    return World(layers, units, book, as_of, coverage, Straight(), CAPS, **given)
