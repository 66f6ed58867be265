"""How a template reaches figures: by id, and an id that does not exist stops the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.errors import PublishError, near_match

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoplan.publish.figures import Figure
    from geoplan.publish.privacy import Count

OPEN, SHUT = "\ufdd0", "\ufdd1"
"""Around the number of a figure that was looked up, until the document is finished: no text holds these."""


class Lookup:
    """`f["primary.walk.before.share"]`: the figure as printed. It remembers what was asked for."""

    def __init__(self, figures: Mapping[str, Figure], template: str) -> None:
        """`template` is its name in messages."""
        self._figures, self._template = figures, template
        self.asked: list[str] = []

    def __getitem__(self, key: object) -> str:
        """The text behind a mark that says which figure it is.

        Raises:
            PublishError: no figure has the id.
        """
        figure = found(self._figures, key, self._template, "f")
        self.asked.append(figure.id)
        return f"{OPEN}{len(self.asked) - 1}{SHUT}{figure.text}"

    def __contains__(self, key: object) -> bool:
        return key in self._figures


class Values:
    """`value["primary.sites"]`: the plain value, for conditions such as `{% if value["primary.sites"] %}`."""

    def __init__(self, figures: Mapping[str, Figure], template: str) -> None:
        """`template` is its name in messages."""
        self._figures, self._template = figures, template

    def __getitem__(self, key: object) -> Count:
        """The value as published.

        Raises:
            PublishError: no figure has the id.
        """
        return found(self._figures, key, self._template, "value").value


def found(figures: Mapping[str, Figure], key: object, template: str, name: str) -> Figure:
    """The figure of an id.

    Raises:
        PublishError: there is none; the message names the template and the tag.
    """
    figure = figures.get(key) if isinstance(key, str) else None
    if figure is None:
        raise PublishError(
            f'{template}: the tag {{{{ {name}["{key}"] }}}} asks for a figure that this run does not have.'
            f"{near_match(str(key), list(figures))} List them with: geoplan trace --like TEXT. "
            "A part that not every project has stands between {%p if … %} and {%p endif %}."
        )
    return figure
