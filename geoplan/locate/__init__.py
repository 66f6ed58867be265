"""Location models: where to put schools, proved optimal or with the gap that is left."""

from geoplan.locate.alternatives import Alternative, Alternatives, Difference, alternatives
from geoplan.locate.candidates import candidate_grid
from geoplan.locate.clock import Progress
from geoplan.locate.costs import Costs, Points, as_costs
from geoplan.locate.given import Expansion, Group, Size
from geoplan.locate.models import capacitated, max_cover, p_center, p_median, set_cover, solve
from geoplan.locate.problem import Model, Problem, make_problem
from geoplan.locate.solution import Conflict, Solution, Status
from geoplan.locate.swaps import NextBest, next_best
from geoplan.locate.verify import verify, worth
from geoplan.locate.whatif import Change, WhatIf

__all__ = [
    "Alternative",
    "Alternatives",
    "Change",
    "Conflict",
    "Costs",
    "Difference",
    "Expansion",
    "Group",
    "Model",
    "NextBest",
    "Points",
    "Problem",
    "Progress",
    "Size",
    "Solution",
    "Status",
    "WhatIf",
    "alternatives",
    "as_costs",
    "candidate_grid",
    "capacitated",
    "make_problem",
    "max_cover",
    "next_best",
    "p_center",
    "p_median",
    "set_cover",
    "solve",
    "verify",
    "worth",
]
