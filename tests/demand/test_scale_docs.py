"""The page for planners: its example prints what the page says, and its table is what the four cities give."""

import contextlib
import io
import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "demand.md"


def test_the_example_of_the_page_prints_what_the_page_says():
    text = PAGE.read_text(encoding="utf-8")
    code = re.search(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)[1]
    output = re.search(r"^```text\n(.*?)^```", text, re.MULTILINE | re.DOTALL)[1]
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(code, str(PAGE), "exec"), {"__name__": "page"})  # noqa: S102 - the page is ours
    assert said.getvalue() == output
