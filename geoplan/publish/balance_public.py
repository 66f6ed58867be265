"""The balance as it may be published: where pupils are hidden, so is whatever they could be told from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.publish.privacy import hidden_places, is_small, open_count

if TYPE_CHECKING:
    from geoplan.demand import Balance, BalanceRow
    from geoplan.publish.privacy import Count
    from geoplan.types import Stage


@dataclass(frozen=True)
class PublicBalance:
    """A row of the balance and whether its pupils are hidden.

    Attributes:
        row: its seats may always be told.
    """

    row: BalanceRow
    hidden: bool

    @property
    def pupils(self) -> Count:
        """Whole pupils, `<10` or `≥10`."""
        return open_count(self.row.pupils, hidden=self.hidden)

    @property
    def gap(self) -> int | None:
        """Seats short."""
        return self._told(self.row.gap)

    @property
    def surplus(self) -> int | None:
        """Empty seats."""
        return self._told(self.row.surplus)

    @property
    def borrowed(self) -> int | None:
        """Seats of neighbours that the gap can use."""
        return self._told(self.row.borrowed)

    @property
    def closes(self) -> int | None:
        """The year in which the gap closes."""
        return None if self.hidden else self.row.closes

    @property
    def advice(self) -> tuple[str, str]:
        """Chinese and English."""
        return ("", "") if self.hidden else (self.row.advice_zh, self.row.advice_en)

    def _told(self, value: float) -> int | None:
        return None if self.hidden else round(value)


def public_balance(balance: Balance, stage: Stage, year: int) -> list[PublicBalance]:
    """The rows of a stage and year, the whole project first; empty for a year that is not balanced."""
    rows = balance.of(stage, year)
    if not rows:
        return []
    whole, *places = rows
    hidden = hidden_places(np.array([row.pupils for row in places])).tolist()
    return [
        PublicBalance(whole, hidden=is_small(whole.pupils)),
        *(PublicBalance(row, hidden=hide) for row, hide in zip(places, hidden, strict=True)),
    ]
