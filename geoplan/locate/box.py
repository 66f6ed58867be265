"""The box in which column generation looks for better prices: wider where it pays, narrower where it does not.

du Merle, Villeneuve, Desrosiers & Hansen 1999, "Stabilized column generation", Discrete Mathematics 194.
"""

from __future__ import annotations

from dataclasses import dataclass, field

FIRST, NARROWEST = 0.1, 1e-4
"""First and least width, of the typical price."""
SLACK = 1e-6
"""How much of a row may be left out or taken twice where the box no longer holds the prices."""


@dataclass(eq=False)
class Box:
    """How far new prices may lie from the best ones.

    Attributes:
        typical: price.
        width: of now.
    """

    typical: float
    width: float = field(init=False)

    def __post_init__(self) -> None:
        self.width = FIRST * self.typical

    def resize(self, expected: float, gained: float, held: float, tolerance: float) -> bool:
        """After a step; whether no more than `tolerance` is to be gained, in a box of any width.

        Args:
            expected, gained: by how much the bound rose in the program's eyes, and in truth.
            held: the most of a row that is left out or taken twice at the ends of the box.
        """
        if gained > 0.3 * expected:
            self.width *= 1.5
        elif gained <= 0:
            self.width *= 0.7
        little = expected <= tolerance
        if little:
            self.width *= 6.0
        self.width = max(self.width, NARROWEST * self.typical)
        return little and held <= SLACK

    def reopen(self) -> None:
        """At least as wide as at first: there are other prices now."""
        self.width = max(self.width, FIRST * self.typical)
