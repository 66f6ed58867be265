"""Reading files of numbers so that a fault is named by file and line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from geoplan.errors import InputError, MissingFileError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


class Words:
    """The words of a file in order, wherever its lines break."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        lines = read_lines(self.path)
        self._words = [word for line in lines for word in line.split()]
        self._line = np.repeat(np.arange(1, len(lines) + 1), [len(line.split()) for line in lines])
        self._next = 0

    @property
    def left(self) -> int:
        """Words not yet read."""
        return len(self._words) - self._next

    def whole(self, what: str, *, least: int = 0) -> int:
        """The next word as a whole number."""
        most = np.iinfo(np.int32).max
        return int(self.wholes(1, f"{what}, a whole number of at least {least}", least=least, most=most)[0])

    def number(self, what: str) -> float:
        """The next word as a number."""
        return float(self.numbers(1, what)[0])

    def numbers(self, count: int, what: str) -> NDArray[np.float64]:
        """The next `count` words as finite numbers of at least 0."""
        first = self._next
        part = self._words[first : first + count]
        try:
            values = np.array(part, dtype=float)
            good = bool((np.isfinite(values) & (values >= 0)).all())
        except ValueError:
            good = False
        if not good:
            self._refuse(what, first + next(row for row, word in enumerate(part) if not _is_amount(word)))
        if len(part) < count:
            self._refuse(f"{what} ({count - len(part)} more)", len(self._words))
        self._next += count
        return values

    def wholes(self, count: int, what: str, *, least: int, most: int) -> NDArray[np.int64]:
        """The next `count` words as whole numbers within limits."""
        first = self._next
        values = self.numbers(count, what)
        wrong = (values != np.floor(values)) | (values < least) | (values > most)
        if wrong.any():
            self._refuse(what, first + int(np.argmax(wrong)))
        return values.astype(np.int64)

    def skip(self, what: str) -> None:
        """Pass over a word that need not be a number."""
        if not self.left:
            self._refuse(what, self._next)
        self._next += 1

    def ends(self) -> None:
        """Nothing may follow."""
        if self.left:
            self._refuse("the end of the file", self._next)

    def _refuse(self, what: str, word: int) -> NoReturn:
        if word < len(self._words):
            refuse(self.path, int(self._line[word]), what, repr(self._words[word]))
        refuse(self.path, int(self._line[-1]) if len(self._line) else 1, what, "the end of the file")


def read_lines(path: Path) -> list[str]:
    """Lines of a text file of numbers; the zero bytes that some mirrors pad their files with are blanks.

    Raises:
        MissingFileError: there is no such file.
    """
    if not path.is_file():
        raise MissingFileError(f"{path}: no such file.")
    return path.read_text(encoding="latin-1").replace("\x00", " ").splitlines()


def read_rows(path: Path, lines: Sequence[tuple[int, str]], columns: Sequence[str]) -> NDArray[np.float64]:
    """A table of finite numbers, one line for each row.

    Args:
        lines: number and text of each line.
        columns: what stands in each column; a line holds exactly so many.

    Returns:
        Shape (lines, columns).
    """
    table = np.empty((len(lines), len(columns)))
    for row, (number, line) in enumerate(lines):
        words = line.split()
        if len(words) != len(columns):
            refuse(path, number, f"{len(columns)} numbers: {', '.join(columns)}", repr(line.strip()))
        try:
            table[row] = [float(word) for word in words]
        except ValueError:
            refuse(path, number, f"numbers: {', '.join(columns)}", repr(line.strip()))
        if not np.isfinite(table[row]).all():
            refuse(path, number, f"finite numbers: {', '.join(columns)}", repr(line.strip()))
    return table


def numbered(lines: Sequence[str]) -> list[tuple[int, str]]:
    """Lines that hold anything, each with its number in the file."""
    return [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]


def refuse(path: Path, line: int, expected: str, found: str) -> NoReturn:
    """Raise an InputError that names file, line, what was expected and what was found."""
    raise InputError(f"{path}, line {line}: expected {expected}, found {found}.")


def _is_amount(word: str) -> bool:
    try:
        value = float(word)
    except ValueError:
        return False
    return bool(np.isfinite(value) and value >= 0)
