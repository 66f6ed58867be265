"""The page on the balance runs, and prints what it says."""

import contextlib
import io
import re
from pathlib import Path

import pytest

from geoplan.demand.seats.balance import BalanceRow

PAGE = (Path(__file__).parents[2] / "docs" / "balance.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```python\n(?P<code>.*?)^```\n\n```text\n(?P<output>.*?)^```\n", re.MULTILINE | re.DOTALL)


def test_the_examples_run_in_order_and_print_what_the_page_says():
    names, blocks = {"__name__": "balance"}, list(BLOCK.finditer(PAGE))
    assert len(blocks) == PAGE.count("```python") == 3
    for block in blocks:
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(block["code"], names)  # noqa: S102 - the page is ours
        assert said.getvalue().rstrip() == block["output"].rstrip()


@pytest.mark.parametrize("field", [*BalanceRow.__dataclass_fields__, "unmet"])
def test_every_line_of_the_balance_is_explained(field):
    apart = {"place", "name", "stage", "year", "schools"}
    assert field in apart or f"`{field}`" in PAGE
