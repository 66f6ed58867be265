"""The one error tree. Each class is also the builtin that a caller would expect.

    GeoplanError
    ├── ConfigError        (ValueError)         project.toml, a layer, rule or map file says something impossible
    ├── InputError         (ValueError)         a planner's file cannot be used; carries its findings
    │   ├── MissingFileError   (FileNotFoundError)
    │   ├── MissingColumnError (LookupError)
    │   └── CrsError                            no CRS, the wrong one, or two that do not belong together
    ├── RuleError          (LookupError)        no such profile, stage or rule
    ├── TravelError        (ValueError)         walking was asked for and there are no roads, …
    ├── ProblemError       (ValueError)         a location problem that makes no sense
    ├── PublishError       (RuntimeError)       a page that must not be published
    ├── FetchError         (ConnectionError)    data could not be had from a server
    └── MissingExtraError  (ImportError)        an optional library is not installed

Every message says what was found (file, layer, id), what was expected, and what to do next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geoplan.types import Finding


class GeoplanError(Exception):
    """Anything that geoplan refuses, with a message for the person at the keyboard."""

    def __str__(self) -> str:
        return " ".join(str(part) for part in self.args)


class ConfigError(GeoplanError, ValueError):
    """A TOML file (project, layer, rules, map) holds a key or value that cannot be used."""


class InputError(GeoplanError, ValueError):
    """One or more layers cannot be used. `findings` holds every cause, not only the first."""

    def __init__(self, message: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(message)
        self.findings = tuple(findings)


class MissingFileError(InputError, FileNotFoundError):
    """A path in project.toml does not lead to a file."""


class MissingColumnError(InputError, LookupError):
    """A required column was not found under any of its names."""


class CrsError(InputError):
    """A layer has no CRS, one that cannot be measured in, or one that differs from its neighbour's."""


class RuleError(GeoplanError, LookupError):
    """No such profile, stage or rule; or a radius that no named profile gives."""


class TravelError(GeoplanError, ValueError):
    """A travel mode that the layers at hand cannot answer."""


class ProblemError(GeoplanError, ValueError):
    """A location problem whose parts contradict each other."""


class PublishError(GeoplanError, RuntimeError):
    """A page or file that must not be written as asked."""


class FetchError(GeoplanError, ConnectionError):
    """A server could not be reached, refused, or answered with half; what was fetched before is kept."""


class MissingExtraError(GeoplanError, ImportError):
    """An optional library is missing; the message holds the command that installs it."""

    def __init__(self, library: str, extra: str) -> None:
        super().__init__(f"{library} is not installed. Run: pip install 'geoplan[{extra}]'")


def near_match(word: str, known: Iterable[str]) -> str:
    """A hint such as ` Did you mean 'capacity'?`, or '' when nothing is near.

    Args:
        word: what was found.
        known: what could have been meant.
    """
    return suggestion(nearest(word, known))


def suggestion(close: str) -> str:
    """The hint that a word was meant; '' for none."""
    return f" Did you mean '{close}'?" if close else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is most like another one; '' when none is near."""
    from difflib import get_close_matches  # noqa: PLC0415  only needed when something went wrong

    return next(iter(get_close_matches(word, list(known), n=1, cutoff=0.6)), "")
