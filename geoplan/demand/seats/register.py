"""The register of schools: which rows of the schools layer serve the stages in a year, and how tables name them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

OTHER_BRANCHES = ("special", "vocational")
"""Branches whose seats are not seats for the pupils of the stages."""


def serves(schools: pd.DataFrame, year: int | None = None) -> NDArray[np.bool_]:
    """Rows that serve pupils of their stages, shape (rows,): ordinary schools with a licence, open in `year`.

    Args:
        schools: as the door hands it over; absent columns are blank.
        year: None where no year is known: then opening and closing are not asked.
    """
    stands = is_ordinary(schools) & is_licensed(schools)
    return stands if year is None else stands & is_open(schools, year)


def is_ordinary(schools: pd.DataFrame) -> NDArray[np.bool_]:
    """Rows that are no special and no vocational schools, shape (rows,)."""
    if "branch" not in schools:
        return np.ones(len(schools), dtype=bool)
    return ~np.isin(schools["branch"].astype(str), OTHER_BRANCHES)


def is_licensed(schools: pd.DataFrame) -> NDArray[np.bool_]:
    """Rows that are not said to lack a licence, shape (rows,): a blank is no refusal."""
    if "licensed" not in schools:
        return np.ones(len(schools), dtype=bool)
    return np.array([licensed is not False for licensed in schools["licensed"]], dtype=bool)


def is_open(schools: pd.DataFrame, year: int) -> NDArray[np.bool_]:
    """Rows that are open in a school year, shape (rows,): `year_open <= year < year_close`, blanks are no bound."""
    stands = np.ones(len(schools), dtype=bool)
    for column, compare in (("year_open", np.less_equal), ("year_close", np.greater)):
        if column in schools:
            values = schools[column].to_numpy(dtype=float)
            stands &= np.isnan(values) | compare(values, year)
    return stands


def ids_by_name(names: Mapping[str, str]) -> dict[str, str]:
    """Id of each school by its id and by its name; a name that several schools share is nobody's.

    Args:
        names: name of each school by its id.
    """
    times = Counter(names.values())
    by_name = {name: key for key, name in names.items() if name and times[name] == 1}
    return by_name | {key: key for key in names}
