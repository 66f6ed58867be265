"""Planted references are found, and third-party files are what the manifest says."""

from __future__ import annotations

import pytest

from geoplan.errors import PublishError
from geoplan.publish.offline import (
    assert_offline,
    content_security_policy,
    inline_scripts,
    load_asset,
    verify_digest,
)

POLICY = """<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:">"""


def page(inside):
    return f"<!DOCTYPE html><html><head>{POLICY}</head><body>{inside}</body></html>"


@pytest.mark.parametrize(
    "planted",
    [
        '<script src="https://cdn.example/leaflet.js"></script>',
        '<script src="leaflet.js"></script>',
        '<link rel="stylesheet" href="//cdn.example/a.css">',
        '<link rel="icon" href="favicon.ico">',
        '<img src="http://example.org/pixel.gif">',
        '<img srcset="a.png 1x, b.png 2x">',
        '<video poster="a.jpg"></video>',
        '<iframe src="data:text/html,x"></iframe>',
        "<base href='https://example.org/'>",
        '<form action="https://example.org/collect"></form>',
        '<a href="#top" ping="https://example.org/count">x</a>',
        '<a href="javascript:alert(1)">x</a>',
        '<svg><use xlink:href="https://example.org/a.svg#b"></use></svg>',
        '<svg><image href="https://example.org/a.png"></image></svg>',
        '<p style="background: url(https://example.org/a.png)">x</p>',
        "<style>@import 'a.css';</style>",
        "<style>p { background: url( 'images/layers.png' ) }</style>",
        "<style>p { background: u\\72l(https://example.org/a.png) }</style>",
        "<style>p { background: image-set('https://example.org/a.png' 1x) }</style>",
        "<style>@font-face { src: URL(//example.org/a.woff2) }</style>",
        "<script>fetch('/numbers')</script>",
        "<script>new XMLHttpRequest()</script>",
        "<script>import('./more.js')</script>",
        "<script type=module>import {a} from './more.js'</script>",
        "<script>navigator.sendBeacon('https://example.org')</script>",
        "<script>new WebSocket('wss://example.org')</script>",
        "<script>1;\n//# sourceMappingURL=leaflet.js.map</script>",
        '<meta http-equiv="refresh" content="0; url=https://example.org/">',
        "<img src=data:, onerror=alert(1)>",
    ],
)
def test_a_planted_reference_is_refused(planted):
    with pytest.raises(PublishError, match="not self-contained"):
        assert_offline(page(planted))


@pytest.mark.parametrize(
    "harmless",
    [
        '<a href="https://example.org/">source</a>',
        '<a href="#tables">to the tables</a>',
        '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">',
        "<style>p { background: url(data:image/gif;base64,R0lGODlhAQABAAAAACw=) } /* url(a.png) */</style>",
        '<script type="application/json">{"text": "fetch(1) and https://example.org/a.js"}</script>',
        "<script>const namespace = 'http://www.w3.org/2000/svg';</script>",
        "<p>see https://example.org/ and url(a.png)</p>",
    ],
)
def test_what_stays_inside_the_page_is_allowed(harmless):
    assert_offline(page(harmless))


def test_all_references_are_named_at_once():
    with pytest.raises(PublishError, match=r"one\.js.*two\.css"):
        assert_offline(page('<script src="one.js"></script><link rel="stylesheet" href="two.css">'))


def test_a_page_without_a_policy_is_refused():
    with pytest.raises(PublishError, match="Content-Security-Policy"):
        assert_offline("<!DOCTYPE html><html><body>x</body></html>")


def test_a_policy_that_lets_something_connect_is_refused():
    loose = POLICY.replace("img-src data:", "connect-src *")
    with pytest.raises(PublishError, match="Content-Security-Policy"):
        assert_offline(f"<html><head>{loose}</head></html>")


def test_the_policy_names_every_script_by_its_digest_and_only_once():
    policy = content_security_policy(["let a = 1;", "let a = 1;", "let b = 2;"])
    assert policy.count("'sha256-") == 2
    assert "script-src 'none'" in content_security_policy([])


def test_scripts_are_listed_without_data_blocks():
    html = '<script>one</script><script type="application/json">{}</script><script type="module">two</script>'
    assert inline_scripts(html) == ["one", "two"]


@pytest.mark.parametrize("name", ["leaflet.js", "leaflet.css", "leaflet-licence"])
def test_each_third_party_file_is_the_one_of_the_manifest(name):
    asset = load_asset(name)
    assert (asset.version, asset.licence) == ("1.9.4", "BSD-2-Clause")
    assert "\r" not in asset.text


def test_a_changed_file_is_refused():
    with pytest.raises(PublishError, match=r"sha256 is .*expected 00"):
        verify_digest(b"changed", expected="00", name="assets/leaflet.js")


def test_a_file_that_the_manifest_does_not_list_is_refused():
    with pytest.raises(PublishError, match="does not list 'jquery'"):
        load_asset("jquery")
