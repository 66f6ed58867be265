"""Zipped layers (.zip, .kmz): judged by their table of contents, then one layer is unpacked into a scratch folder."""

from __future__ import annotations

import shutil
import stat
import tempfile
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from geoplan.errors import near_match
from geoplan.inputs.encoding import decide
from geoplan.inputs.findings import RefusedError, error, note
from geoplan.inputs.limits import admit
from geoplan.inputs.vector import unreadable

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoplan.inputs.raw import Raw, Request
    from geoplan.types import Finding

MAX_ENTRIES = 10_000
MAX_UNPACKED_BYTES = 4_000_000_000
MAX_RATIO = 200
"""Unpacked bytes for one packed; asked only above `_RATIO_FROM_BYTES`, for small files of blanks pack well."""

_RATIO_FROM_BYTES = 100_000_000
_BLOCK = 1 << 20
_UTF8_NAME = 0x800
_LAYERS = (
    ".shp", ".gpkg", ".geojson", ".json", ".kml", ".dxf", ".csv", ".tsv", ".txt", ".xlsx", ".parquet", ".geoparquet",
    ".osm", ".pbf", ".graphml", ".fgb", ".tif", ".tiff", ".gml", ".tab", ".mif",
)  # fmt: skip
_SECOND = (".txt", ".json", ".tif", ".tiff")
"""Often a note or a picture beside the layer: taken only where there is nothing else."""


def read_archive(request: Request, read: Callable[[Request], Raw]) -> Raw:
    """The one layer of a .zip, or the one that `layer` names; text is decoded by evidence as in a plain file.

    Args:
        request: its path is the archive.
        read: reads the unpacked layer.

    Raises:
        RefusedError: encrypted-file, unsafe-file (a bomb, a path out of the archive, a link), unreadable-file (cut),
            missing-layer-in-file, or what the layer's own reader says.
    """
    try:
        with _opened(request) as archive:
            members = _members(request, archive)
            name, layer = _chosen(request, members)
            with tempfile.TemporaryDirectory(prefix="geoplan-") as scratch:
                target = _unpack(request, archive, _parts(name, members), Path(scratch)) / PurePosixPath(name).name
                inner = replace(request, path=target, folder=None, source=replace(request.source, layer=layer))
                admitted = admit(inner)
                raw = read(inner)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as fault:
        raise RefusedError(unreadable(request, fault)) from fault
    chosen = note(request.source, "layer-chosen", f"Of the archive {name} is read.")
    several = len(members) > 1 and len(_candidates(members)) > 1
    return replace(raw, files=(request.path,), findings=(*([chosen] if several else []), *admitted, *raw.findings))


def _opened(request: Request) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(request.path)
    except UnicodeDecodeError as fault:
        raise RefusedError(unreadable(request, "a name in it says that it is UTF-8, and is not")) from fault


