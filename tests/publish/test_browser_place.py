"""Years, "my place" and "why here" in a real browser, with the network off; `open_page` also checks that."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

spec = importlib.util.spec_from_file_location("place_browser", Path(__file__).with_name("test_browser.py"))
browser = importlib.util.module_from_spec(spec)
spec.loader.exec_module(browser)

HOME = 7


@pytest.fixture
def years(samples):
    """A plan by years, with seats and with channels."""
    return samples.with_years()


def slide(opened, at):
    """Move the slider as a reader with a keyboard does."""
    opened.page.focus("#year-range")
    opened.page.keyboard.press("Home")
    for _ in range(at):
        opened.page.keyboard.press("ArrowRight")
    opened.settle()


def changed_place(payload, stage="primary"):
    """A place that the plan serves otherwise by both ways of measuring; its row."""
    views = [view for view in payload["views"] if view["stage"] == stage]
    moved = [set(view["nearest"]["changes"][1][::2]) for view in views]
    return min(moved[0] & moved[1])


def tap(opened, lat, lon, payload):
    """Tap the map at a position of the sample."""
    (south, west), (north, east) = payload["bounds"]
    box = opened.page.locator("#map_geoplan").bounding_box()
    # the whole area is fitted into the map; web Mercator is straight enough over a few kilometres
    scale = opened.page.evaluate(
        "(() => { const bar = document.querySelector('.leaflet-control-scale-line');"
        " const [n, u] = bar.textContent.split(' '); return n * (u === 'km' ? 1000 : 1) / bar.offsetWidth; })()"
    )
    x = box["x"] + box["width"] / 2 + (lon - (west + east) / 2) * 111_320 * 0.8634 / scale
    y = box["y"] + box["height"] / 2 - (lat - (south + north) / 2) * 111_320 / scale
    opened.page.mouse.click(x, y)
    opened.settle()


def test_without_years_the_two_buttons_stay(open_page, payload):
    opened = open_page(payload)
    assert opened.page.locator("#phase-switch input[type=radio]").count() == 2
    assert opened.page.locator("#year-range").count() == 0


def test_the_slider_goes_through_the_years_by_keyboard_and_says_where_it_is(open_page, years):
    opened = open_page(years)
    slider = opened.page.get_by_role("slider")
    assert slider.get_attribute("aria-valuetext").startswith("现状 2020，新建学校 0 所")
    slide(opened, 2)
    assert slider.get_attribute("aria-valuetext").startswith("2030年，新建学校 1 所")
    opened.page.keyboard.press("End")
    assert slider.get_attribute("aria-valuetext").startswith("2035年")
    opened.picture("years")


def test_figures_legend_map_and_caption_follow_the_year(open_page, samples, years):
    plain = samples.build()
    view = browser.view_of(plain, "primary", "walk")
    opened = open_page(years)
    picture = "document.querySelector('canvas.scene').toDataURL()"
    missing = {phase: view["totals"][phase]["assessed"] - view["totals"][phase]["covered"] for phase in view["totals"]}
    pictures = []
    for at, phase, zh in ((0, "before", "现状 2020"), (1, "before", "2025年"), (2, "after", "2030年")):
        slide(opened, at)
        assert zh in opened.text("#map-caption")
        assert f"{view['covered'][phase].count(0)} 处" in opened.text("[data-layer=uncovered]")
        if at:
            assert opened.text("[data-fact=unserved] .fact-after, [data-fact=unserved] b") == f"{missing[phase]:,}"
            assert opened.text("[data-fact=sites] b") == str(at - 1)
        pictures.append(opened.page.evaluate(picture))
    assert pictures[0] == pictures[1], "nothing opens by 2025"
    assert pictures[1] != pictures[2]
    for name, phase in (("before", "before"), ("2025", "before"), ("2030", "after"), ("after", "after")):
        assert opened.text(f"#share-{name}") == browser.percent(view["totals"][phase])


def test_a_click_on_a_year_chooses_it(open_page, years):
    opened = open_page(years)
    opened.page.locator(".tick", has_text="2030").click()
    assert "2030年" in opened.text("#map-caption")


def test_the_legend_says_from_which_year_sites_are_shown(open_page, years):
    opened = open_page(years)
    assert "2030 年起显示" in opened.text("[data-layer=sites]")
    slide(opened, 2)
    assert "起显示" not in opened.text("[data-layer=sites]")


def test_opening_a_site_moves_to_the_first_year_in_which_it_stands(open_page, years):
    opened = open_page(years)
    opened.open_by_search("候选")
    assert opened.page.input_value("#year-range") == "2"
    card = opened.text("#details")
    assert "计划 2030 年建成" in card
    assert "2028 年起可用" in card
    opened.picture("why-here")


def test_tables_name_the_year_and_say_when_a_gap_closes_and_a_site_opens(open_page, years):
    opened = open_page(years)
    slide(opened, 1)
    assert "规划列指2025 年" in opened.text("#panel-districts caption")
    opened.select_tab("proposals")
    assert "2030" in opened.page.locator("#panel-proposals tbody td").all_text_contents()
    opened.select_tab("gaps")
    assert "2030 年由选址 1 消除" in opened.text("#panel-gaps tbody")


def test_seats_of_a_district_stand_on_its_card_in_the_table_and_on_the_map(open_page, years):
    opened = open_page(years)
    assert "缺 123" in opened.text("[data-fact=seats]")
    picture = "document.querySelector('canvas.scene').toDataURL()"
    before = opened.page.evaluate(picture)
    opened.page.locator("[data-layer=seats] input").check()
    opened.settle()
    assert opened.page.evaluate(picture) != before, "districts are shaded"
    assert "8" in opened.text("#legend")
    opened.picture("seats")
    opened.open_by_search("云溪镇")
    rows = opened.page.locator("#details .seats tbody tr")
    assert rows.count() == 4
    assert "缺 123" in rows.nth(2).text_content()
    assert "1,277" in rows.nth(2).text_content()
    assert "123" in opened.page.locator("#panel-districts tbody tr").nth(1).locator("td").last.text_content()


def test_hidden_pupils_hide_the_seats_that_would_tell_them(open_page, years):
    opened = open_page(years)
    opened.open_by_search("江滨街道")
    cell = opened.text("#details .seats tbody tr td:last-child")
    assert "不公布" in cell
    assert "缺" not in cell
    assert "<10" in opened.text("#details .seats tbody tr")


def test_without_a_balance_nothing_speaks_of_seats(open_page, years):
    del years["balance"]
    opened = open_page(years)
    assert opened.page.locator("[data-layer=seats], [data-fact=seats]").count() == 0
    opened.open_by_search("云溪镇")
    assert opened.page.locator("#details .seats").count() == 0


def test_my_place_says_today_the_plan_both_distances_the_clause_the_year_and_whom_to_ask(open_page, years):
    index = changed_place(years)
    site = years["proposals"]["primary"]["sites"][0]["name"]
    opened = open_page(years)
    opened.open_by_search(years["places"]["id"][index])
    card = opened.text("#details")
    for travel in ("straight", "walk"):
        view = browser.view_of(years, "primary", travel)
        changes = view["distance_m"]["changes"][1]
        after = dict(zip(changes[::2], changes[1::2], strict=True))[index]
        assert f"{view['distance_m']['before'][index]:,} m" in card
        assert f"{after:,} m" in card
    now = years["schools"]["name"][browser.view_of(years, "primary", "walk")["nearest"]["before"][index]]
    assert f"现在最近的小学是{now}" in opened.text("#details .answer")
    assert f"2030 年起，最近的是新建的{site}" in opened.text("#details .answer")
    spans = opened.page.locator("#details .year-row").all_text_contents()
    assert spans[0].startswith("现状 2020 至 2025 年")
    assert spans[1].startswith("2030 年起")
    for part in ("4.0.5" if years["places"]["area"][index] == "urban" else "3.2.1", "其他学段", "初中", "0000-1234567"):
        assert part in card, part
    opened.picture("my-place")


def test_a_place_whose_school_stays_is_told_so(open_page, years):
    moved = {index for view in years["views"] for index in view["nearest"]["changes"][1][::2]}
    index = min(set(range(30)) - moved - {17})
    opened = open_page(years)
    opened.open_by_search(years["places"]["id"][index])
    assert "规划没有改变这一点" in opened.text("#details .answer")
    assert opened.page.locator("#details .year-row").count() == 1
    assert "现状 2020 至 2035 年" in opened.text("#details .year-row")


def test_a_school_that_closes_is_gone_from_its_year_and_its_places_are_told(open_page, years):
    """From 2030 on the place's school is closed, and it goes to another one that stands already, too far away."""
    walk = browser.view_of(years, "primary", "walk")
    served = {index for view in years["views"] for index in view["nearest"]["changes"][1][::2]}
    index = min(at for at in range(30) if at not in served and walk["covered"]["before"][at] == 100)
    school = walk["nearest"]["before"][index]
    other = next(row for row, stages in enumerate(years["schools"]["stages"]) if row != school and "primary" in stages)
    years["closes"] = {str(school): 2}
    for column, value in (("nearest", other), ("distance_m", 4321), ("covered", 0)):
        walk[column]["changes"][1] += [index, value]
    opened = open_page(years)
    opened.open_by_search(years["places"]["id"][index])
    closed, next_one = (years["schools"]["name"][row] for row in (school, other))
    answer = opened.text("#details .answer")
    assert f"到 2030 年，{closed}已撤并，最近的是{next_one}，4,321 m，超出标准" in answer
    assert "新建的" not in answer
    own = int(opened.text("[data-layer=schools] .legend-count").split()[0])
    assert "撤并的学校" not in opened.text("#legend")
    slide(opened, 2)
    assert "撤并的学校" in opened.text("#legend")
    assert int(opened.text("[data-layer=schools] .legend-count").split()[0]) == own - 1
    opened.open_by_search(years["schools"]["id"][school])
    assert "2030 年前撤并" in opened.text("#details")
    opened.picture("closed-school")


