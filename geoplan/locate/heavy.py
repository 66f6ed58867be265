"""Heavy libraries that only some callers need: not loaded before they are."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeGuard

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_array
    from scipy.spatial import cKDTree


def loaded(module: str, name: str) -> Any:  # noqa: ANN401  a class, for isinstance
    """A class of a library, for `isinstance`; () where nobody has loaded it, so that no value can be one of it.

    pandas, scipy and the roads of `geoplan.travel` take 70 MB and a second, and a solve from an array needs none.
    """
    return getattr(sys.modules.get(module), name, ())


def is_sparse(value: object) -> TypeGuard[csr_array]:
    """Whether a value is a sparse array or matrix of scipy."""
    return isinstance(value, (loaded("scipy.sparse", "sparray"), loaded("scipy.sparse", "spmatrix")))


def tree_of(xy: NDArray[np.float64]) -> cKDTree:
    """A search tree over points, shape (n, 2)."""
    from scipy.spatial import cKDTree  # noqa: PLC0415

    return cKDTree(xy)
