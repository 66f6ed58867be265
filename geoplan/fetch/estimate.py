"""How much there will be to fetch, said before anything is fetched, and better once some cells are there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoplan.fetch.query import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.fetch.area import Cell

KB_A_KM2 = {
    Kind.ROADS: (35, 1_300),
    Kind.BARRIERS: (2, 135),
    Kind.SCHOOLS: (0, 5),
    Kind.BUILDINGS: (40, 630),
}
"""Of JSON, from a rural county to a mapped city core: counted in Liechtenstein (238 km²) and central Helsinki (2 km²);
central Shanghai and Porto Alegre lie between. Many Chinese counties are mapped more thinly."""


@dataclass(frozen=True)
class Estimate:
    """Before a fetch.

    Attributes:
        cells: questions to be asked in all.
        stored: of these already answered.
        area_km2: of the cells still to be asked.
        low_mb, high_mb: of what is still to come, in 10^6 bytes, rural and city.
    """

    cells: int
    stored: int
    area_km2: float
    low_mb: float
    high_mb: float

    def __str__(self) -> str:
        to_come = self.cells - self.stored
        if not to_come:
            return f"{in_cells(self.cells)}, all stored"
        stored = f" ({self.stored:,} are stored)" if self.stored else ""
        return (
            f"{in_cells(to_come)} to fetch{stored}, {self.area_km2:,.0f} km²: about {_mb(self.low_mb)} MB in the "
            f"country, up to {_mb(self.high_mb)} MB in a city core"
        )


def estimate(cells: Sequence[Cell], stored: int, missing: Sequence[Cell], kinds: Sequence[Kind]) -> Estimate:
    """Rough megabytes of the cells that are missing.

    Args:
        cells: every cell.
        stored: how many of them are answered.
        missing: the others.
        kinds: what is asked for.
    """
    area = sum(cell.area_km2 for cell in missing)
    low, high = (sum(KB_A_KM2[kind][end] for kind in kinds) * area / 1e3 for end in (0, 1))
    return Estimate(len(cells), stored, area, low, high)


def in_cells(count: int) -> str:
    """`1 cell`, `2 cells`."""
    return f"{count:,} cell{'' if count == 1 else 's'}"


def _mb(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 10 else f"{max(figure, 0.1):.1f}"
