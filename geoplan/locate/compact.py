"""The whole undecided problem as one mixed-integer program, for questions that only a general solver answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.locate.highs import Milp, milp_from_entries

if TYPE_CHECKING:
    from geoplan.locate.core import SitingCore


def siting_milp(core: SitingCore) -> Milp:
    """Sites are the first variables; then what is left unserved of each row; then, for a median, its pairs.

    Minimise Σ f y + Σ b u + Σ d x  with  Σ_j x_ij + u_i ≥ 1  and  x_ij ≤ y_j (ReVelle & Swain 1970); a cover has no
    x, its rows read Σ_j y_j + u_i ≥ 1 (Church & ReVelle 1974).
    """
    rows, sites, pairs = core.rows, core.sites, len(core.site)
    row = core.row()
    priced = np.isfinite(core.base)
    blocks = [(np.arange(rows), sites + np.arange(rows), np.ones(rows))]
    low, high = [np.ones(rows)], [np.full(rows, np.inf)]
    cost = [core.site_cost, np.where(priced, core.base, 0.0)]
    upper = [np.ones(sites), priced.astype(float)]
    next_row = rows
    if core.cost is None:
        blocks.append((row, core.site.astype(np.int64), np.ones(pairs)))
    else:
        own = sites + rows + np.arange(pairs)
        blocks.append((row, own, np.ones(pairs)))
        link = rows + np.arange(pairs)
        blocks += [(link, own, np.ones(pairs)), (link, core.site.astype(np.int64), -np.ones(pairs))]
        low.append(np.full(pairs, -np.inf))
        high.append(np.zeros(pairs))
        cost.append(core.cost)
        upper.append(np.ones(pairs))
        next_row += pairs
    for rule in core.rules:
        # in parts of the largest value, so that the solver's tolerance is a relative one
        unit = float(rule.values.max(initial=0.0)) or 1.0
        blocks.append((np.full(len(rule.sites), next_row), rule.sites, rule.values / unit))
        low.append(np.array([rule.low / unit]))
        high.append(np.array([rule.high / unit]))
        next_row += 1
    columns = np.concatenate(cost)
    return milp_from_entries(
        columns,
        np.concatenate(upper),
        np.arange(len(columns)) < sites,
        tuple(np.concatenate(part) for part in zip(*blocks, strict=True)),  # type: ignore[arg-type]
        np.concatenate(low),
        np.concatenate(high),
    )


def entries_of(core: SitingCore) -> int:
    """How many entries `siting_milp` would have: to be asked before it is built."""
    pairs = len(core.site) if core.cost is None else 3 * len(core.site)
    return core.rows + pairs + sum(len(rule.sites) for rule in core.rules)
