"""Which roads are walked: the one table of classes and permissions, for OpenStreetMap and plain layers alike.

| what the road says | walked |
|---|---|
| under construction, planned, given up; bus guideways, race tracks, platforms, lifts | no |
| `foot` = yes, designated, permissive, destination, customers, … | yes, also on a motorway and where `access` = no |
| `foot` = no, private | no |
| `access` = no, private, military | no |
| motorway, trunk (高速公路, 快速路) and their links | only with a pavement (`sidewalk`) |
| everything else: streets, service ways, driveways, footways, paths, steps, tracks | yes |
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geoplan.inputs.findings import note
from geoplan.inputs.values import fold

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.inputs.draft import Draft
    from geoplan.types import Finding

NEVER = {
    "construction", "proposed", "planned", "abandoned", "disused", "razed", "demolished", "dismantled", "raceway",
    "bus_guideway", "busway", "escape", "elevator", "platform", "rest_area", "services", "no",
}  # fmt: skip
FAST = {"motorway", "motorway_link", "trunk", "trunk_link"}
OVERHEAD = {"footbridge", "underpass", "crosswalk"}
"""Classes of plain layers (人行天桥, 地下通道, 人行横道) that are crossings by themselves."""
_INVITED = {
    "yes", "designated", "official", "permissive", "public", "destination", "customers", "delivery", "residents",
    "permit", "是", "允许", "可", "可步行", "通行", "1", "true", "y", "t",
}  # fmt: skip
_FORBIDDEN = {"no", "private", "military", "否", "禁止", "禁行", "不可", "0", "false", "n", "f", "motorroad"}
_NO_PAVEMENT = {"", "no", "none", "无", "否", "0", "false"}


def reason_not_walked(kind: str, foot: str, access: str, sidewalk: str) -> str:
    """Why nobody walks along a road; '' for one that is walked.

    Args:
        kind: its class, as in layers/roads.toml.
        foot, access, sidewalk: OpenStreetMap's words, or yes and no in any of the ways that planners write them.
    """
    foot, access, sidewalk = fold(foot), fold(access), fold(sidewalk)
    if kind in NEVER:
        return kind
    if foot in _INVITED:
        return ""
    if foot in _FORBIDDEN:
        return "foot = motorroad" if foot == "motorroad" else "foot = no or private"
    if access in _FORBIDDEN:
        return "access = no or private"
    if kind in FAST and sidewalk in _NO_PAVEMENT:
        return kind
    return ""


def keep_walked(draft: Draft) -> tuple[Draft, list[Finding]]:
    """The roads that are walked, with notes on what was kept and what was left out, in km by class.

    Other layers than roads come back as they are. Shapes are in metres.
    """
    if draft.source.role != "roads":
        return draft, []
    frame = draft.frame
    texts = [_texts(frame, name) for name in ("class", "foot", "access", "sidewalk")]
    known = {words: reason_not_walked(*words) for words in set(zip(*texts, strict=True))}
    reasons = np.array([known[words] for words in zip(*texts, strict=True)], dtype=object)
    dropped = reasons != ""
    tagged = any(_says(frame, name) for name in ("noded", "foot", "access"))
    if not (dropped.any() or tagged):
        return draft, []
    km = shapely.length(draft.geometry) / 1000
    findings = [note(
        draft.source, "roads-walked",
        f"{int((~dropped).sum()):,} roads ({km[~dropped].sum():,.1f} km) are walked: "
        f"{_by_class(texts[0], km, ~dropped)}.",
    )]  # fmt: skip
    if dropped.any():
        findings.append(note(
            draft.source, "roads-not-walked",
            f"{int(dropped.sum()):,} of {len(frame):,} roads ({km[dropped].sum():,.1f} km) are left out as not "
            f"walkable: {_by_class(reasons, km, dropped)}.",
            rows=frame.index[dropped], fix="foot = yes at a road keeps it: docs/roads.md.",
        ))  # fmt: skip
    kept = frame[~dropped].copy()
    overhead = np.isin(texts[0][~dropped], sorted(OVERHEAD))
    if overhead.any():
        kept.loc[overhead, "crossing"] = True
    return replace(draft, frame=kept, geometry=draft.geometry[~dropped]), findings


def _texts(frame: pd.DataFrame, name: str) -> NDArray[np.object_]:
    if name not in frame:
        return np.full(len(frame), "", dtype=object)
    return frame[name].to_numpy(dtype=object)


def _says(frame: pd.DataFrame, name: str) -> bool:
    return name in frame and bool(frame[name].map(lambda cell: cell not in {"", None}).any())


def _by_class(words: NDArray[np.object_], km: NDArray[np.float64], rows: NDArray[np.bool_]) -> str:
    """`residential 12.3 km (45), path 1.0 km (3)`: the longest first."""
    table = pd.DataFrame({"word": words[rows], "km": km[rows]}).groupby("word")["km"].agg(["sum", "size"])
    ordered = table.sort_values(["sum", "size"], ascending=False, kind="stable")
    return ", ".join(
        f"{word or 'without class'} {length:,.1f} km ({int(count):,})"
        for word, length, count in ordered.itertuples(name=None)
    )
