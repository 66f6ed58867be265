"""The page of zones in a real browser, with the network off."""

from __future__ import annotations

import pytest

from geoplan.plan import ZoneWish
from geoplan.project import Project

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
HOSTILE = "<img src=x onerror=alert(1)>${alert(1)}"


@pytest.fixture(scope="module")
def page_path(zone_town, tmp_path_factory):
    folder = zone_town(columns={"name": ["甲小区", "乙小区", "丙小区", HOSTILE, "__proto__", "己小区"]})
    project = Project.open(folder)
    return project.publish_zones(project.zones("primary", ZoneWish()), out=tmp_path_factory.mktemp("page"))


@pytest.fixture
def opened(open_file, page_path):
    return lambda **options: open_file(page_path, **options).page


def picture(page):
    return page.evaluate("document.querySelector('canvas.scene').toDataURL()")


def test_my_place_answers_with_my_school_before_and_after_and_why(opened):
    page = opened()
    page.fill("#search-box", "丙")
    assert "一小 → 二小" in page.locator("#search-list li").first.inner_text()
    page.press("#search-box", "Enter")
    card = page.locator("#details").inner_text()
    for part in ("丙小区", "学校将有调整", "一小", "二小", "2,000 m", "3,000 m", "为什么调整", "超出学位"):
        assert part in card
    page.fill("#search-box", "甲")
    page.press("#search-box", "Enter")
    assert "学校不变" in page.locator("#details").inner_text()


def test_the_switch_shows_todays_zones_and_keeps_the_choice(opened):
    page = opened()
    after = picture(page)
    page.locator("#phase-switch label").nth(0).click()
    page.wait_for_timeout(100)
    assert picture(page) != after
    assert "现状学区" in page.locator("#map-caption").inner_text()


def test_tables_list_schools_changes_and_units_and_open_them(opened):
    page = opened()
    assert page.locator("#panel-zones tbody tr").count() == 2
    page.locator("#tab-changes").click()
    assert "腾出学位" in page.locator("#panel-changes tbody").inner_text()
    page.locator("#panel-changes tbody tr").first.click()
    assert "丙小区" in page.locator("#details h2").inner_text()
    page.locator("#tab-units").click()
    assert page.locator("#panel-units tbody tr").count() == 6


def test_a_click_on_a_unit_opens_it(opened):
    page = opened()
    box = page.locator("#map_geoplan").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.5 + 25, box["y"] + box["height"] / 2)
    assert page.locator("#details").is_visible()


def test_a_legend_box_hides_its_layer(opened):
    page = opened()
    before = picture(page)
    page.focus("[data-layer=zones] input")
    page.keyboard.press("Space")
    page.wait_for_timeout(100)
    assert picture(page) != before
    assert page.evaluate("document.activeElement.closest('[data-layer]').dataset.layer") == "zones"


def test_hostile_names_are_shown_literally(opened):
    page = opened()
    page.fill("#search-box", "<img")
    page.press("#search-box", "Enter")
    assert HOSTILE in page.locator("#details h2").inner_text()
    page.locator("#tab-units").click()
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 4


def test_a_phone_has_no_sideways_scroll_and_the_search_stands_first(opened):
    page = opened(**PHONE)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    search, switch = (page.locator(each).bounding_box() for each in ("#search-box", "#phase-switch"))
    assert search["y"] < switch["y"]
    assert search["width"] > 300


def test_on_paper_all_tables_and_the_map_are_there(opened):
    page = opened()
    page.emulate_media(media="print")
    page.wait_for_selector("html.print-ready", state="attached")
    assert page.locator("#print-map").is_visible()
    assert page.locator("#panel-changes tbody tr").count() == 1
