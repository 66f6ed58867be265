"""What is known of a unit in a zone, and how the kernels name their arrays."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
States: TypeAlias = NDArray[np.int8]

FREE, TAKEN, BARRED = 0, 1, 2
"""It may be taken, it must be, it must not."""
