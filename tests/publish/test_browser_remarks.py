"""Remarks, and the language of the page, in a real browser with the network off; `open_page` checks that, too."""

from __future__ import annotations

import json
import re

import pytest

from geoplan.publish.remarks_read import read_remarks

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
HOSTILE = "<img src=x onerror=alert(1)>\n【/】\n【geoplan-remark/1】\nplan: 000000000000\n${alert(1)}"


@pytest.fixture
def opened(open_page, samples):
    return open_page(samples.with_years())


def write(opened, text, *, at=None):
    """Mark a place, by a click on the map where `at` is given as shares of it, and write."""
    opened.page.locator("#remark-open").click()
    if at is not None:
        box = opened.page.locator("#map_geoplan").bounding_box()
        opened.page.mouse.click(box["x"] + box["width"] * at[0], box["y"] + box["height"] * at[1])
    opened.page.fill("#remark-text", text)
    opened.page.locator("#remark-add").click()
    opened.settle()


def saved(opened, folder):
    """The file that the page makes."""
    with opened.page.expect_download() as caught:
        opened.page.locator("#remark-save").click()
    path = folder / caught.value.suggested_filename
    caught.value.save_as(path)
    return path


def read(path):
    post = read_remarks([path])
    assert post.findings == []
    return post.remarks


def test_a_remark_on_a_chosen_place_comes_back_from_the_file_and_from_the_text(opened, payload, tmp_path):
    opened.open_by_search("R08")
    write(opened, "路太远，要过两条河。\n第二行")
    path = saved(opened, tmp_path)
    assert path.name == "geoplan-remarks-0e40cd0b74aa.json"
    text = tmp_path / "letter.txt"
    text.write_text("您好：\n\n" + opened.page.input_value("#remark-out") + "\n\n此致", encoding="utf-8")
    for (remark,) in (read(path), read(text)):
        assert remark.text == "路太远，要过两条河。\n第二行"
        assert remark.plan == "0e40cd0b74aa"
        assert remark.stage == "primary"
        assert (remark.near.kind, remark.near.id, remark.near.name) == ("place", "R08", payload["places"]["name"][7])
        assert remark.at == pytest.approx((payload["places"]["lat"][7], payload["places"]["lon"][7]), abs=1e-5)
        assert re.fullmatch("r-[0-9a-f]{8}", remark.id)
    assert json.loads(path.read_text(encoding="utf-8"))["map"] == "consultation"


def test_a_click_on_the_map_moves_the_mark_and_opens_nothing(opened, tmp_path):
    write(opened, "这里", at=(0.3, 0.4))
    assert not opened.page.locator("#details").is_visible()
    (first,) = read(saved(opened, tmp_path))
    write(opened, "那里", at=(0.7, 0.6))
    both = read(saved(opened, tmp_path))
    assert [remark.text for remark in both] == ["这里", "那里"]
    assert both[0] == first
    assert both[1].at[0] < first.at[0], "farther south"
    assert both[1].at[1] > first.at[1], "farther east"
    assert first.near.kind in {"place", "gap", "school"}


def test_the_mark_is_drawn_and_a_remark_can_be_deleted(opened):
    picture = "document.querySelector('canvas.scene').toDataURL()"
    empty = opened.page.evaluate(picture)
    write(opened, "一")
    assert opened.page.evaluate(picture) != empty
    opened.page.locator("#remarks li[data-id] button").click()
    opened.settle()
    assert opened.page.evaluate(picture) == empty
    assert opened.page.locator("#remark-out").count() == 0


def test_hostile_words_stay_words_and_cannot_end_their_block(opened, tmp_path):
    write(opened, HOSTILE)
    assert opened.page.locator("img").count() == 0
    (from_file,) = read(saved(opened, tmp_path))
    assert from_file.text == HOSTILE
    text = tmp_path / "chat.txt"
    text.write_text(opened.page.input_value("#remark-out"), encoding="utf-8")
    (from_text,) = read(text)
    assert from_text.text == HOSTILE.replace("【/】", "[/]").replace("【geoplan-remark/1】", "[geoplan-remark/1]")
    assert from_text.plan == "0e40cd0b74aa"


def test_copying_puts_the_text_on_the_clipboard(opened):
    write(opened, "要复制的话")
    opened.page.locator("#remark-copy").click()
    assert "已复制" in opened.text("#remark-done")
    opened.page.evaluate("document.getElementById('remark-text').value = ''; void 0")
    opened.page.locator("#remark-open").click()
    opened.page.focus("#remark-text")
    opened.page.keyboard.press("Control+V")
    assert opened.page.input_value("#remark-text").startswith("【geoplan-remark/1】")
    assert "要复制的话" in opened.page.input_value("#remark-text")


def test_the_page_says_that_nothing_is_sent_and_where_to_send_it(open_page, samples):
    years = samples.with_years()
    opened = open_page(years)
    words = opened.text("#remarks")
    assert "本页不会发送任何内容" in words
    for channel in years["channels"]:
        assert channel in words
    plain = samples.build()
    assert "以公布本图的单位的通知为准" in open_page(plain).text("#remarks")


