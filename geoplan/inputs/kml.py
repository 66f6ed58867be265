"""KML: every folder of it as one layer, with the folder's name as a column; text in GBK as well."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyogrio

from geoplan.crs import WGS84
from geoplan.inputs.encoding import known_encoding
from geoplan.inputs.findings import RefusedError, note
from geoplan.inputs.raw import Raw, Request, row_labels
from geoplan.inputs.vector import GDAL_FAULTS, choose_layer, read_frame, unreadable

if TYPE_CHECKING:
    from geoplan.types import Finding

_DECLARED = re.compile(rb"""^(\s*<\?xml[^>]*encoding\s*=\s*["'])([\w-]+)(["'])""")
_OF_THE_VIEW = (
    "timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon", "snippet",
)  # fmt: skip


def read_kml(request: Request) -> Raw:
    """The placemarks of a .kml, in WGS 84; without `layer` those of all folders, column `folder`.

    Raises:
        RefusedError: no such folder, or it cannot be read.
    """
    data, findings = _utf8(request)
    try:
        names = [str(name) for name, _ in pyogrio.list_layers(data)]
    except GDAL_FAULTS as fault:
        raise RefusedError(unreadable(request, fault)) from fault
    if not names:
        raise RefusedError(unreadable(request, "it holds no placemarks"))
    if request.source.layer is not None:
        name, told = choose_layer(request, names)
        findings.extend(told)
        names = [str(name)]
    parts = []
    for name in names:
        frame, told = read_frame(request, data, layer=name)
        findings.extend(finding for finding in told if finding not in findings)
        parts.append(_with_folder(frame, name))
    if len(names) > 1:
        what = f"All {len(names):,} folders are read, their names as column folder: {', '.join(names[:10])}."
        fix = f'For one of them: layer = "{names[0]}" in [layers.{request.source.role}].'
        findings.append(note(request.source, "layer-chosen", what, fix=fix))
    attributes = pd.concat([part for part, _ in parts], ignore_index=True)
    geometry = np.concatenate([shapes for _, shapes in parts])
    attributes.index = pd.Index(row_labels(range(1, len(attributes) + 1)), dtype=object)
    return Raw(attributes, geometry, WGS84, (request.path,), findings=tuple(findings))


def _with_folder(frame: Any, name: str) -> tuple[pd.DataFrame, Any]:  # noqa: ANN401  a GeoDataFrame, or a plain one
    shapes = (
        np.asarray(frame.geometry, dtype=object) if "geometry" in frame else np.full(len(frame), None, dtype=object)
    )
    attributes = pd.DataFrame(frame.drop(columns=["geometry", *_OF_THE_VIEW], errors="ignore")).astype(object)
    return attributes.assign(folder=name), shapes


def _utf8(request: Request) -> tuple[Any, list[Finding]]:
    """The path, or the bytes turned into UTF-8 where the file declares GBK, which GDAL's parser does not know."""
    with request.path.open("rb") as stream:
        declared = _DECLARED.match(stream.read(400))
    encoding = known_encoding(declared[2].decode("ascii")) if declared else None
    if declared is None or encoding != "gb18030":
        return request.path, []
    content = request.path.read_bytes()
    try:
        text = _DECLARED.sub(rb"\1UTF-8\3", content, count=1).decode(encoding)
    except UnicodeDecodeError as fault:
        raise RefusedError(unreadable(request, f"it declares {declared[2].decode()}, and is not in it")) from fault
    what = f"Text read as GB18030: as its first line says ({declared[2].decode()})."
    return text.encode("utf-8"), [note(request.source, "encoding", what)]
