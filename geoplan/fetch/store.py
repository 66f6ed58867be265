"""Answers on disk under the name of their question, each whole or absent: what is here is never asked again."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoplan.errors import PublishError

if TYPE_CHECKING:
    from geoplan.fetch.answer import Answer

FOLDER = ".fetch"
_FORMAT = 1
_SPLIT = "split"


@dataclass(frozen=True, eq=False)
class Stored:
    """One answer as kept.

    Attributes:
        content: its bytes, JSON.
        osm_base: the moment of the data.
        date: the day of the answer, by the server.
        endpoint: who answered.
    """

    content: bytes
    osm_base: str
    date: str
    endpoint: str

    @property
    def elements(self) -> list[dict[str, Any]]:
        """Nodes, ways and relations."""
        found: list[dict[str, Any]] = json.loads(self.content)["elements"]
        return found


class Store:
    """A folder of answers. A file that does not agree with its own digest is no answer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self) -> None:
        """Make the folder, ignored by git.

        Raises:
            PublishError: it cannot be made.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / ".gitignore").write_text("*\n", encoding="ascii")
        except OSError as fault:
            raise PublishError(f"Cannot write to {self.folder}: {fault.strerror}. Choose another --out.") from fault

    def path(self, query: str) -> Path:
        """Where the answer to a query is kept."""
        return self.folder / (hashlib.sha256(query.encode()).hexdigest()[:32] + ".json.gz")

    def get(self, query: str) -> Stored | None:
        """The answer to a query, or None where there is none, or a damaged one."""
        head, content = self._read(query)
        if head is None or head.get(_SPLIT):
            return None
        return Stored(content, str(head["osm_base"]), str(head["date"]), str(head["endpoint"]))

    def is_split(self, query: str) -> bool:
        """The question was found too heavy before, and put in four parts."""
        head, _ = self._read(query)
        return head is not None and bool(head.get(_SPLIT))

    def put(self, query: str, answer: Answer, endpoint: str) -> None:
        """Keep an answer; a reader finds all of it or nothing.

        Raises:
            PublishError: it cannot be written.
        """
        head: dict[str, object] = {"osm_base": answer.osm_base, "date": answer.date, "endpoint": endpoint}
        self._write(query, head, answer.content)

    def put_split(self, query: str) -> None:
        """Remember that a question is too heavy."""
        self._write(query, {_SPLIT: True}, b"")

    def drop(self, query: str) -> None:
        """Forget the answer to a query."""
        self.path(query).unlink(missing_ok=True)

    def _read(self, query: str) -> tuple[dict[str, Any] | None, bytes]:
        try:
            with gzip.open(self.path(query)) as stream:
                head = json.loads(stream.readline())
                content = stream.read()
            good = head["format"] == _FORMAT and head["query"] == query
            good = good and head["sha256"] == hashlib.sha256(content).hexdigest()
        except (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error):
            return None, b""  # absent or damaged: asked again
        return (head, content) if good else (None, b"")

    def _write(self, query: str, head: dict[str, object], content: bytes) -> None:
        head = {"format": _FORMAT, "query": query, **head, "sha256": hashlib.sha256(content).hexdigest()}
        line = json.dumps(head, ensure_ascii=True, sort_keys=True).encode() + b"\n"
        try:
            handle, scratch = tempfile.mkstemp(prefix=".part-", dir=self.folder)
            try:
                with os.fdopen(handle, "wb") as stream:
                    stream.write(gzip.compress(line + content, compresslevel=6, mtime=0))
                Path(scratch).replace(self.path(query))
            except BaseException:  # Ctrl-C as well: half a file is taken away again
                Path(scratch).unlink(missing_ok=True)
                raise
        except OSError as fault:
            raise PublishError(f"Cannot write to {self.folder}: {fault.strerror}. Choose another --out.") from fault
