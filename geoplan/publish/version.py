"""The version of a plan: twelve characters that page, tables, texts and remarks carry, so that they can be matched.

It is made from what the plan says and from what it rests on, after the door: contents of layers and tables, rule
files, the settings of forecast, balance and ledger, geoplan's version, radii, coverage, the sites chosen, and those of
the scenarios. It does not know machines, clocks, folders, file formats, or the order of rows (rows without an id are
named by their number; there the order is content). Nor does it know the words around the plan (author, review number,
notice, titles, sources, names of scenarios): a remark speaks of the plan, and stays joined to it when a word is
mended. That words changed is told by the hashes of the outputs in manifest.json.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from importlib.metadata import version
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np
import shapely

from geoplan.config import PROJECT_FILE
from geoplan.coverage import tidy
from geoplan.files import own_or_bundled, sha256
from geoplan.tomlfile import read_toml
from geoplan.types import Layer

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from geoplan.config import ProjectConfig
    from geoplan.plan import Plan, Scenario, StagePlan, StageProposal
    from geoplan.types import Table

LENGTH = 12
"""Hex characters of a version: 48 bits, enough to tell the plans of an office apart."""

_STEP_M = 0.001
"""Coordinates count to the millimetre: the last bits of a conversion differ between builds of PROJ."""

_KNOWN: WeakKeyDictionary[Plan, str] = WeakKeyDictionary()
_READ: WeakKeyDictionary[Plan, dict[str, str]] = WeakKeyDictionary()


def plan_version(plan: Plan) -> str:
    """The version of a plan: 12 hex characters, the same wherever and whenever the same plan is computed.

    Args:
        plan: from `Project.plan()`.
    """
    if plan not in _KNOWN:
        _KNOWN[plan] = _digest(_said(plan))
    return _KNOWN[plan]


def is_version(text: str) -> bool:
    """True for a text that can be a plan's version."""
    return len(text) == LENGTH and set(text) <= set("0123456789abcdef")


def input_contents(plan: Plan) -> dict[str, str]:
    """Digest of what is read of each input, by the name that provenance hashes its bytes by; rules by their path.

    A file that was only saved again keeps its digest. A file that several layers of one name share, or that no layer
    is read from, has none.
    """
    folder, provenance = plan.config.folder, plan.provenance
    roles: dict[str, list[str]] = defaultdict(list)
    for layer in plan.layers.present():
        names = [name for name in provenance.inputs if PurePath(name).name == PurePath(layer.file).name]
        if len(names) == 1:
            roles[names[0]].append(layer.role)
    found = {name: _digest([[role, _contents(plan)[role]] for role in sorted(each)]) for name, each in roles.items()}
    rules = {f"data/rules/{name}.toml": own_or_bundled(folder, f"data/rules/{name}.toml") for name in provenance.rules}
    tables = {PROJECT_FILE: folder / PROJECT_FILE} | rules
    for name, path in tables.items():
        if path.is_file():
            found[name] = _digest(json.dumps(read_toml(path), sort_keys=True, default=str))
    return dict(sorted(found.items()))


def _contents(plan: Plan) -> dict[str, str]:
    """Digests of all layers and tables by role; the roads of a city take a second."""
    if plan not in _READ:
        _READ[plan] = {each.role: contents(each) for each in plan.layers.present()}
    return _READ[plan]


def _said(plan: Plan) -> dict[str, Any]:
    return {
        "geoplan": version("geoplan"),
        "project": plan.config.name,
        "data_date": plan.config.data_date,
        "profile": plan.book.profile.id,
        "rules": dict(sorted(plan.provenance.rules.items())),
        "counts": plan.units.counts,
        "crs": "local" if plan.layers.crs is None else plan.layers.crs.to_string(),
        "inputs": _contents(plan),
        "stages": [_stage(stage_plan) for stage_plan in plan.stages],
        "scenarios": sorted((_scenario(each) for each in plan.scenarios), key=_digest),
        "settings": _settings(plan.config),
    }


def _settings(config: ProjectConfig) -> dict[str, Any]:
    """What steers the figures that no plan holds: pupils, seats, and the clauses of the ledger."""
    clauses = own_or_bundled(config.folder, f"data/rules/{config.ledger_profile or config.profile}.toml")
    return {
        "forecast": _plain(config.forecast),
        "balance": _plain(config.balance),
        "ledger": [config.ledger_profile, config.as_of, sha256(clauses) if clauses.is_file() else ""],
    }


def _plain(value: object) -> object:
    """A setting as JSON holds it, keys as text."""
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, tuple | list) else value


def _scenario(scenario: Scenario) -> list[dict[str, Any]]:
    return [
        {"stage": each.before.stage.value, **_solved(each), "after": each.after.total.as_dict()}
        for each in scenario.proposals
    ]


def _solved(proposal: StageProposal) -> dict[str, Any]:
    solution = proposal.solution
    return {
        "model": solution.model.value,
        "status": solution.status.value,
        "objective": None if solution.objective is None else tidy(solution.objective),
        "sites": sorted(site.id for site in proposal.sites),
    }


def _stage(stage_plan: StagePlan) -> dict[str, Any]:
    return {
        "stage": stage_plan.stage.value,
        **_solved(stage_plan.proposal),
        "programme": stage_plan.programme.as_list(),
        "views": [
            {
                "travel": view.travel.value,
                "radii": [(each.area.value, each.radius_m) for each in view.before.radii],
                "before": view.before.total.as_dict(),
                "after": view.after.total.as_dict(),
            }
            for view in stage_plan.views
        ],
    }


def contents(layer: Layer | Table) -> str:
    """Hex digest of what a layer or table holds, whatever the order of its rows and columns.

    Geometry counts in the project's CRS, to the millimetre.
    """
    frame = layer.frame
    shapes: list[str] | None = None
    if isinstance(layer, Layer):
        shapes = _shapes(np.asarray(frame.geometry.array, dtype=object))
        frame = frame.drop(columns=frame.geometry.name)
    names = sorted(str(name) for name in frame.columns)
    cells = [_texts(frame.index), *(_texts(frame[name]) for name in names), *([shapes] if shapes is not None else [])]
    rows = sorted(json.dumps(row, ensure_ascii=True) for row in zip(*cells, strict=True))
    return _digest([names, rows])


def _texts(values: Iterable[object] | pd.Series[Any]) -> list[str]:
    return [_text(value) for value in values]


def _text(value: object) -> str:
    if value is None or (isinstance(value, float | np.floating) and math.isnan(value)):
        return ""
    if isinstance(value, frozenset | set):
        return " ".join(sorted(str(each) for each in value))
    if isinstance(value, float | np.floating) and float(value).is_integer():
        # a column of whole numbers is read as decimals where one cell is empty
        return str(int(value))
    return str(value)


def _shapes(geometry: np.ndarray[Any, np.dtype[np.object_]]) -> list[str]:
    """Kind and coordinates of each geometry as text."""
    counts = shapely.get_num_coordinates(geometry)
    steps = np.round(shapely.get_coordinates(geometry) / _STEP_M).astype(np.int64)
    parts = np.split(steps, np.cumsum(counts)[:-1]) if len(counts) else []
    kinds = shapely.get_type_id(geometry)
    return [
        f"{kind} {hashlib.sha256(part.astype('<i8').tobytes()).hexdigest()}"
        for kind, part in zip(kinds, parts, strict=True)
    ]


def _digest(value: object) -> str:
    text = json.dumps(value, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]