def test_a_place_without_a_standard_is_not_judged(open_page, years):
    opened = open_page(years)
    opened.open_by_search("R18")
    assert "这里没有适用的距离标准" in opened.text("#details .answer")


def test_a_tap_anywhere_asks_for_the_nearest_place_and_says_how_far_it_is(open_page, years):
    opened = open_page(years)
    for layer in ("gaps", "districts", "schools"):
        opened.page.locator(f"[data-layer={layer}] input").uncheck()
    lat, lon = years["places"]["lat"][HOME], years["places"]["lon"][HOME]
    # 150 m north of the place
    tap(opened, lat + 150 / 111_320, lon, years)
    assert years["places"]["name"][HOME] in opened.text("#details h2")
    words = opened.text("#details .tapped")
    metres = int(words.split("约")[1].split("m")[0].strip())
    assert 110 <= metres <= 190, words
    row = opened.page.locator("tr[aria-current=true]")
    assert row.get_attribute("data-id") == f"place:{years['places']['id'][HOME]}"


def test_a_tap_into_a_district_or_a_gap_answers_for_the_place_and_links_to_both(open_page, years):
    opened = open_page(years)
    gap = browser.view_of(years, "primary", "walk")["gaps"][0]
    tap(opened, gap["lat"], gap["lon"], years)
    assert "居住点" in opened.text("#details .kind")
    assert gap["name"] in opened.text("#details")
    district = years["districts"]["name"][gap["district"]]
    opened.page.locator("#details button.link", has_text=district).click()
    assert "区划" in opened.text("#details .kind")


