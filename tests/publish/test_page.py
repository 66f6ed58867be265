"""The page as text: one block of data, the same bytes each time, nothing evaluated on the way."""

from __future__ import annotations

import json
import re

import pytest

from geoplan.errors import PublishError
from geoplan.publish.json_file import json_for_html
from geoplan.publish.offline import assert_offline
from geoplan.publish.page import render_page

BLOCK = re.compile(r'<script type="application/json" id="geoplan-data">(.*?)</script>', re.DOTALL)


def test_two_renders_are_the_same_bytes(samples):
    assert render_page(samples.build()) == render_page(samples.build())


def test_the_order_of_keys_in_the_payload_does_not_matter(payload):
    turned = dict(reversed(list(payload.items())))
    assert render_page(turned) == render_page(payload)


def test_the_page_holds_one_data_block_that_reads_back_as_the_payload(payload):
    blocks = BLOCK.findall(render_page(payload))
    assert len(blocks) == 1
    assert json.loads(blocks[0]) == payload


def test_the_page_refers_to_nothing_outside_itself(payload):
    html = render_page(payload)
    assert_offline(html)
    assert "cdn." not in html
    assert "jquery" not in html.lower()
    assert "bootstrap" not in html.lower()


def test_the_page_is_chinese_first_and_lets_the_reader_zoom(payload):
    html = render_page(payload)
    assert html.startswith('<!DOCTYPE html>\n<html lang="zh-CN">')
    assert html.index('charset="utf-8"') < 100
    assert "user-scalable=no" not in html
    assert "<noscript>" in html


def test_the_policy_stands_before_every_script_and_style(payload):
    html = render_page(payload)
    policy = html.index("Content-Security-Policy")
    assert policy < html.index("<style>") < html.index("<script")
    assert "&#x27;unsafe-inline&#x27;" not in html.split("script-src")[1].split(";")[0]


@pytest.mark.parametrize("text", ["</script><script>alert(1)</script>", "<!--", "]]>", "a\u2028b\u2029c", "&lt;"])
def test_json_for_html_cannot_leave_its_block_and_reads_back_unchanged(text):
    written = json_for_html({"text": text})
    assert not set(written) & set("<>&\u2028\u2029")
    assert json.loads(written) == {"text": text}


def test_json_for_html_writes_a_lone_surrogate_so_that_the_file_stays_utf_8():
    assert json_for_html("\ud800").encode("utf-8") == rb'"\ud800"'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}])
def test_json_for_html_refuses_what_json_cannot_carry(value):
    with pytest.raises(PublishError, match="JSON cannot carry"):
        json_for_html({"value": value})


@pytest.mark.parametrize("text", ["{{ 6 * 7 }}", "{% raw %}", "{# note #}", "{{ this.header }}"])
def test_template_marks_in_data_are_not_evaluated(payload, text):
    payload["title"] = text
    payload["schools"]["name"][0] = text
    html = render_page(payload)
    assert f"<title>{text}</title>" in html
    assert json.loads(BLOCK.findall(html)[0])["schools"]["name"][0] == text


def test_the_title_is_escaped(payload):
    payload["title"] = "</title><script>alert(1)</script>"
    assert "<title>&lt;/title&gt;&lt;script&gt;" in render_page(payload)


def test_many_features_ask_folium_for_a_canvas(payload, samples):
    assert '"preferCanvas": false' in render_page(payload)
    assert '"preferCanvas": true' in render_page(samples.large(places=1_600, schools=900))


def test_local_metres_use_the_flat_reference_system(samples):
    assert "crs: L.CRS.Simple" in render_page(samples.local())


def test_a_payload_of_another_version_or_with_unequal_columns_is_refused_with_every_cause(payload):
    payload["version"] = 2
    payload["schools"]["name"].pop()
    del payload["views"]
    with pytest.raises(PublishError, match=r"views.*version is 2.*columns of schools"):
        render_page(payload)


def test_a_large_city_stays_below_three_megabytes(samples):
    assert len(render_page(samples.large()).encode("utf-8")) < 3_000_000
