"""Rules other than the count as arrays: which rules a site takes part in, and with how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.locate.core import SitingCore


@dataclass(frozen=True, eq=False)
class RuleTable:
    """The other rules of a core, as CSR over sites.

    Attributes:
        indptr, rule, value: what each site adds to which rule.
        low, high: of each rule, widened by the rounding that `SiteRule.holds` forgives.
        unit: mean positive value of each rule, so that amounts are read in sites.
    """

    indptr: NDArray[np.int64]
    rule: NDArray[np.int64]
    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    unit: NDArray[np.float64]

    @property
    def rules(self) -> int:
        """How many rules."""
        return len(self.low)


def rule_table(core: SitingCore) -> RuleTable:
    """The core's other rules by site."""
    rules = core.other_rules
    if not rules:
        nothing = np.zeros(0)
        no_ids = np.zeros(0, dtype=np.int64)
        return RuleTable(np.zeros(core.sites + 1, dtype=np.int64), no_ids, nothing, nothing, nothing, nothing)
    site = np.concatenate([rule.sites for rule in rules]).astype(np.int64)
    number = np.repeat(np.arange(len(rules)), [len(rule.sites) for rule in rules])
    value = np.concatenate([rule.values for rule in rules])
    order = np.lexsort((number, site))
    indptr = np.zeros(core.sites + 1, dtype=np.int64)
    np.cumsum(np.bincount(site, minlength=core.sites), out=indptr[1:])
    slack = np.array([1e-9 * max(1.0, float(np.abs(rule.values).sum())) for rule in rules])
    unit = np.array([float(rule.values[rule.values > 0].mean()) if (rule.values > 0).any() else 1.0 for rule in rules])
    return RuleTable(
        indptr,
        number[order],
        value[order],
        np.array([rule.low for rule in rules]) - slack,
        np.array([rule.high for rule in rules]) + slack,
        unit,
    )