def test_far_from_anybody_the_answer_is_only_for_orientation(open_page, years):
    opened = open_page(years)
    (south, west), _ = years["bounds"]
    for _ in range(2):
        opened.page.locator(".leaflet-control-zoom-out").click()
        opened.page.wait_for_timeout(400)
    tap(opened, south - 0.03, west - 0.03, years)
    assert "只供参考" in opened.text("#details .tapped")


def test_a_school_leads_to_the_homes_beside_it(open_page, years):
    opened = open_page(years)
    opened.open_by_search("滨江实验学校")
    opened.page.locator("#details .from-here").click()
    assert "居住点" in opened.text("#details .kind")
    assert "您点的" in opened.text("#details .tapped")


def test_another_stage_is_one_click_away_and_my_place_stays_open(open_page, years):
    opened = open_page(years)
    opened.open_by_search("R08")
    opened.page.locator("#details .other-stages button").click()
    assert opened.page.locator("#stage-switch input").nth(1).is_checked()
    assert "初中" in opened.text("#details .answer")


def test_my_place_is_asked_by_keyboard_alone(open_page, years):
    opened = open_page(years)
    opened.page.focus("#map_geoplan")
    opened.page.keyboard.press("Enter")
    assert opened.page.locator("#details").is_visible()
    opened.page.keyboard.press("Escape")
    assert not opened.page.locator("#details").is_visible()


