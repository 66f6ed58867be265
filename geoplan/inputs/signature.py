"""Is a file of the kind that its name says? Told from its first bytes, before any reader opens it.

GDAL chooses its driver by content. Some of its drivers follow links to other files or hosts (VRT, WFS, GDALG), and one
runs a program (GPSBabel); a stranger's `schools.geojson` must reach none of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.parsers import expat

from geoplan.inputs.findings import RefusedError, error
from geoplan.inputs.vector import unreadable

if TYPE_CHECKING:
    from geoplan.inputs.raw import Request
    from geoplan.types import Finding

_SQLITE = b"SQLite format 3\x00"
_ZIP = b"PK"
_OLE = b"\xd0\xcf\x11\xe0"
_HEAD_BYTES = 1 << 16
_PROLOG_BYTES = 1 << 20
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_JSON = re.compile(rb"\s*(\x1e\s*)?[\[{]")
_DXF = re.compile(rb"\s*(999\s|0\s+SECTION)")
_XML_ROOTS = {
    ".kml": {"kml", "document", "folder", "placemark"},
    ".osm": {"osm"},
    ".graphml": {"graphml"},
    ".gpx": {"gpx"},
    ".gml": None,
}
_LINKING_ROOTS = {"ogrvrtdatasource", "ogrwfsdatasource", "vrtdataset", "gdal_wms", "gdal_wmts", "capabilities"}
_BINARY = {
    ".gpkg": (_SQLITE,),
    ".sqlite": (_SQLITE,),
    ".db": (_SQLITE,),
    ".fgb": (b"fgb",),
    ".zip": (_ZIP,),
    ".kmz": (_ZIP,),
    ".parquet": (b"PAR1",),
    ".geoparquet": (b"PAR1",),
    ".tif": (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"),
    ".tiff": (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"),
    ".shp": (b"\x00\x00\x27\x0a",),
    ".pbf": (b"\x00\x00\x00",),
    ".mif": (b"Version", b"VERSION", b"version"),
    ".tab": (b"!table", b"!Table", b"!TABLE"),
}
_DUCK = (".duckdb", ".ddb")


def check_signature(request: Request) -> None:
    """Refuse a file whose first bytes do not fit the end of its name.

    Raises:
        RefusedError: unreadable-file for another kind or a cut one, encrypted-file, unsafe-file for XML that declares
            entities (a few lines of which can unfold to gigabytes).
    """
    suffix = request.path.suffix.casefold()
    with request.path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    if head.startswith(_OLE):
        raise RefusedError(unreadable(request, "it is an old Office file or protected by a password"))
    if suffix in _XML_ROOTS:
        _check_xml(request, suffix)
    elif suffix in {".geojson", ".json", ".topojson", ".geojsonl", ".geojsons"}:
        _expect(request, fits=_JSON.match(_bare(head)) is not None, what="JSON")
    elif suffix == ".dxf":
        binary = head.startswith(b"AutoCAD Binary DXF")
        _expect(request, fits=binary or _DXF.match(_bare(head)) is not None, what="DXF drawing")
    elif suffix in _DUCK:
        _expect(request, fits=head[8:12] == b"DUCK", what="DuckDB database")
    elif suffix in _BINARY:
        _expect(request, fits=head.startswith(_BINARY[suffix]), what=suffix)
    elif not (head.startswith((_SQLITE, b"fgb")) or _JSON.match(_bare(head))):
        raise RefusedError(unreadable(request, f"{suffix or 'a file without an ending'} is no format that is known"))
    if _is_geojson_link(suffix, head):
        raise RefusedError(_unsafe(request, "It is JSON that leads to other files or hosts, not GeoJSON"))


def _bare(head: bytes) -> bytes:
    """Without byte order mark, and without the zero bytes of UTF-16, which say nothing about ASCII signs."""
    for bom in _BOMS:
        if head.startswith(bom):
            return head.removeprefix(bom).replace(b"\x00", b"")
    return head


def _expect(request: Request, *, fits: bool, what: str) -> None:
    if not fits:
        raise RefusedError(unreadable(request, f"it does not begin as a {what} does"))


def _is_geojson_link(suffix: str, head: bytes) -> bool:
    """GDAL's own JSON: pipelines (GDALG), tile maps, STAC."""
    keys = (b"gdal_streamed_alg", b'"stac_version"', b"tilejson", b'"conformsTo"')
    return suffix not in _BINARY and suffix not in _XML_ROOTS and any(key in head for key in keys)


def _unsafe(request: Request, what: str) -> Finding:
    return error(
        request.source,
        "unsafe-file",
        f"{what}.",
        why="Such a file can reach other files, or unfold to more than the computer's memory.",
        fix="Ask for the data themselves, exported as GeoPackage or GeoJSON.",
    )


def _check_xml(request: Request, suffix: str) -> None:
    """Parse up to the root element: its name, and no declared entities before it."""
    seen: dict[str, str] = {}
    parser = expat.ParserCreate()
    parser.EntityDeclHandler = lambda name, *_rest: seen.setdefault("entity", name)
    parser.StartElementHandler = lambda name, _attributes: seen.setdefault("root", name)
    try:
        with request.path.open("rb") as stream:
            read = 0
            while "root" not in seen and "entity" not in seen and (block := stream.read(_HEAD_BYTES)):
                parser.Parse(_one_byte(block) if not read else block, False)  # noqa: FBT003  expat's own signature
                read += len(block)
                if read > _PROLOG_BYTES:
                    break
    except (expat.ExpatError, ValueError, LookupError) as fault:  # LookupError: it declares an encoding of no name
        if not seen:
            raise RefusedError(unreadable(request, f"its XML is broken ({fault})")) from fault
    if "entity" in seen:
        raise RefusedError(_unsafe(request, f"Its XML declares the entity {seen['entity']!r}"))
    root = seen.get("root", "").rsplit(":", maxsplit=1)[-1].casefold()
    allowed = _XML_ROOTS[suffix]
    if not root or root in _LINKING_ROOTS or (allowed is not None and root not in allowed):
        raise RefusedError(unreadable(request, f"it does not begin as a {suffix} does (found {root or 'no element'})"))


def _one_byte(block: bytes) -> bytes:
    """XML in GBK, which expat does not know: its markup is ASCII, so that any one-byte encoding shows the root."""
    return re.sub(
        rb"""(<\?xml[^>]*encoding\s*=\s*["'])(gb[-\w]+)""", rb"\1ISO-8859-1", block, count=1, flags=re.IGNORECASE
    )
