"""Every Python block of docs/locate and docs/zones runs, page by page; a text block after one is what it prints."""

import contextlib
import io
import re
from pathlib import Path

import pytest

BLOCK = re.compile(r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n(?P<output>.*?)^```\n)?", re.MULTILINE | re.DOTALL)
DOCS = Path(__file__).parent.parent / "docs"
PAGES = [
    page
    for folder in ("locate", "zones")
    for page in sorted((DOCS / folder).glob("*.md"))
    if BLOCK.search(page.read_text(encoding="utf-8"))
]
SECONDS = re.compile(r"\d+\.\d\d s\b")


def printed(code, name, names):
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(compile(code, name, "exec"), names)  # noqa: S102 - the pages are ours
    return said.getvalue()


def without_seconds(text):
    return SECONDS.sub("0.00 s", text).rstrip()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.parent.name}-{page.stem}")
def test_the_examples_of_a_page_run_in_order_and_print_what_the_page_says(page):
    text, names = page.read_text(encoding="utf-8"), {"__name__": page.stem}
    for block in BLOCK.finditer(text):
        line = text.count("\n", 0, block.start()) + 1
        said = printed("\n" * line + block["code"], str(page), names)
        if block["output"] is not None or said:
            assert without_seconds(said) == without_seconds(block["output"] or ""), f"{page.name}, line {line}"


def test_every_page_of_a_model_has_examples():
    assert {page.stem for page in PAGES} >= {"p-median", "max-cover", "set-cover", "p-center", "capacitated", "options"}


def test_every_page_of_the_zones_has_examples():
    pages = {page.stem for page in PAGES if page.parent.name == "zones"}
    assert pages == {page.stem for page in (DOCS / "zones").glob("*.md")}