def test_why_here_leads_to_its_row_and_to_the_map(open_page, years):
    opened = open_page(years)
    opened.open_by_search("候选")
    opened.select_tab("places")
    opened.page.locator("#details .card-links button").nth(1).click()
    assert opened.page.evaluate("document.activeElement.closest('tr')?.dataset.id") == "site:C-primary"
    opened.page.locator("#details .card-links button").first.click()
    assert opened.page.locator("#details").is_visible()


def test_a_choice_that_was_not_proved_says_how_much_better_another_could_be(open_page, years):
    years["proposals"]["primary"].update(status="feasible", gap=0.0123)
    opened = open_page(years)
    opened.open_by_search("候选")
    words = opened.text("#details .proof")
    assert "没有证明这是最好的选法" in words
    assert "最多好 1.2%" in words
    assert "已证明" not in words


def test_a_site_without_a_substitute_says_so(open_page, years):
    years["proposals"]["primary"]["sites"][0]["next_best"] = None
    opened = open_page(years)
    opened.open_by_search("候选")
    assert "没有别的地块能代替它" in opened.text("#details .next-best")


def test_the_address_keeps_the_view_so_that_it_can_be_sent_on(open_page, years):
    opened = open_page(years)
    slide(opened, 2)
    opened.choose("stage", 1)
    opened.open_by_search("R08")
    address = opened.page.evaluate("location.hash")
    assert "open=place" in address
    opened.page.evaluate("document.querySelector('#details .close').click()")
    slide(opened, 0)
    opened.choose("stage", 0)
    opened.page.evaluate(f"location.hash = '{address}'")
    opened.page.wait_for_timeout(300)
    assert opened.page.locator("#stage-switch input").nth(1).is_checked()
    assert opened.page.input_value("#year-range") == "2"
    assert years["places"]["name"][HOME] in opened.text("#details h2")


@pytest.mark.parametrize(
    "address",
    [
        "#stage=%22&year=constructor&travel=__proto__&open=place:%3Cimg%20src=x%3E",
        "#open=site:",
        "#at=1,x&open=place:R08",
        "#%%%",
    ],
)
def test_an_address_that_names_nothing_here_is_harmless(open_page, years, address):
    opened = open_page(years)
    opened.page.evaluate(f"location.hash = '{address}'")
    opened.page.wait_for_timeout(200)
    assert opened.page.locator("#stage-switch input").first.is_checked()
    assert opened.page.locator("img").count() == 0