def _members(request: Request, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Files by their decoded name, all judged before anything is unpacked."""
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    total = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if len(entries) > MAX_ENTRIES:
        raise RefusedError(_unsafe(request, f"The archive holds {len(entries):,} files; {MAX_ENTRIES:,} are allowed"))
    if total > MAX_UNPACKED_BYTES or (total > _RATIO_FROM_BYTES and total > MAX_RATIO * packed):
        what = f"Unpacked, the archive would take {total / 1e6:,.0f} MB, {total / packed:,.0f} times its size"
        raise RefusedError(_unsafe(request, what))
    if any(entry.flag_bits & 1 for entry in entries):
        raise RefusedError(
            error(
                request.source,
                "encrypted-file",
                "The archive is protected by a password.",
                why="geoplan asks for no passwords and keeps none.",
                fix="Unpack it, and name the unpacked file.",
            )
        )
    names = _names(entries)
    for name, entry in zip(names, entries, strict=True):
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or ":" in name or "\x00" in name:
            raise RefusedError(_unsafe(request, f"The archive holds a path that leads out of it: {name!r}"))
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise RefusedError(_unsafe(request, f"The archive holds a link: {name!r}"))
    shown = [
        name for name in names if not name.startswith("__MACOSX/") and not PurePosixPath(name).name.startswith(".")
    ]
    return {name: entry for name, entry in zip(names, entries, strict=True) if name in set(shown)}


def _names(entries: list[zipfile.ZipInfo]) -> list[str]:
    """Names as they were meant: zip tools of Chinese Windows write GBK, which Python takes for cp437."""
    raw = [b"" if entry.flag_bits & _UTF8_NAME else entry.filename.encode("cp437", "replace") for entry in entries]
    encoding = decide(raw).encoding or "cp437"
    return [
        entry.filename if entry.flag_bits & _UTF8_NAME else name.decode(encoding, "replace").replace("\\", "/")
        for entry, name in zip(entries, raw, strict=True)
    ]


def _candidates(members: dict[str, zipfile.ZipInfo]) -> list[str]:
    """Layers in the archive: files by their ending, and each .gdb folder once."""
    folders = dict.fromkeys(
        str(parent) for name in members for parent in PurePosixPath(name).parents if parent.suffix.casefold() == ".gdb"
    )
    files = [
        name
        for name in members
        if name.casefold().endswith(_LAYERS) and not any(name.startswith(f"{folder}/") for folder in folders)
    ]
    first = [name for name in files if not name.casefold().endswith(_SECOND)]
    return [*folders, *first] or files


def _chosen(request: Request, members: dict[str, zipfile.ZipInfo]) -> tuple[str, str | None]:
    """The member to read, and what `layer` still means inside it."""
    source, candidates = request.source, _candidates(members)
    if not candidates:
        inside = ", ".join(list(members)[:5]) or "nothing"
        raise RefusedError(unreadable(request, f"the archive holds no layer (found {inside})"))
    if len(candidates) == 1:
        own = {candidates[0], PurePosixPath(candidates[0]).stem, PurePosixPath(candidates[0]).name}
        is_plain = candidates[0].casefold().endswith((".shp", ".csv", ".tsv", ".txt", ".geojson"))
        return candidates[0], None if is_plain and source.layer in own else source.layer
    for wanted in (source.layer, source.role):
        fits = [name for name in candidates if wanted in {name, PurePosixPath(name).name, PurePosixPath(name).stem}]
        if len(fits) == 1:
            return fits[0], None
    known = ", ".join(candidates[:20])
    raise RefusedError(
        error(
            source,
            "missing-layer-in-file",
            f"The archive holds several layers: {known}.{near_match(source.layer or source.role, candidates)}",
            fix=f'Say which: layer = "{candidates[0]}" in [layers.{source.role}].',
        )
    )


def _parts(name: str, members: dict[str, zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """The chosen layer with its side files, by the path below the layer's own folder."""
    path = PurePosixPath(name)
    if path.suffix.casefold() == ".gdb":
        return {
            str(PurePosixPath(each).relative_to(path.parent)): members[each]
            for each in members
            if each.startswith(f"{name}/")
        }
    beside = [each for each in members if PurePosixPath(each).parent == path.parent]
    own = [each for each in beside if PurePosixPath(each).name.partition(".")[0] == path.name.partition(".")[0]]
    return {PurePosixPath(each).name: members[each] for each in {name, *own}}


def _unpack(request: Request, archive: zipfile.ZipFile, parts: dict[str, zipfile.ZipInfo], folder: Path) -> Path:
    """Write the parts below `folder`, never more bytes than the table of contents says."""
    wanted = sum(entry.file_size for entry in parts.values())
    if wanted > shutil.disk_usage(folder).free:
        raise RefusedError(_unsafe(request, f"Unpacked it takes {wanted / 1e6:,.0f} MB, more than the disk has free"))
    for name, entry in parts.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            member = archive.open(entry)
        except UnicodeDecodeError as fault:  # zipfile reads the name again, from before the data
            raise RefusedError(unreadable(request, f"its parts and its table of contents differ ({fault})")) from fault
        with member as packed, target.open("wb") as stream:
            written = 0
            while block := packed.read(_BLOCK):
                written += len(block)
                if written > entry.file_size:
                    raise RefusedError(_unsafe(request, f"{name} unpacks to more than the archive says"))
                stream.write(block)
    return folder


def _unsafe(request: Request, what: str) -> Finding:
    return error(
        request.source,
        "unsafe-file",
        f"{what}.",
        why="Such an archive can fill the computer's disk and memory, or write over other files; it was not unpacked.",
        fix="Ask for the layer itself, as GeoPackage.",
    )
