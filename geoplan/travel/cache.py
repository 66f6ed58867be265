"""Built networks kept by content, so that the second run of a large project begins at once.

The key is the SHA-256 of everything a network is made from: the vertices of the roads and their marks, the barriers,
the options, geoplan's version and this module's format. One file holds one network: plain arrays (`.npz`, never a
pickle), written under another name and renamed. A file that is cut, altered, of another format or of other content is
not used, the progress line says why, and the network is built. Nothing ever needs the cache.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
import zipfile
import zlib
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geoplan.travel.network import Network, build_network
from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from geoplan.types import Layer

FORMAT = "geoplan-network-1"
VARIABLE = "GEOPLAN_CACHE"
"""Environment variable: the folder of the cache, or `off`."""
LEAST_VERTICES = 100_000
"""Smaller networks are built in a second or two and leave no files behind."""
MOST_FILES = 8
_ARRAYS = ("node_xy", "edge_node", "edge_m", "indptr", "neighbour", "arc_m", "component", "twin")
_UNREADABLE = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
    shapely.GEOSException,
)


class UnusableError(ValueError):
    """A cache file that does not hold the network it is named after."""


def cache_folder() -> Path | None:
    """Where networks are kept: $GEOPLAN_CACHE, else the user's cache folder; None when it is switched off."""
    named = os.environ.get(VARIABLE, "")
    if named.casefold() in {"off", "no", "0"}:
        return None
    if named:
        return Path(named)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "")
    else:
        base = os.environ.get("XDG_CACHE_HOME", "")
    try:
        return (Path(base) if base else Path.home() / ".cache") / "geoplan"
    except RuntimeError:  # no home
        return None


def open_network(
    roads: Layer,
    barriers: Layer | None = None,
    *,
    join_m: float = 0.0,
    folder: Path | None = None,
    least_vertices: int = LEAST_VERTICES,
    progress: Callable[[str], None],
) -> Network:
    """As `build_network`, from the cache where it holds this very network.

    Args:
        roads, barriers, join_m: as in `build_network`.
        folder: of the cache; None for none.
        least_vertices: smaller layers are neither looked up nor kept.
        progress: told each step of what takes longer, and why a file in the cache was not used.

    Raises:
        TravelError: no line is left.
    """
    vertices = int(shapely.get_num_coordinates(np.asarray(roads.frame.geometry.array, dtype=object)).sum())
    if folder is None or vertices < least_vertices:
        return build_network(roads, barriers, join_m=join_m, progress=progress)
    key = content_key(roads, barriers, join_m=join_m)
    path = folder / f"network-{key[:40]}.npz"
    if path.is_file():
        try:
            progress("路网取自缓存 / reading the network from the cache")
            return read_network(path, key)
        except _UNREADABLE as fault:
            progress(f"缓存文件不可用，重新构建 / {path.name} in the cache is not used ({fault}); building again")
    network = build_network(roads, barriers, join_m=join_m, progress=progress)
    try:
        write_network(network, path, key)
    except OSError as fault:
        progress(f"缓存未写入 / the cache was not written: {fault.strerror}")
    return network


def content_key(roads: Layer, barriers: Layer | None, *, join_m: float) -> str:
    """SHA-256 of all that a network is made from, as hex."""
    digest = hashlib.sha256()
    for option in (FORMAT, version("geoplan"), shapely.geos_version_string, np.__version__, f"join_m={join_m!r}"):
        digest.update(option.encode() + b"\0")
    for layer in (roads, barriers):
        for part in _content(layer):
            digest.update(len(part).to_bytes(8, "little"))
            digest.update(part)
    return digest.hexdigest()


def _content(layer: Layer | None) -> Iterator[bytes]:
    if layer is None:
        yield b"none"
        return
    # findings name the file, and a published finding must name the project's own
    yield json.dumps([layer.role, layer.file]).encode()
    kinds, xy, offsets = _ragged(np.asarray(layer.frame.geometry.array, dtype=object))
    yield kinds
    yield np.ascontiguousarray(xy).tobytes()
    yield offsets
    for column in ("crossing", "level", "noded", "kind", "raised"):
        if column in layer.frame:
            codes, words = layer.frame[column].astype(object).factorize()
            yield column.encode()
            yield codes.astype(np.int32).tobytes()
            yield json.dumps([str(word) for word in words]).encode()


def _ragged(shapes: NDArray[np.object_]) -> tuple[bytes, NDArray[np.float64], bytes]:
    """Types, coordinates and ends of geometries; of anything but simple lines and points the WKB beside them."""
    kinds = shapely.get_type_id(shapes)
    xy, of = shapely.get_coordinates(shapes, return_index=True)
    other = shapes[kinds > 1]
    wkb = b"".join(shapely.to_wkb(other)) if len(other) else b""
    return kinds.astype(np.int8).tobytes() + wkb, xy, np.bincount(of, minlength=len(shapes)).tobytes()