def test_on_a_phone_nothing_is_wider_than_the_window(open_page, years):
    opened = open_page(years, **browser.PHONE)
    width = "document.documentElement.scrollWidth"
    assert opened.page.evaluate(width) <= 360
    assert opened.page.locator("#search-box").bounding_box()["y"] < 900
    opened.open_by_search("R08")
    assert opened.page.evaluate(width) <= 360
    assert opened.page.evaluate("document.getElementById('details').scrollWidth") <= 360
    opened.picture("phone-my-place")
    opened.page.locator("#details .close").click()
    opened.open_by_search("候选")
    assert opened.page.evaluate("document.getElementById('details').scrollWidth") <= 360
    opened.picture("phone-why-here")


def test_every_text_has_enough_contrast_with_years_and_cards_open(open_page, years):
    opened = open_page(years)
    opened.page.locator("[data-layer=seats] input").check()
    for words in ("R08", "候选", "云溪镇"):
        opened.open_by_search(words)
        assert opened.page.evaluate(browser.CONTRAST) == [], words


@pytest.mark.parametrize("text", browser.HOSTILE)
def test_hostile_text_in_years_seats_channels_and_cards_does_nothing(open_page, years, text):
    poisoned = browser.poison(years, text)
    opened = open_page(poisoned)
    browser.visit_everything(opened)
    slide(opened, 3)
    opened.page.locator("#panel-proposals tbody tr").first.click()
    for where in ("#details .clauses li", "#details .next-best", ".tick"):
        assert text in opened.page.locator(where).first.evaluate("node => node.textContent"), where
    opened.select_tab("places")
    opened.page.locator("#panel-places tbody tr").first.click()
    for where in ("#details .answer", "#details .home-years", "#details .channels"):
        assert text in opened.page.locator(where).first.evaluate("node => node.textContent"), where
    opened.select_tab("districts")
    opened.page.locator("#panel-districts tbody tr").first.click()
    assert opened.page.locator("img, iframe, object, embed, link").count() == 0
    assert opened.page.locator("script").count() == 4


FRAMES = """() => new Promise((done) => {
  const map = document.getElementById('map_geoplan');
  const box = map.getBoundingClientRect();
  const at = (type, x, y) => map.dispatchEvent(new PointerEvent(type,
    { clientX: x, clientY: y, bubbles: true, pointerId: 1, pointerType: 'mouse', isPrimary: true,
      button: type === 'pointermove' ? -1 : 0, buttons: type === 'pointerup' ? 0 : 1 }));
  const mouse = (type, x, y) => map.dispatchEvent(new MouseEvent(type,
    { clientX: x, clientY: y, bubbles: true, button: 0, buttons: type === 'mouseup' ? 0 : 1 }));
  const x0 = box.left + box.width / 2, y0 = box.top + box.height / 2;
  at('pointerdown', x0, y0); mouse('mousedown', x0, y0);
  const times = [];
  const pane = map.querySelector('.leaflet-map-pane');
  const places = new Set();
  const step = (now) => {
    times.push(now);
    places.add(pane.style.transform);
    const turn = times.length / 10;
    const [x, y] = [x0 + 60 * Math.sin(turn), y0 + 40 * Math.sin(2 * turn)];
    at('pointermove', x, y); mouse('mousemove', x, y);
    if (times.length < 91) { requestAnimationFrame(step); return; }
    at('pointerup', x, y); mouse('mouseup', x, y);
    const gaps = times.slice(1).map((time, i) => time - times[i]).sort((a, b) => a - b);
    const fps = 1000 * gaps.length / (times[90] - times[0]);
    done({ moves: places.size, fps, median_ms: gaps[45], worst_ms: gaps[89] });
  };
  requestAnimationFrame(step);
})"""


