"""Location models: where to put schools, proved optimal or with the gap that is left."""

from geoplan.locate.candidates import candidate_grid
from geoplan.locate.capacitated import capacitated
from geoplan.locate.models import max_cover, p_median, set_cover, solve
from geoplan.locate.problem import Costs, Model, Problem, Solution, Status, as_costs, make_problem
from geoplan.locate.swaps import NextBest, next_best
from geoplan.locate.verify import verify, worth

__all__ = [
    "Costs",
    "Model",
    "NextBest",
    "Problem",
    "Solution",
    "Status",
    "as_costs",
    "candidate_grid",
    "capacitated",
    "make_problem",
    "max_cover",
    "next_best",
    "p_median",
    "set_cover",
    "solve",
    "verify",
    "worth",
]
