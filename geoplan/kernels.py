"""How numba compiles what must be fast: once, cached beside the code, and free of Python's lock.

A kernel that works on arrays which it is given counts no references. Numba leaves that out by itself where all
arguments are plain arrays, but not where arrays come in a named tuple: then every call counts up and down for each of
its arrays, at a price of ten times the work of a small kernel (numba issue 2345).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from numba import njit

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Function = TypeVar("Function", bound=Callable[..., object])

AT_ONCE = 2
"""Pieces of work at once where each lets go of Python's lock, as kernels and HiGHS do: the cores of the machine that
everything is measured on."""


def kernel(function: Function) -> Function:
    """Compile what works in place: it neither makes arrays nor returns any, nor do the kernels that it calls.

    Views of what it was given are no arrays made. What it calls may make arrays for itself (`making_kernel`), but not
    hand them back: nobody would count them, and they would stay.
    """
    compiled: Function = njit(cache=True, nogil=True, _nrt=False)(function)
    return compiled


def making_kernel(function: Function) -> Function:
    """Compile what makes arrays, for itself or to be returned."""
    compiled: Function = njit(cache=True, nogil=True, _nrt=True)(function)
    return compiled


@kernel
def copy_into(target: NDArray[Any], source: NDArray[Any]) -> None:
    """Write one array over the first elements of another."""
    for at in range(len(source)):
        target[at] = source[at]
