"""Kernels that count no references make no arrays: read from the source, since a leak would show only in memory."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np
import pytest

import geoplan
from geoplan.kernels import copy_into

PACKAGE = Path(geoplan.__file__).parent
NUMBERS = {"None", "int", "float", "bool"}
OF_NUMPY = {"np.int64", "np.int32", "np.uint64", "np.float64", "np.log", "np.exp", "np.sqrt", "np.floor", "np.abs"}
"""What a kernel may call of NumPy: numbers in, a number out."""


def _kernels() -> dict[str, list[tuple[str, ast.FunctionDef]]]:
    """The compiled functions by their decorator, each with the name of its module."""
    found: dict[str, list[tuple[str, ast.FunctionDef]]] = {"kernel": [], "making_kernel": []}
    for path in sorted(PACKAGE.rglob("*.py")):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                for decorator in function.decorator_list:
                    if (word := ast.unparse(decorator)) in found:
                        found[word].append((f"{path.stem}.{function.name}", function))
    return found


def _returned(function: ast.FunctionDef) -> set[str]:
    text = ast.unparse(function.returns) if function.returns else ""
    return {each.strip() for each in text.removeprefix("tuple[").removesuffix("]").split(",")}


KERNELS = _kernels()
MAKERS = {function.name for _, function in KERNELS["making_kernel"] if not _returned(function) <= NUMBERS}


@pytest.mark.parametrize(("name", "function"), KERNELS["kernel"], ids=[name for name, _ in KERNELS["kernel"]])
def test_a_kernel_makes_and_returns_no_array(name: str, function: ast.FunctionDef) -> None:
    assert _returned(function) <= NUMBERS, name
    called = {ast.unparse(each.func) for each in ast.walk(function) if isinstance(each, ast.Call)}
    assert {each for each in called if each.startswith("np.")} <= OF_NUMPY, name
    assert not called & MAKERS, f"{name} is handed arrays that nobody counts"


def test_everything_compiled_says_which_kind_it_is() -> None:
    assert len(KERNELS["kernel"]) > 50
    others = [path.name for path in PACKAGE.rglob("*.py") if "njit" in path.read_text(encoding="utf-8")]
    assert others == ["kernels.py"]


def test_copying_overwrites_the_first_elements() -> None:
    target = np.arange(5)
    copy_into(target, np.array([9, 8]))
    assert target.tolist() == [9, 8, 2, 3, 4]
