"""Comparison of plans, and tables of many rows, in a real browser with the network off."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)>${alert(1)}</script>"


@pytest.fixture
def opened(open_page, samples):
    return open_page(samples.with_scenarios(samples.with_years()))


def rows(opened, where):
    return [line.split("\t") for line in opened.page.locator(where).inner_text().splitlines() if line.strip()]


def picture(opened, side):
    opened.settle()
    return opened.page.evaluate(f"document.getElementById('compared-{side}').toDataURL()")


def test_without_scenarios_there_is_no_comparison(open_page, payload):
    assert not open_page(payload).page.locator("#scenarios").is_visible()


def test_the_table_holds_every_plan_with_its_figures_and_its_proof(opened, samples):
    main = samples.with_scenarios()["scenarios"][0]["stages"]["primary"]
    table = rows(opened, "#scenarios-table tbody")
    assert [row[0].strip() for row in table] == ["现状 2020", "主方案", "不建新校", "换一块地"]
    assert table[1][1:8] == ["1", f"{main['covered']:,}", f"{main['covered'] / main['assessed']:.1%}",
                             f"{main['newly']:,}", "0", "512 m", "3,200"]  # fmt: skip
    assert "已证明最优" in table[1][8]
    assert table[3][5] == "30"
    assert table[3][7] == "—", "no cost is known"
    assert "未证明最优" in table[3][8]
    assert "1.2%" in table[3][8]


def test_a_plan_that_builds_at_the_same_places_is_told_to_be_the_same(open_page, samples):
    payload = samples.with_scenarios(samples.with_years())
    for stage, row in payload["scenarios"][1]["stages"].items():
        row |= {"sites": payload["scenarios"][0]["stages"][stage]["sites"], "same": 0}
    opened = open_page(payload)
    table = rows(opened, "#scenarios-table tbody")
    assert [row[0].split() for row in table[1:]] == [["主方案"], ["不建新校", "与主方案相同"], ["换一块地"]]
    assert "和主方案完全一样" in opened.text("#scenarios-same")
    assert not opened.page.locator(".compared-pair").is_visible()
    opened.choose("scenario", 1)
    assert opened.page.locator(".compared-pair").is_visible()
    assert not opened.page.locator("#scenarios-same").is_visible()


def test_people_who_gain_and_lose_are_told_by_district_and_small_counts_stay_hidden(opened, samples):
    lose = samples.with_scenarios()["scenarios"][1]["stages"]["primary"]["lose"]
    table = rows(opened, "#scenarios-districts tbody")
    assert [cell.strip() for cell in table[0]] == ["合计", "0", f"{lose[-1]:,}"]
    opened.choose("scenario", 1)
    table = rows(opened, "#scenarios-districts tbody")
    assert [row[0].strip() for row in table] == ["合计", "江滨街道", "云溪镇"]
    assert table[2][1].strip() == "<10"


def test_the_two_maps_change_with_the_plan_and_with_the_stage_and_say_what_they_show(opened):
    left, right = picture(opened, 0), picture(opened, 1)
    assert left != right
    opened.choose("scenario", 1)
    assert picture(opened, 0) != left, "blue and orange on the main plan's map depend on the other plan"
    assert "候选地块丙" in opened.text(".compared:nth-child(2) p")
    label = opened.page.get_attribute("#compared-1", "aria-label")
    assert label.startswith("换一块地：3 个居住点比另一方案近，")
    right = picture(opened, 1)
    opened.choose("stage", 1)
    assert picture(opened, 1) != right
    opened.picture("scenarios")


def test_plans_are_chosen_with_the_keyboard(opened):
    opened.page.locator("#scenario-switch input").first.focus()
    opened.page.keyboard.press("ArrowRight")
    assert opened.page.locator("#scenarios-table tr.is-selected").get_attribute("data-scenario") == "2"


def test_hostile_names_of_plans_and_sites_are_only_text(open_page, samples):
    payload = samples.with_scenarios()
    for scenario in payload["scenarios"][1:]:
        scenario.update(zh=HOSTILE + scenario["zh"], en=HOSTILE)
        for stage in scenario["stages"].values():
            for site in stage["sites"]:
                site.update(name=HOSTILE)
    opened = open_page(payload)
    opened.choose("scenario", 1)
    assert HOSTILE in opened.text("#scenarios-table tr[data-scenario='2'] th")
    assert HOSTILE in opened.text(".compared:nth-child(2) p")
    assert opened.page.locator("img").count() == 0
    assert opened.page.locator("script").count() == 4


def test_words_filter_a_table_and_its_count(opened):
    opened.select_tab("places")
    box = opened.page.locator("#panel-places .panel-tools input")
    box.fill("云溪")
    shown = opened.page.locator("#panel-places tbody tr")
    assert 0 < shown.count() < 30
    assert all("云溪" in text for text in shown.all_inner_texts())
    assert f"{shown.count()} / 30" in opened.text("#panel-places [role=status]")
    assert opened.page.evaluate("document.activeElement.closest('.panel-tools') !== null"), "the box keeps the focus"
    box.fill("没有这个词")
    assert "没有记录" in opened.text("#panel-places .panel-rows")
    box.fill("")
    assert shown.count() == 30


def test_a_short_table_has_no_filter(opened):
    assert not opened.page.locator("#panel-districts .panel-tools").is_visible()


def test_arrows_move_between_rows_and_enter_opens_one(opened):
    opened.select_tab("schools")
    buttons = opened.page.locator("#panel-schools tbody button")
    assert [buttons.nth(at).get_attribute("tabindex") for at in (0, 1)] == ["0", "-1"]
    buttons.first.focus()
    opened.page.keyboard.press("ArrowDown")
    opened.page.keyboard.press("ArrowDown")
    focused = "document.activeElement.closest('tr')?.dataset.id"
    assert opened.page.evaluate(focused) == "school:S3"
    opened.page.keyboard.press("End")
    assert opened.page.evaluate(focused) == "school:S8"
    opened.page.keyboard.press("Home")
    opened.page.keyboard.press("PageDown")
    opened.page.keyboard.press("ArrowUp")
    assert opened.page.evaluate(focused) == "school:S7"
    opened.page.keyboard.press("Enter")
    assert "云溪第二小学" in opened.text("#details h2")
    assert opened.page.evaluate(focused) == "school:S7"
    assert opened.page.locator("#panel-schools tr[aria-current=true]").get_attribute("data-id") == "school:S7"


def test_of_thousands_of_rows_only_those_around_the_chosen_one_are_built(open_page, samples):
    opened = open_page(samples.large())
    opened.select_tab("schools")
    shown = opened.page.locator("#panel-schools tbody tr")
    assert shown.count() == 200
    opened.open_by_search("第2000学校")
    assert opened.page.locator("#panel-schools tr[aria-current=true]").get_attribute("data-id") == "school:S2000"
    assert shown.count() == 200
    marked = opened.page.locator("#panel-schools tr[aria-current=true]")
    assert marked.evaluate(
        "(row) => { const [a, b] = [row, row.closest('.table-scroll')].map((each) => each.getBoundingClientRect());"
        " return a.top >= b.top && a.bottom <= b.bottom; }"
    ), "the marked row is scrolled into the table's view"
    opened.page.locator("#panel-schools .more").first.click()
    assert shown.count() == 400
    buttons = opened.page.locator("#panel-schools tbody button")
    buttons.last.focus()
    opened.page.keyboard.press("ArrowDown")
    assert shown.count() == 600, "the arrow opens the next rows"
    assert opened.page.evaluate("document.activeElement.closest('tr').rowIndex") == 401
