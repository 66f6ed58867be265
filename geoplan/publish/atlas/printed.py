"""Which figures stand on which sheet of an atlas, so that a figure can be traced to where it is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

    from geoplan.publish.atlas.page import Page


class Word(str):
    """A cell that prints a published figure, and knows which.

    Attributes:
        figure: its id in figures.json.
    """

    __slots__ = ("figure",)
    figure: str

    def __new__(cls, text: str, figure: str) -> Self:
        """Words that print the figure of an id."""
        word = super().__new__(cls, text)
        word.figure = figure
        return word


class PrintedSheet(NamedTuple):
    """A sheet as it was drawn.

    Attributes:
        number: of the sheet (图号), the contents being 0; its page in the PDF is the next number.
        id: its own among the sheets of the atlas, and the same in the next atlas of the project.
        title: Chinese and English.
        figures: ids of the figures that stand on it, sorted; one that found no room there is not among them.
    """

    number: int
    id: str
    title: tuple[str, str]
    figures: tuple[str, ...]


def printed_sheet(page: Page) -> PrintedSheet:
    """What a finished page has printed."""
    return PrintedSheet(page.number, page.sheet.id, page.sheet.title, tuple(sorted(page.printed)))


def places_of(sheets: Iterable[PrintedSheet]) -> dict[str, tuple[str, ...]]:
    """For the id of every figure on the sheets, where it stands: `atlas.pdf 图05 小学规划布局图`."""
    found: dict[str, tuple[str, ...]] = {}
    for sheet in sheets:
        for figure in sheet.figures:
            found[figure] = (*found.get(figure, ()), f"atlas.pdf 图{sheet.number:02d} {sheet.title[0]}")
    return dict(sorted(found.items()))
