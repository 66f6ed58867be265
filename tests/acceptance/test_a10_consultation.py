"""A10, the consultation map: what may go out, and what a page that goes out holds.

The gate of `--publish` is tried with each single thing missing in tests/test_publish_gate.py; the page in a browser
in tests/publish/test_browser*.py. Here stands one town from its files to its published page.
"""

from __future__ import annotations

import html as markup
import importlib.util
import json
import re
from pathlib import Path

import openpyxl
import pytest

from geoplan.project import Project
from geoplan.publish.offline import assert_offline

HERE = Path(__file__).parent
spec = importlib.util.spec_from_file_location("set_town_a10", HERE.parent / "publish" / "set_town.py")
set_town = importlib.util.module_from_spec(spec)
spec.loader.exec_module(set_town)

MAP = """
[map]
approval_number = "冀S（2026）002号"
sources = ["教育事业统计（2024年）"]
[notice]
from = "2026-12-01"
to = "2026-12-31"
channels = ["电话：0319-0000000（教育局规划科）"]
"""


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """The town's page and its payload, its folder, and a second run of the same."""
    folder = set_town.write(tmp_path_factory.mktemp("a10") / "p")
    (folder / "maps").mkdir()
    (folder / "maps" / "consultation.toml").write_text(MAP, encoding="utf-8")
    outs = [folder / name for name in ("first", "second")]
    for out in outs:
        Project.open(folder).publish(out=out)
    html = (outs[0] / "consultation.html").read_text(encoding="utf-8")
    data = re.search(r'<script type="application/json" id="geoplan-data">(.*?)</script>', html, re.DOTALL)[1]
    return html, json.loads(data), outs


def test_the_page_names_rule_file_line_date_author_notice_and_channels(published):
    _, payload, _ = published
    assert payload["data_date"] == "2024-09-01"
    assert payload["author"]
    assert payload["approval_number"] == "冀S（2026）002号"
    said = json.dumps(payload["notices"], ensure_ascii=False)
    assert "2026-12-01" in said or "2026年12月1日" in said
    assert "0319-0000000" in json.dumps(payload, ensure_ascii=False)
    (radius,) = [rule for rule in payload["rules"] if rule["id"] == "CB-R-01"]
    assert radius["clause"] == "按照服务半径1.5公里"
    assert radius["source"].endswith("002_fe10ad1b5c3f9bc5.txt")
    assert radius["line"] == "118"


def test_it_forbids_every_connection_and_refers_to_nothing_outside(published):
    html, _, _ = published
    policy = markup.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1])
    assert "default-src 'none'" in policy
    assert "connect-src" not in policy
    assert_offline(html)


def test_no_key_of_a_tile_service_is_in_it(published):
    html, _, _ = published
    assert not re.search(r"tianditu\.gov\.cn|[?&]tk=", html)


def test_two_runs_give_the_same_bytes(published):
    _, _, (first, second) = published
    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes(), path.name


def test_people_covered_are_the_same_on_page_in_workbook_and_in_summary(published):
    _, payload, (out, _) = published
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    stages = {stage["stage"]: {view["travel"]: view for view in stage["coverage"]} for stage in summary["stages"]}
    book = openpyxl.load_workbook(out / "geoplan.xlsx", read_only=True)
    cells = {cell for row in book["覆盖"].iter_rows(values_only=True) for cell in row if isinstance(cell, int | float)}
    assert payload["views"]
    for view in payload["views"]:
        page = view["totals"]["before"]
        told = stages[view["stage"]][view["travel"]]["before"]
        assert page["people"] == told["people"]
        assert page["covered"] == told["people_covered"]
        assert page["covered"] in cells


def test_a_handful_of_children_stands_in_no_output(published):
    """K3 has six children; its count, and the next smallest, are hidden everywhere."""
    _, _, (out, _) = published
    for name in ("consultation.html", "summary.json"):
        assert '"pupils":6,' not in (out / name).read_text(encoding="utf-8").replace(" ", "")
    book = openpyxl.load_workbook(out / "geoplan.xlsx", read_only=True)
    rows = [[str(cell) for cell in row] for sheet in book for row in sheet.iter_rows(values_only=True)]
    mine = [row for row in rows if "K3" in row]
    assert mine
    assert all("6" not in row for row in mine), mine
