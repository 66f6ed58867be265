"""TOML files that people write: read with every fault collected, so that they are mended in one go."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from geoplan.errors import ConfigError, near_match

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file as plain values.

    Raises:
        ConfigError: not UTF-8 or not TOML; the message holds the file and the parser's line.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML in UTF-8: {error}") from error


class TomlReader:
    """Values of one file by type. A wrong one is noted in `faults` with its key, and a harmless value goes on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.faults: list[str] = []

    def raise_faults(self) -> None:
        """Speak.

        Raises:
            ConfigError: there was at least one fault; all are listed.
        """
        if self.faults:
            raise ConfigError(f"{self.path}:\n" + "\n".join(f"  {fault}" for fault in self.faults))

    def known(self, where: str, table: Mapping[str, object], known: Iterable[str]) -> None:
        """Every key of `table` is one of `known`; `where` stands before it in the message."""
        known = list(known)
        self.faults.extend(
            f"{where}{key}: unknown key; known: {', '.join(known)}.{near_match(key, known)}"
            for key in table
            if key not in known
        )

    def table(self, where: str, value: object) -> dict[str, Any]:
        """A table."""
        if isinstance(value, dict):
            return value
        self.faults.append(f"{where}: expected a table, found {value!r}.")
        return {}

    def text(self, where: str, value: object) -> str:
        """Text; a number or a date is taken as it is written."""
        if isinstance(value, str):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        if hasattr(value, "isoformat"):
            return str(value)
        self.faults.append(f"{where}: expected text, found {value!r}.")
        return ""

    def optional_text(self, where: str, value: object) -> str | None:
        """Text, or None where the key is not there."""
        return None if value is None else self.text(where, value)

    def texts(self, where: str, value: object) -> tuple[str, ...]:
        """A list of texts."""
        if isinstance(value, list):
            return tuple(self.text(where, item) for item in value)
        self.faults.append(f"{where}: expected a list of texts, found {value!r}.")
        return ()

    def named(self, where: str, value: object) -> dict[str, str]:
        """A table of texts."""
        return {key: self.text(f"{where}.{key}", name) for key, name in self.table(where, value).items()}

    def flag(self, where: str, value: object) -> bool:
        """True or false."""
        if not isinstance(value, bool):
            self.faults.append(f"{where}: expected true or false, found {value!r}.")
        return bool(value)

    def choice(self, where: str, value: object, known: tuple[str, ...]) -> str:
        """One of `known`."""
        if value in known:
            return str(value)
        hint = near_match(str(value), known)
        self.faults.append(f"{where}: expected one of {', '.join(known)}, found {value!r}.{hint}")
        return known[0]

    def number(self, where: str, value: object) -> float:
        """A number."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        self.faults.append(f"{where}: expected a number, found {value!r}.")
        return 0.0

    def positive(self, where: str, value: object) -> float:
        """A number above 0."""
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return float(value)
        self.faults.append(f"{where}: expected a number above 0, found {value!r}.")
        return 1.0

    def year(self, where: str, value: object) -> int:
        """A year of four digits."""
        if isinstance(value, int) and not isinstance(value, bool) and 1900 <= value <= 2100:
            return value
        self.faults.append(f"{where}: expected a year from 1900 to 2100, found {value!r}.")
        return 2020
