"""Files: the bundled folders, outputs that appear whole or not at all, and content hashes."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import tempfile
import threading
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from geoplan.errors import PublishError

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDERS = ("layers", "data", "maps")


def bundled(folder: str) -> Path:
    """The bundled `layers`, `data` or `maps` folder: inside the wheel, or beside the package in a checkout."""
    inside = Path(str(files("geoplan"))) / "_bundled" / folder
    return inside if inside.is_dir() else Path(str(files("geoplan"))).parent / folder


def own_or_bundled(project_dir: Path | None, relative: str) -> Path:
    """A project's own file of that name where it has one, else the bundled one (which may not exist)."""
    if project_dir is not None and (own := project_dir / relative).is_file():
        return own
    folder, _, rest = relative.partition("/")
    return bundled(folder) / rest


def sha256(path: Path) -> str:
    """Hex digest of a file's bytes, read in blocks."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def whole_or_nothing(out: Path) -> Iterator[Path]:
    """A scratch folder whose files replace those in `out` only when the block ends without an error.

    Each file is written beside its final place and renamed over it, so that a reader never meets half a file;
    an error or Ctrl-C in the block leaves `out` as it was. Ctrl-C during the renames is held back until the
    last one is done, so that the files in `out` always belong to the same run.

    Raises:
        PublishError: `out` cannot be made or written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=".geoplan-", dir=out))
    except OSError as error:
        raise PublishError(f"Cannot write to {out}: {error.strerror}. Choose another folder with --out.") from error
    try:
        yield scratch
        written = sorted(path for path in scratch.rglob("*") if path.is_file())
        if in_the_way := [
            out / path.relative_to(scratch) for path in written if (out / path.relative_to(scratch)).is_dir()
        ]:
            raise PublishError(f"{in_the_way[0]} is a folder; a file of that name is to be written. Move it away.")
        with interrupts_held_back():
            for path in written:
                target = out / path.relative_to(scratch)
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(path, target)  # noqa: PTH105  the atomic one, by its well-known name
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def interrupts_held_back() -> Iterator[None]:
    """Hold Ctrl-C back for the length of the block (only the main thread receives it).

    For renames that belong together, and for libraries that lose a Ctrl-C in the middle of their work.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    caught: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: caught.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if caught:
        raise KeyboardInterrupt
