"""The office's page with Tianditu: its key stands in it, its policy lets the tile hosts in and nobody else."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from geoplan.errors import PublishError
from geoplan.publish.lint import _lint_key
from geoplan.publish.offline import content_security_policy, inline_scripts
from geoplan.publish.online import HOSTS, online_page, write_online
from geoplan.publish.page import render_page

KEY = "0123456789abcdef" * 2


@pytest.fixture
def page(payload, tmp_path):
    path = tmp_path / "consultation.html"
    path.write_text(render_page(payload), encoding="utf-8")
    return path


def test_the_published_page_stays_as_it_was_and_the_other_one_is_its_own_file(page):
    before = page.read_bytes()
    online = write_online(page, KEY)
    assert online.name == "consultation-online.html"
    assert page.read_bytes() == before
    assert KEY.encode() not in before
    assert sorted(path.name for path in page.parent.iterdir()) == ["consultation-online.html", "consultation.html"]


def test_its_policy_allows_pictures_of_the_tile_hosts_and_nothing_else(page):
    html = online_page(page.read_text(encoding="utf-8"), KEY)
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.replace("&#x27;", "'").split(";"))
    assert rules["img-src"].split() == ["data:", *HOSTS]
    assert rules["default-src"] == "'none'"
    assert "connect-src" not in rules
    assert rules["script-src"] in content_security_policy(inline_scripts(html))


@pytest.mark.parametrize("key", ["", "x" * 32, KEY[:-1], f"{KEY}0", KEY + '");alert(1)//'])
def test_what_is_no_key_never_gets_into_a_page(page, key):
    with pytest.raises(PublishError, match="32 hexadecimal"):
        write_online(page, key)
    assert len(list(page.parent.iterdir())) == 1


def test_a_page_without_a_map_in_degrees_is_refused(page):
    html = page.read_text(encoding="utf-8")
    with pytest.raises(PublishError, match="no map in degrees"):
        online_page(html.replace("L.CRS.EPSG3857", "L.CRS.Simple"), KEY)


def test_the_lint_refuses_the_page(page):
    assert list(_lint_key(page)) == []
    (finding,) = _lint_key(write_online(page, KEY))
    assert finding.code == "map-key"
    assert KEY not in str(finding)


@pytest.mark.browser
def test_in_a_browser_it_asks_the_tile_hosts_and_nobody_else(page, chromium):
    context = chromium.new_context(viewport={"width": 1000, "height": 700})
    asked, faults = [], []
    context.route("http*://**/*", lambda route: (asked.append(route.request.url), route.abort()))
    tab = context.new_page()
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.goto(write_online(page, KEY).as_uri())
    tab.wait_for_selector("html.is-ready", state="attached", timeout=15_000)
    tab.wait_for_timeout(500)
    shown = " ".join(tab.locator(".leaflet-control-attribution").all_text_contents())
    context.close()
    assert faults == []
    assert {f"{urlsplit(url).scheme}://{urlsplit(url).hostname}" for url in asked} <= set(HOSTS)
    assert any("LAYER=vec" in url and f"tk={KEY}" in url for url in asked)
    assert any("LAYER=cva" in url for url in asked)
    assert "底图：天地图 Tianditu" in shown