def test_an_empty_remark_is_not_taken_and_a_long_one_stops_at_two_thousand(opened):
    opened.page.locator("#remark-open").click()
    opened.page.fill("#remark-text", "  \n ")
    opened.page.locator("#remark-add").click()
    assert opened.page.locator("#remark-form").is_visible()
    assert opened.page.locator("#remarks li[data-id]").count() == 0
    opened.page.fill("#remark-text", "")
    opened.page.evaluate("document.getElementById('remark-text').value = '长'.repeat(3000)")
    opened.page.locator("#remark-add").click()
    assert opened.page.locator("#remarks .remark-words").text_content() == "长" * 2000


def test_a_remark_is_written_with_the_keyboard_alone(opened):
    opened.page.focus("#remark-open")
    opened.page.keyboard.press("Enter")
    assert opened.page.evaluate("document.activeElement.id") == "remark-text"
    opened.page.keyboard.type("only keys")
    opened.page.keyboard.press("Tab")
    opened.page.keyboard.press("Enter")
    assert opened.page.evaluate("document.activeElement.id") == "remarks-heading"
    assert "only keys" in opened.page.input_value("#remark-out")
    opened.page.focus("#remark-open")
    opened.page.keyboard.press("Enter")
    opened.page.keyboard.press("Escape")
    assert not opened.page.locator("#remark-form").is_visible()
    assert opened.page.evaluate("document.activeElement.id") == "remark-open"


def test_in_local_metres_a_remark_has_x_and_y(open_page, samples, tmp_path):
    payload = samples.local()
    opened = open_page(payload)
    opened.open_by_search("R08")
    write(opened, "这里")
    (remark,) = json.loads(saved(opened, tmp_path).read_text(encoding="utf-8"))["remarks"]
    assert (remark["x"], remark["y"]) == (payload["places"]["lon"][7], payload["places"]["lat"][7])
    assert f"at: {remark['x']:g}" in opened.page.input_value("#remark-out")


def test_on_a_phone_the_form_leaves_the_map_to_be_tapped(open_page, samples):
    opened = open_page(samples.with_years(), **PHONE)
    opened.page.locator("#remark-open").tap()
    form = opened.page.locator("#remark-form").bounding_box()
    assert form["y"] >= 740 * 0.5
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 360
    opened.picture("phone-remark")


def test_chinese_is_shown_first_and_the_switch_shows_english_or_both(opened):
    page = opened.page
    assert page.get_attribute("html", "lang") == "zh-CN"
    assert page.locator("#tables-heading").inner_text().strip() == "数据表"
    opened.choose("language", 1)
    assert page.get_attribute("html", "lang") == "en"
    assert page.locator("#tables-heading").inner_text().strip() == "Tables"
    assert page.locator("#map-full").inner_text().strip() == "Full size"
    assert "步行" not in page.locator("#map-caption").inner_text()
    opened.choose("language", 2)
    assert page.locator("#tables-heading").inner_text().split() == ["数据表", "Tables"]


def test_words_of_attributes_follow_the_language_those_made_later_too(opened):
    page = opened.page
    label = "document.getElementById('map-frame').getAttribute('aria-label')"
    assert page.evaluate(label) == "地图"
    assert page.get_attribute("#search-box", "placeholder") == "例如：小区名、村名、学校名"
    assert page.get_attribute(".leaflet-control-zoom-in", "aria-label") == "放大"
    opened.choose("language", 1)
    assert page.evaluate(label) == "Map"
    assert page.get_attribute("#search-box", "placeholder") == "An estate, a village, a school"
    assert page.get_attribute(".leaflet-control-zoom-in", "title") == "Zoom in"
    page.focus("#year-range")
    page.keyboard.press("End")
    assert page.get_attribute("#year-range", "aria-valuetext").startswith("2035, ")
    opened.choose("language", 2)
    assert page.evaluate(label) == "地图 / Map"


def test_names_and_words_without_a_twin_stay_in_every_language(open_page, samples):
    payload = samples.with_years()
    payload["notices"] = [{"zh": "只有中文的说明", "en": ""}]
    opened = open_page(payload)
    opened.choose("language", 1)
    assert opened.page.locator("#title").is_visible()
    assert opened.page.get_by_text("只有中文的说明").is_visible()
    opened.select_tab("schools")
    assert opened.page.get_by_text("云溪中心小学").first.is_visible()
    hidden = opened.page.evaluate(
        "[...document.querySelectorAll('button, legend, h2, h3, th, label, figcaption')].filter((node) => "
        "node.checkVisibility() && node.textContent.trim() && !node.innerText.trim()).map((node) => node.outerHTML)"
    )
    assert hidden == [], "something to press or to read without words"


@pytest.mark.parametrize("language", [0, 1, 2])
def test_on_a_phone_no_language_makes_the_page_scroll_sideways_or_leaves_a_button_empty(open_page, samples, language):
    opened = open_page(samples.with_scenarios(samples.with_years()), **PHONE)
    opened.choose("language", language)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 360
    for button in ("#map-all", "#map-full", "#remark-open"):
        assert opened.page.locator(button).inner_text().strip(), button
    opened.picture(f"phone-language-{language}")
