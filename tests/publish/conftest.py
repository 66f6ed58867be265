"""Chromium for the published page: no network, and everything the page does wrong is kept for the test."""

from __future__ import annotations

import importlib.util
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ARTEFACTS = Path(__file__).parents[1] / "artefacts"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def _load_samples():
    spec = importlib.util.spec_from_file_location(
        "geoplan_sample_payload", Path(__file__).with_name("sample_payload.py")
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def samples():
    """The module of sample payloads (importlib mode has no packages to import it from)."""
    return _load_samples()


@pytest.fixture
def payload(samples):
    return samples.build()


def _absent(reason):
    """A missing browser is a fault where every test must run, and a reason to skip elsewhere."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}; in CI the page must be opened in a browser")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def chromium():
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if (found := shutil.which(name))), None)
    if path is None:
        _absent(f"no browser on this machine (looked for {', '.join(names)})")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _absent("playwright is not installed; run: pip install 'geoplan[test]'")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Opened:
    """A page in the browser, with everything that it should not have done."""

    page: object
    requests: list = field(default_factory=list)
    faults: list = field(default_factory=list)

    def settle(self):
        """Wait for two frames, so that drawings and layouts are done."""
        self.page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")

    def choose(self, switch, number):
        """Choose the n-th button of a switch, as a reader does: on its label."""
        self.page.locator(f"#{switch}-switch label").nth(number).click()

    def select_tab(self, name):
        self.page.locator(f"#tab-{name}").click()

    def open_by_search(self, words):
        self.page.fill("#search-box", words)
        self.page.press("#search-box", "Enter")
        self.page.wait_for_timeout(400)

    def text(self, selector):
        return self.page.locator(selector).first.text_content()

    def picture(self, name):
        ARTEFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=str(ARTEFACTS / f"{name}.png"))


@pytest.fixture
def open_file(chromium):
    """Open a page with the network off, and check at the end that nothing was asked for and nothing went wrong."""
    contexts, opened_pages = [], []

    def open_(path, **options):
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        contexts.append(context)
        context.set_offline(True)
        page = context.new_page()
        opened = Opened(page)
        opened_pages.append(opened)
        page.on("request", lambda request: opened.requests.append(request.url))
        page.on("console", lambda message: opened.faults.append(f"console {message.type}: {message.text}"))
        page.on("pageerror", lambda error: opened.faults.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (opened.faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.goto(path.as_uri())
        page.wait_for_selector("html.is-ready", state="attached", timeout=15_000)
        opened.settle()
        return opened

    yield open_
    for context in contexts:
        context.close()
    for opened in opened_pages:
        assert opened.faults == []
        # pictures inside the page have addresses, too; they are not asked for
        asked = [url for url in opened.requests if not url.startswith("data:")]
        assert [url for url in asked if not url.startswith("file:")] == []
        assert len(asked) == 1, "one file, one request"


@pytest.fixture
def open_page(open_file, tmp_path):
    """Render the payload of a map and open it, see `open_file`."""
    from geoplan.publish.page import render_page

    def open_(payload, **options):
        path = tmp_path / "page.html"
        path.write_text(render_page(payload), encoding="utf-8")
        return open_file(path, **options)

    return open_
