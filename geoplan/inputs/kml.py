"""KML: every folder of it as one layer, with the folder's name as a column; text in GBK as well."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geoplan.crs import WGS84
from geoplan.inputs.encoding import known_encoding
from geoplan.inputs.findings import RefusedError, note
from geoplan.inputs.raw import Raw, Request, row_labels
from geoplan.inputs.vector import choose_layer, layer_names, read_frame, unreadable

if TYPE_CHECKING:
    from geoplan.types import Finding

_DECLARED = re.compile(rb"""^(\s*<\?xml[^>]*encoding\s*=\s*["'])([\w-]+)(["'])""")
_FIELD = re.compile(rb"""(<(?:\w+:)?(?:Data|SimpleData|SimpleField)\b[^>]*?\bname\s*=\s*)("[^"<]*"|'[^'<]*')""")
_OF_THE_VIEW = (
    "timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon", "snippet",
)  # fmt: skip


def read_kml(request: Request) -> Raw:
    """The placemarks of a .kml, in WGS 84; without `layer` those of all folders, column `folder`.

    Raises:
        RefusedError: no such folder, or it cannot be read.
    """
    content, findings = _utf8(request)
    plain, headers = _plain_names(content)
    parts = []
    with tempfile.TemporaryDirectory(prefix="geoplan-") as scratch:
        # under its own name, for GDAL calls placemarks outside every folder by it
        copy = replace(request, path=Path(scratch) / request.path.name)
        copy.path.write_bytes(plain)
        names = layer_names(copy, copy.path)
        if not names:
            raise RefusedError(unreadable(request, "it holds no placemarks"))
        if request.source.layer is not None:
            name, told = choose_layer(request, names)
            findings.extend(told)
            names = [str(name or names[0])]
        for name in names:
            frame, told = read_frame(copy, copy.path, layer=name)
            findings.extend(finding for finding in told if finding not in findings)
            parts.append(_with_folder(_named(frame, headers), name))
    if len(names) > 1:
        what = f"All {len(names):,} folders are read, their names as column folder: {', '.join(names[:10])}."
        fix = f'For one of them: layer = "{names[0]}" in [layers.{request.source.role}].'
        findings.append(note(request.source, "layer-chosen", what, fix=fix))
    attributes = pd.concat([part for part, _ in parts], ignore_index=True)
    geometry = np.concatenate([shapes for _, shapes in parts])
    attributes.index = pd.Index(row_labels(range(1, len(attributes) + 1)), dtype=object)
    return Raw(attributes, geometry, WGS84, (request.path,), findings=tuple(findings))


def _plain_names(content: bytes) -> tuple[bytes, dict[str, str]]:
    """The file with its fields called field1, field2 …, and what they are called in truth.

    GDAL's LIBKML turns every byte of a name that is no ASCII letter into `_`: 学段 and 学制 would both be `______`.
    """
    numbers: dict[bytes, int] = {}

    def plain(match: re.Match[bytes]) -> bytes:
        return match[1] + b'"field%d"' % numbers.setdefault(match[2][1:-1].strip(), len(numbers) + 1)

    renamed = _FIELD.sub(plain, content)
    headers = {f"field{at}": unescape(name.decode("utf-8", "replace")) for name, at in numbers.items()}
    return renamed, headers


def _named(frame: Any, headers: dict[str, str]) -> Any:  # noqa: ANN401  a GeoDataFrame, or a plain one
    """Fields by their own names again; one called like a column of KML itself (id, Name) wins where that is blank."""
    blank = [name for name in headers.values() if name in frame.columns and frame[name].isna().all()]
    frame = frame.drop(columns=blank)
    own = {str(column) for column in frame.columns if str(column) not in headers}
    names = {column: name for column, name in headers.items() if column in frame.columns}
    return frame.rename(columns={column: f"{name} 2" if name in own else name for column, name in names.items()})


def _with_folder(frame: Any, name: str) -> tuple[pd.DataFrame, Any]:  # noqa: ANN401  a GeoDataFrame, or a plain one
    shapes = (
        np.asarray(frame.geometry, dtype=object) if "geometry" in frame else np.full(len(frame), None, dtype=object)
    )
    attributes = pd.DataFrame(frame.drop(columns=["geometry", *_OF_THE_VIEW], errors="ignore")).astype(object)
    return attributes.assign(folder=name), shapes


def _utf8(request: Request) -> tuple[bytes, list[Finding]]:
    """The file's bytes; turned into UTF-8 where it declares GBK, which GDAL's parser does not know."""
    content = request.path.read_bytes()
    declared = _DECLARED.match(content[:400])
    encoding = known_encoding(declared[2].decode("ascii")) if declared else None
    if declared is None or encoding != "gb18030":
        return content, []
    try:
        text = _DECLARED.sub(rb"\1UTF-8\3", content, count=1).decode(encoding)
    except UnicodeDecodeError as fault:
        raise RefusedError(unreadable(request, f"it declares {declared[2].decode()}, and is not in it")) from fault
    what = f"Text read as GB18030: as its first line says ({declared[2].decode()})."
    return text.encode("utf-8"), [note(request.source, "encoding", what)]