def write_network(network: Network, path: Path, key: str) -> None:
    """Write under another name, rename, and forget the oldest files beyond eight.

    Raises:
        OSError: the folder cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    first = network.edge_line[network.is_first_side]
    xy, of = shapely.get_coordinates(first, return_index=True)
    arrays: dict[str, Any] = {name: getattr(network, name) for name in _ARRAYS}
    arrays["line_xy"] = xy
    arrays["line_offset"] = np.concatenate([[0], np.cumsum(np.bincount(of, minlength=len(first)))])
    arrays["barriers"] = _bytes(b"" if network.barriers is None else shapely.to_wkb(network.barriers))
    arrays["findings"] = _bytes(json.dumps([finding.as_dict() for finding in network.findings]).encode())
    arrays["key"] = _bytes(f"{FORMAT} {key}".encode())
    handle, name = tempfile.mkstemp(prefix=".network-", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            np.savez(stream, **arrays)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
    kept = sorted(path.parent.glob("network-*.npz"), key=lambda each: (each != path, -each.stat().st_mtime))
    for old in kept[MOST_FILES:]:
        old.unlink(missing_ok=True)


def _bytes(content: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(content, dtype=np.uint8)


def read_network(path: Path, key: str) -> Network:
    """The network in a file, if it is the one of that key and fits together.

    Raises:
        UnusableError: another key or format, or arrays that do not fit together.
        OSError, ValueError, KeyError, zipfile.BadZipFile: not such a file.
    """
    # a stream of our own: numpy leaves the file open when it turns out to be no archive
    with path.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
        if stored["key"].tobytes() != f"{FORMAT} {key}".encode():
            raise UnusableError("it holds another network or another format")
        arrays = {name: stored[name] for name in stored.files}
    _check(arrays)
    first = shapely.from_ragged_array(
        shapely.GeometryType.LINESTRING, arrays["line_xy"], (arrays["line_offset"].astype(np.int64),)
    )
    lines = np.asarray(first, dtype=object)
    twin = arrays["twin"]
    if (second := np.flatnonzero((twin >= 0) & (twin < np.arange(len(twin))))).size:
        lines = np.concatenate([lines, lines[twin[second]]])
    wkb = arrays["barriers"].tobytes()
    known = {each.name for each in fields(Finding)}
    told = json.loads(arrays["findings"].tobytes())
    return Network(
        **{name: arrays[name] for name in _ARRAYS},
        edge_line=lines,
        barriers=shapely.from_wkb(wkb) if wkb else None,
        findings=tuple(_finding({name: each[name] for name in known}) for each in told),
    )


def _finding(values: Mapping[str, Any]) -> Finding:
    return Finding(**{**values, "severity": Severity(values["severity"]), "rows": tuple(values["rows"])})


def _check(arrays: Mapping[str, NDArray[Any]]) -> None:
    """Types, shapes and ranges, so that no number in a file can lead outside an array."""
    nodes, edges = len(arrays["node_xy"]), len(arrays["edge_m"])
    shapes = {
        "node_xy": (nodes, 2), "edge_node": (edges, 2), "edge_m": (edges,), "indptr": (nodes + 1,),
        "neighbour": (2 * edges,), "arc_m": (2 * edges,), "component": (nodes,), "twin": (edges,),
    }  # fmt: skip
    for name, shape in shapes.items():
        kind = np.float64 if name in {"node_xy", "edge_m", "arc_m"} else np.int64
        if arrays[name].shape != shape or arrays[name].dtype != kind:
            raise UnusableError(f"{name} has the wrong shape or type")
    offset, twin, indptr = arrays["line_offset"], arrays["twin"], arrays["indptr"]
    inside = all(
        int(arrays[name].min(initial=0)) >= 0 and int(arrays[name].max(initial=0)) < max(nodes, 1)
        for name in ("edge_node", "neighbour", "component")
    )
    lines = edges - int(((twin >= 0) & (twin < np.arange(edges))).sum())
    if (
        not inside
        or (indptr[0], indptr[-1]) != (0, 2 * edges)
        or (np.diff(indptr) < 0).any()
        or offset.shape != (lines + 1,)
        or offset[0] != 0
        or (np.diff(offset) < 2).any()
        or arrays["line_xy"].shape != (offset[-1], 2)
        or (twin >= edges).any()
        or (arrays["arc_m"] < 0).any()
    ):
        raise UnusableError("its arrays do not fit together")
