"""What a published instance asks, in the words of the public functions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geoplan.locate.problem import Keywords, Model, make_problem

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from geoplan.locate.costs import AnyCosts
    from geoplan.locate.given import ById
    from geoplan.locate.problem import Problem


@dataclass(frozen=True, eq=False)
class Instance:
    """A published instance.

    Attributes:
        name: the name of its file, without the ending.
        model: the model for which values are published.
        costs: of a unit of weight, demand × sites; see `as_costs`.
        weights: load of each demand; None: 1 each.
        p: number of open sites, None where the model decides or the file does not say.
        capacities: most load of each site.
        site_costs: cost of opening each site.
        splittable: whether the published value lets a demand be shared among sites.
        neighbours: pairs of ids of demand whose areas touch, where the file tells; shape (pairs, 2).
    """

    name: str
    model: Model
    costs: AnyCosts = field(repr=False)
    weights: ById | None = field(default=None, repr=False)
    p: int | None = None
    capacities: ById | None = field(default=None, repr=False)
    site_costs: ById | None = field(default=None, repr=False)
    splittable: bool = False
    neighbours: NDArray[np.str_] | None = field(default=None, repr=False)

    def keywords(self) -> Keywords:
        """What the function of the model takes beside the costs."""
        words: Keywords = {"p": self.p}
        if self.weights is not None:
            words["weights"] = self.weights
        if self.capacities is not None:
            words["capacities"] = self.capacities
        if self.site_costs is not None:
            words["site_costs"] = self.site_costs
        if self.splittable:
            words["splittable"] = True
        return words

    def problem(self) -> Problem:
        """The same as a `Problem`."""
        return make_problem(self.model, self.costs, **self.keywords())
