"""Paper, fingers and calm: printing, two fingers in a page that embeds this one, reduced motion."""

from __future__ import annotations

import re
from html import escape

import pytest

from geoplan.publish.page import render_page

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 400, "height": 740}, "is_mobile": True, "has_touch": True}
MM_PER_POINT = 25.4 / 72


def pages_of(pdf):
    """Width and height of each page in whole millimetres."""
    boxes = re.findall(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]", pdf)
    return [tuple(round(float(side) * MM_PER_POINT) for side in box) for box in boxes]


@pytest.mark.parametrize(("paper", "size"), [("A4", (297, 210)), ("A3", (420, 297))])
def test_the_page_prints_on_landscape_paper_of_either_size(open_page, samples, paper, size):
    opened = open_page(samples.with_scenarios(samples.with_years()))
    opened.page.emulate_media(media="print")
    opened.page.wait_for_selector("html.print-ready", state="attached")
    pages = pages_of(opened.page.pdf(format=paper, landscape=True))
    assert pages
    assert all(abs(page[side] - size[side]) <= 1 for page in pages for side in (0, 1)), pages
    assert len(pages) <= 8


def test_on_paper_stand_map_legend_radius_scale_bar_and_north(open_page, payload):
    opened = open_page(payload, viewport={"width": 1047, "height": 740})
    opened.page.emulate_media(media="print")
    opened.page.wait_for_selector("html.print-ready", state="attached")
    page = opened.page
    for where in ("#print-map", "#legend", "#legend [data-layer=schools]", ".radius", "#summary"):
        assert page.locator(where).is_visible(), where
    for where in ("#language-switch", "#remarks", "#remark-open", ".panel-tools", ".home"):
        assert not page.locator(where).first.is_visible(), where
    # ink of the scale bar at the lower left, of the arrow at the upper right: shares of the canvas
    ink = page.evaluate(
        """(() => {
          const map = document.getElementById('print-map');
          const [w, h] = [map.width, map.height];
          const all = map.getContext('2d').getImageData(0, 0, w, h).data;
          const dark = (x0, y0, x1, y1) => {
            let seen = 0;
            for (let y = Math.round(y0 * h); y < Math.round(y1 * h); y += 1) {
              for (let x = Math.round(x0 * w); x < Math.round(x1 * w); x += 1) {
                const at = (y * w + x) * 4;
                seen += all[at] === 34 && all[at + 1] === 49 && all[at + 2] === 58;
              }
            }
            return seen;
          };
          return { bar: dark(0, 0.93, 0.25, 1), north: dark(0.92, 0, 1, 0.13), middle: dark(0.5, 0.45, 0.52, 0.47) };
        })()"""
    )
    assert ink["bar"] > 300
    assert ink["north"] > 300
    assert ink["middle"] == 0


def test_on_paper_a_hidden_layer_has_no_row_in_the_legend(open_page, payload):
    opened = open_page(payload)
    opened.page.locator("[data-layer=gaps] input").uncheck()
    opened.page.emulate_media(media="print")
    opened.page.wait_for_selector("html.print-ready", state="attached")
    assert not opened.page.locator("[data-layer=gaps]").is_visible()


def test_who_wants_no_motion_gets_none(open_page, payload):
    opened = open_page(payload, reduced_motion="reduce")
    place = (
        "document.querySelector('canvas.scene').style.transform + document.querySelector('canvas.scene').toDataURL()"
    )
    start = opened.page.evaluate(place)
    opened.page.fill("#search-box", "滨江实验学校")
    # within the same turn of the browser: an animation could only have begun
    there = opened.page.evaluate(
        "(() => { document.getElementById('search-box').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }));"
        f" return {place}; }})()"
    )
    opened.page.wait_for_timeout(500)
    assert opened.page.evaluate(place) == there != start, "the map was there at once"


def drag(opened, fingers, by):
    """Move fingers over the screen, as a touch screen reports them."""
    session = opened.page.context.new_cdp_session(opened.page)

    def send(kind, step):
        points = [{"x": x, "y": y + step, "id": number} for number, (x, y) in enumerate(fingers)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points if kind != "touchEnd" else []})

    send("touchStart", 0)
    for step in range(1, 11):
        send("touchMove", by * step / 10)
        opened.page.wait_for_timeout(20)
    send("touchEnd", by)
    opened.page.wait_for_timeout(400)


@pytest.fixture
def embedded(open_file, payload, tmp_path):
    """The page inside another one, which is long enough to scroll."""
    path = tmp_path / "outer.html"
    inner = escape(render_page(payload))
    path.write_text(
        '<!DOCTYPE html><html class="is-ready" lang="zh"><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width"><body style="margin:0;height:4000px"><iframe title="map" srcdoc="{inner}" '
        'style="width:400px;height:2000px;border:0"></iframe></body></html>',
        encoding="utf-8",
    )
    opened = open_file(path, **PHONE)
    frame = opened.page.frames[1]
    frame.wait_for_selector("html.is-ready", state="attached")
    return opened, frame


def test_embedded_two_fingers_move_the_map_and_one_is_left_to_the_page(embedded):
    opened, frame = embedded
    opened.page.evaluate(
        "(() => { const map = frames[0].document.getElementById('map_geoplan');"
        " scrollTo(0, map.getBoundingClientRect().top - 100); })()"
    )
    opened.page.wait_for_timeout(200)
    picture = "document.querySelector('canvas.scene').toDataURL()"
    place = "getComputedStyle(document.querySelector('.leaflet-map-pane')).transform"
    still, there = frame.evaluate(picture), frame.evaluate(place)
    # the browser itself may scroll with one finger, and the map stays where it is
    assert frame.evaluate("getComputedStyle(document.getElementById('map_geoplan')).touchAction") == "pan-x pan-y"
    drag(opened, [(200, 400)], -150)
    assert frame.evaluate(picture) == still
    assert frame.evaluate(place) == there
    assert "两根手指" in frame.locator("#map-hint").text_content()
    drag(opened, [(150, 300), (250, 300)], 80)
    assert (frame.evaluate(picture), frame.evaluate(place)) != (still, there)