def test_ten_thousand_features_pan_smoothly(open_page, samples, record_property):
    payload = samples.with_years(samples.large(places=7_500, schools=2_500))
    opened = open_page(payload)
    frames = opened.page.evaluate(FRAMES)
    record_property("frames", frames)
    assert frames["moves"] > 60, "the map follows the pointer"
    # a headless browser draws on the processor; the rate of an idle machine stands in docs/reading-the-map.md
    assert frames["median_ms"] < 60
    redraw = opened.page.evaluate(
        "(() => { const r = document.getElementById('year-range'); const start = performance.now(); r.value = 2;"
        " r.dispatchEvent(new Event('input')); return performance.now() - start; })()"
    )
    record_property("redraw_ms", redraw)
    assert redraw < 1_000


def test_many_schools_named_after_a_county_do_not_hide_its_places(open_page, payload):
    payload["schools"]["name"] = ["清河第一小学"] * len(payload["schools"]["name"])
    payload["places"]["name"][-1] = "清河北村"
    opened = open_page(payload)
    opened.page.locator("#search-box").fill("清河")
    assert "清河北村" in opened.text("#search-list")
    assert "清河第一小学" in opened.text("#search-list")


def lose_school(payload):
    """The place HOME loses its school in 2028, seen from the second year on; its row in the gaps of both views."""
    places, phases = payload["places"], payload["phases"]
    for view in (view for view in payload["views"] if view["stage"] == "primary"):
        school = view["nearest"]["before"][HOME]
        view["covered"]["before"][HOME] = 100
        for name, value in (("covered", 0), ("nearest", 0 if school else 1), ("distance_m", 4321)):
            changes = view[name]["changes"]
            for at, column in enumerate(changes):
                pairs = [pair for pair in zip(column[::2], column[1::2], strict=True) if pair[0] != HOME]
                changes[at] = [each for pair in pairs for each in pair] + ([HOME, value] if at == 1 else [])
        view["gaps"].append({
            "id": "G-new", "name": "新空白", "district": 0, "people": 77, "pupils": 5, "lat": places["lat"][HOME],
            "lon": places["lon"][HOME], "nearest": 0, "distance_m": 4321, "closings": [school], "since": 2028,
            "comes": 2, "left": [0, *[77] * (len(phases) - 2)],
            "shape": [[[places["lat"][HOME] + y, places["lon"][HOME] + x][at] for y, x in
                       ((-1e-3, -1e-3), (1e-3, -1e-3), (1e-3, 1e-3), (-1e-3, 1e-3)) for at in (0, 1)]],
        })  # fmt: skip
        view["gaps"][-1]["shape"] = [view["gaps"][-1]["shape"]]
        payload["closes"] = {school: 2}
    return payload


def test_a_home_that_loses_its_school_reads_the_year_the_next_school_and_that_it_falls_into_a_gap(open_page, years):
    payload = lose_school(years)
    opened = open_page(payload)
    opened.open_by_search(payload["places"]["name"][HOME])
    answer = opened.page.locator("#details .answer .zh").inner_text()
    school = payload["schools"]["name"][next(iter(payload["closes"]))]
    assert f"2028 年{school}撤并，之后最近的是" in answer
    assert "4,321 m，超出标准。这里成为服务空白区。" in answer
    row = opened.page.locator("#details", has_text="撤并后的空白区").inner_text()
    assert f"2028 年{school}撤并后出现；仍为空白" in row.replace("\n", "")


def test_a_gap_by_a_closing_is_listed_with_its_cause_and_opens_in_the_year_in_which_it_is_there(open_page, years):
    opened = open_page(lose_school(years))
    before = opened.text("[data-fact=gaps] .fact-before")
    opened.select_tab("gaps")
    opened.page.locator("#panel-gaps tbody tr", has_text="新空白").click()
    assert opened.page.input_value("#year-range") == "2"
    assert opened.text("[data-fact=gaps] .fact-before") == before
    assert "2028 年" in opened.page.locator("#details").inner_text()
