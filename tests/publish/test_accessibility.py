"""axe-core over every kind of page, in Chromium: no serious and no critical violation, on a desktop and on a phone."""

from __future__ import annotations

import importlib.util
from importlib.resources import files

import pytest

from geoplan.plan import ZoneWish
from geoplan.project import Project

pytestmark = pytest.mark.browser

DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
GRAVE = {"serious", "critical"}
LANGUAGES = {"zh": 0, "both": 2}


@pytest.fixture(scope="module")
def axe():
    """The source of axe-core."""
    if importlib.util.find_spec("axe_core_python") is None:
        pytest.skip("axe-core-python is not installed; run: pip install 'geoplan[test]'")
    return (files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8")


def grave_faults(opened, axe):
    """What axe finds, as `rule: element`; the gravest kinds only."""
    opened.page.evaluate(axe)
    result = opened.page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    assert len(result["passes"]) > 15, "axe has looked at the page"
    return [
        f"{each['id']} ({each['impact']}): {node['target']} {node['failureSummary']}"
        for each in result["violations"]
        if each["impact"] in GRAVE
        for node in each["nodes"][:5]
    ]


def test_axe_finds_what_is_wrong(open_page, payload, axe):
    opened = open_page(payload)
    opened.page.evaluate("document.getElementById('search-box').labels.forEach((label) => label.remove())")
    opened.page.evaluate("document.getElementById('search-box').removeAttribute('placeholder')")
    assert any("label" in fault for fault in grave_faults(opened, axe))


@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_consultation_page_has_no_grave_fault(open_page, samples, axe, window, language):
    opened = open_page(samples.with_scenarios(samples.with_years()), **window)
    opened.choose("language", LANGUAGES[language])
    assert grave_faults(opened, axe) == []
    opened.open_by_search("候选")
    assert grave_faults(opened, axe) == []
    opened.page.locator("#remark-open").click()
    opened.page.fill("#remark-text", "路太远")
    opened.page.locator("#remark-add").click()
    opened.page.evaluate("document.getElementById('tab-places').click()")
    assert grave_faults(opened, axe) == []


@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_page_of_zones_has_no_grave_fault(open_file, zone_town, tmp_path, axe, window):
    project = Project.open(zone_town())
    opened = open_file(project.publish_zones(project.zones("primary", ZoneWish()), out=tmp_path), **window)
    assert grave_faults(opened, axe) == []
    opened.open_by_search("丙")
    assert grave_faults(opened, axe) == []


@pytest.mark.parametrize("kind", ["ledger", "pupils"])
def test_the_page_of_a_report_has_no_grave_fault(open_file, two_counties, tmp_path, axe, kind):
    project = Project.open(two_counties())
    if kind == "ledger":
        path = project.publish_ledger(project.ledger(), out=tmp_path)
    else:
        path = project.publish_pupils(project.pupils(), out=tmp_path)
    opened = open_file(path)
    assert grave_faults(opened, axe) == []
    opened.choose("language", 1)
    assert grave_faults(opened, axe) == []
