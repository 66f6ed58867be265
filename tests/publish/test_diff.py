"""Versions of the tiny town (tiny.py) compared: what is told, from which files, and what is told to nobody."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import openpyxl
import pytest

from geoplan.errors import PublishError
from geoplan.project import Project
from geoplan.publish.diff import diff_report, write_diff
from geoplan.publish.diff_compare import compare_versions
from geoplan.publish.diff_headline import headline
from geoplan.publish.diff_moves import moves_table
from geoplan.publish.diff_snapshot import read_snapshot, snapshot_of
from geoplan.publish.diff_tables import inputs_table
from geoplan.publish.publish import publish
from geoplan.versions import version_of


def _tiny():
    spec = importlib.util.spec_from_file_location("geoplan_tiny", Path(__file__).with_name("tiny.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TINY = _tiny()


def _edit(folder, name, *pairs):
    text = (folder / name).read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    (folder / name).write_text(text, encoding="utf-8")


def _town(folder, *edits, **options):
    TINY.write(folder, **options)
    for name, *pairs in edits:
        _edit(folder, name, *pairs)
    return Project.open(folder).plan()


@pytest.fixture(scope="module")
def plans(tmp_path_factory):
    """Two versions: in B J1 has another name and more seats, K2 is gone, K9 is new at (4, 1), S2 opens too."""
    base = tmp_path_factory.mktemp("versions")
    edits = ("schools.csv", ("三中", "新三中"),
             ('"J1","新三中","初中","公办","90"', '"J1","新三中","初中","公办","120"'),
             ('"K2","<b>""&\'</b>","幼儿园","公办","90","POINT(502500.0 4104500.0)"',
              '"K9","新园","幼儿园","公办","90","POINT(501500.0 4101500.0)"'))  # fmt: skip
    return _town(base / "a"), _town(base / "b", edits, new=2)


@pytest.fixture(scope="module")
def found(plans):
    a, b = plans
    return compare_versions(snapshot_of(a, name="a"), snapshot_of(b, name="b"))


@pytest.fixture(scope="module")
def published(plans, tmp_path_factory):
    """Both versions as they were published."""
    base = tmp_path_factory.mktemp("published")
    for plan, name in zip(plans, ("a", "b"), strict=True):
        publish(plan, "consultation", base / name, progress=lambda _: None)
    return base


def test_schools_that_came_went_and_changed_are_told_by_id(found):
    assert [(each.key, each.kind, each.what) for each in found.schools] == [
        ("J1", "changed", ("name", "seats")),
        ("K2", "removed", ()),
        ("K9", "added", ()),
    ]


def test_a_school_that_moved_by_more_than_rounding_is_told(tmp_path):
    a = snapshot_of(_town(tmp_path / "a"), name="a")
    near = ("schools.csv", ("POINT(502500.0 4104500.0)", "POINT(502503.0 4104500.0)"))
    far = ("schools.csv", ("POINT(502500.0 4104500.0)", "POINT(502600.0 4104500.0)"))
    assert compare_versions(a, snapshot_of(_town(tmp_path / "b", near), name="b")).schools == ()
    moved = compare_versions(a, snapshot_of(_town(tmp_path / "c", far), name="c"))
    assert [(each.key, each.what) for each in moved.schools] == [("J1", ("position",)), ("K2", ("position",))]


def test_sites_that_were_added_are_told_with_their_stage(found):
    assert [(each.key, each.kind) for each in found.sites] == [("kindergarten S2", "added")]


def test_a_site_that_opens_in_another_year_is_told(tmp_path):
    years = ("project.toml", ("[layers.districts]", "[programme]\nyears = [2025, 2030]\n[layers.districts]"))
    later = ("project.toml", ("2025, 2030", "2027, 2030"))
    a = snapshot_of(_town(tmp_path / "a", years), name="a")
    b = snapshot_of(_town(tmp_path / "b", years, later), name="b")
    (change,) = compare_versions(a, b).sites
    assert (change.what, change.was["year"], change.becomes["year"]) == (("year",), 2025.0, 2027.0)


def test_seats_are_summed_by_district_and_offer_of_schools_and_sites(found):
    seats = {(stages, district): (was, becomes) for stages, district, was, becomes in found.seats}
    assert seats["junior", "=D2"] == (90, 120)
    # K2's 90 seats stay in the district with K9; the second site brings 270
    assert sum(becomes - was for (stages, _), (was, becomes) in seats.items() if stages == "kindergarten") == 270


def test_people_are_counted_where_their_nearest_school_changes(found):
    """K2 stood at (5, 4), K9 stands at (4, 1): counted by hand for three places."""
    today = {move.place: move for move in found.moves if move.state == "before" and move.stage == "kindergarten"}
    assert (today["P30"].was, today["P30"].was_m) == ("K2", 0)
    assert (today["P11"].becomes, today["P11"].becomes_m, today["P11"].change_m) == ("K9", 0, -3162)
    assert "P01" not in today, "K1 stands there in both versions"
    row = next(row for row in moves_table(found).rows if row[1].startswith("现状") and row[2].startswith("全部"))
    moved = [move for move in today.values() if move.is_moved]
    assert row[3:5] == (len(moved), 100 * len(moved))
    assert row[5] == 100 * sum(move.change_m < -1 for move in today.values())
    assert row[6] == 100 * sum(move.change_m > 1 for move in today.values())


def test_gains_and_losses_of_districts_add_up_to_the_whole(found):
    rows = moves_table(found).rows
    for stage, phase in {row[:2] for row in rows}:
        mine = [row for row in rows if row[:2] == (stage, phase)]
        whole, parts = mine[0], mine[1:]
        for column in range(3, 8):
            assert whole[column] == sum(part[column] for part in parts)


def test_pupils_moved_are_sums_and_a_handful_is_hidden(tmp_path):
    """Each place has 4 pupils of a kindergarten: one place that moves gives 4, which nobody may read."""
    extra = ("schools.csv", ('"K1",', '"K0","零","幼儿园","公办","90","POINT(499500.0 4104500.0)"\n"K1",'))
    a = snapshot_of(_town(tmp_path / "a", new=0), name="a")
    b = snapshot_of(_town(tmp_path / "b", extra, new=0), name="b")
    found = compare_versions(a, b)
    moved = [move for move in found.moves if move.state == "before" and move.is_moved]
    sums = {row[2]: row[8] for row in moves_table(found).rows if row[1].startswith("现状")}
    assert sums["全部 / all"] == 4 * len(moved)
    for district in {move.district for move in moved}:
        count = 4 * sum(move.district == district for move in moved)
        assert sums[district] == (count if count >= 10 else "<10")


def test_where_the_layer_counts_pupils_no_small_sum_is_told(tmp_path):
    options = {"counts": "pupils", "each": 4, "new": 0}
    moved = ("schools.csv", ("POINT(502500.0 4104500.0)", "POINT(502500.0 4103500.0)"))
    a = snapshot_of(_town(tmp_path / "a", **options), name="a")
    b = snapshot_of(_town(tmp_path / "b", moved, **options), name="b")
    report = diff_report(compare_versions(a, b))
    counts = {"count"}
    for table in report.tables:
        for at, column in enumerate(table.sheet.columns):
            if column.kind in counts and re.search("pupils", column.en):
                assert not [
                    row[at] for row in table.sheet.rows if isinstance(row[at], int | float) and 0 < row[at] < 10
                ]


def test_inputs_and_coverage_that_differ_are_told(found):
    assert [key for key, _, _ in found.inputs] == ["project.toml", "schools.csv"]
    covered = {key: (found.a.coverage[key]["covered"], found.b.coverage[key]["covered"]) for key in found.a.coverage}
    was, becomes = covered["kindergarten", "straight", "after"]
    assert becomes > was
    assert f"幼儿园服务半径内（建议后）：{was:,} → {becomes:,}。" in [zh for zh, _ in headline(found)]


def test_a_verdict_that_changed_is_told(tmp_path):
    """6,000 people of D1 call for one or two kindergartens; with K0 it has three."""
    extra = ("schools.csv", ('"K1",', '"K0","零","幼儿园","公办","90","POINT(499500.0 4104500.0)"\n"K1",'))
    a = snapshot_of(_town(tmp_path / "a", each=400), name="a")
    found = compare_versions(a, snapshot_of(_town(tmp_path / "b", extra, each=400), name="b"))
    assert found.verdicts == ((("CB-R-02", "D1", "all", "straight"), "met", "not_met"),)


def test_published_folders_say_what_the_plans_say(found, published):
    read = compare_versions(read_snapshot(published / "a"), read_snapshot(published / "b"))
    for name in ("schools", "sites", "seats", "verdicts", "inputs"):
        assert getattr(read, name) == getattr(found, name), name
    mine, theirs = (
        [(m.stage, m.state, m.place, m.people, m.was, m.becomes, m.was_m, m.becomes_m) for m in each.moves]
        for each in (read, found)
    )
    assert mine == theirs
    assert read.a.version == found.a.version


def test_a_version_against_itself_says_that_nothing_differs(published, tmp_path):
    found = compare_versions(read_snapshot(published / "a"), read_snapshot(published / "a"))
    assert found.is_empty
    assert headline(found) == (
        ("两版方案的学校、选址、学位、覆盖、就近学校和判定没有差异。", "The two versions do not differ."),
    )
    write_diff(found, tmp_path)
    said = json.loads((tmp_path / "diff.json").read_text(encoding="utf-8"))
    assert said["is_empty"] is True
    assert [row["change"] for row in said["tables"]["覆盖变化"]] == [0, 0, 0, 0]
    text = (tmp_path / "diff.md").read_text(encoding="utf-8")
    assert text.count("（没有变化）") == 8


def test_a_file_that_was_only_saved_again_is_told_from_one_whose_content_changed(tmp_path):
    """The roster with its rows turned round, project.toml with a comment: nothing that is read differs."""
    a = snapshot_of(_town(tmp_path / "a"), name="a")
    TINY.write(tmp_path / "b")
    head, *rows = (tmp_path / "b" / "schools.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "b" / "schools.csv").write_text("\n".join([head, *reversed(rows)]) + "\n\n", encoding="utf-8")
    _edit(tmp_path / "b", "project.toml", ("[project]", "# 另存\n[project]"))
    found = compare_versions(a, snapshot_of(Project.open(tmp_path / "b").plan(), name="b"))
    assert ([row[0] for row in found.resaved], found.inputs) == (["project.toml", "schools.csv"], ())
    assert found.is_empty
    assert headline(found)[-1][0] == "另有2个文件只是重新保存，所读内容相同。"
    assert {row[1] for row in inputs_table(found).rows} == {"重新保存，内容相同 / saved again, equal"}
    _edit(tmp_path / "b", "schools.csv", ("三中", "新三中"))
    found = compare_versions(a, snapshot_of(Project.open(tmp_path / "b").plan(), name="b"))
    assert ([row[0] for row in found.resaved], [row[0] for row in found.inputs]) == (["project.toml"], ["schools.csv"])


SCENARIOS = """
[[scenarios]]
name = "少建<b>"
new = { kindergarten = 0 }
[[scenarios]]
name = "多建"
new = { kindergarten = 2 }
"""


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """A has both scenarios; B drops one, and its own main plan and other scenario build elsewhere."""
    base = tmp_path_factory.mktemp("scenarios")
    plans = []
    for name, old, new in (
        ("a", "", ""),
        ("b", "kindergarten = 2", "kindergarten = 3"),
        ("c", '"少建<b>"', '"另一个"'),
    ):
        TINY.write(base / name)
        path = base / name / "project.toml"
        path.write_text(path.read_text(encoding="utf-8") + SCENARIOS.replace(old, new), encoding="utf-8")
        plans.append(Project.open(base / name).plan())
        publish(plans[-1], "consultation", base / f"{name}-out", progress=lambda _: None)
    return base, plans


def test_scenarios_are_compared_by_name_and_stage_and_equal_ones_are_not_told(compared):
    base, (a, b, _) = compared
    found = compare_versions(snapshot_of(a, name="a"), snapshot_of(b, name="b"))
    (change,) = found.scenarios
    assert (change.name, change.stage, change.kind) == ("多建", "kindergarten", "changed")
    assert len(change.becomes["sites"]) == len(change.was["sites"]) + 1
    assert change.was["covered"] == a.scenarios[1].proposals[0].after.total.covered
    assert not found.is_empty
    assert ("方案比较：1个比选方案有变化。", "Scenarios that changed: 1.") in headline(found)
    read = compare_versions(read_snapshot(base / "a-out"), read_snapshot(base / "b-out"))
    assert read.scenarios == found.scenarios


def test_a_scenario_of_one_version_only_stands_in_page_table_and_text(compared, tmp_path):
    base, _ = compared
    found = compare_versions(read_snapshot(base / "a-out"), read_snapshot(base / "c-out"))
    assert {(each.name, each.kind) for each in found.scenarios} == {("少建<b>", "removed"), ("另一个", "added")}
    page = write_diff(found, tmp_path).read_text(encoding="utf-8")
    rows = json.loads((tmp_path / "diff.json").read_text(encoding="utf-8"))["tables"]["方案比较变化"]
    assert {row["scenario"] for row in rows} == {"少建<b>", "另一个"}
    assert "少建\\u003cb" in page
    assert "少建&lt;b>" in (tmp_path / "diff.md").read_text(encoding="utf-8")


def test_a_version_that_did_not_tell_its_scenarios_is_not_compared_in_them(compared, tmp_path):
    import shutil

    base, _ = compared
    folder = Path(shutil.copytree(base / "a-out", tmp_path / "older"))
    head = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    del head["scenarios"], head["provenance"]["contents"]
    (folder / "manifest.json").write_text(json.dumps(head), encoding="utf-8")
    found = compare_versions(read_snapshot(folder), read_snapshot(base / "b-out"))
    assert (found.scenarios, found.resaved) == ((), ())
    assert "no-scenarios" in [finding.code for finding in diff_report(found).findings]


def test_small_counts_of_pupils_are_hidden_in_the_scenarios_of_a_manifest(tmp_path):
    TINY.write(tmp_path, counts="pupils", each=4)
    path = tmp_path / "project.toml"
    path.write_text(path.read_text(encoding="utf-8") + SCENARIOS, encoding="utf-8")
    records = snapshot_of(Project.open(tmp_path).plan(), name="x").scenarios
    counts = [row[name] for row in records.values() for name in ("covered", "nearer", "farther")]
    assert counts
    assert not [count for count in counts if isinstance(count, int | float) and 0 < count < 10]


def test_page_workbook_json_and_text_state_the_same(found, tmp_path):
    page = write_diff(found, tmp_path)
    said = json.loads((tmp_path / "diff.json").read_text(encoding="utf-8"))
    block = re.search(r'id="geoplan-data">(.*?)</script>', page.read_text(encoding="utf-8"), re.DOTALL)
    shown = {table["id"]: table["rows"] for table in json.loads(block[1])["tables"]}
    book = openpyxl.load_workbook(tmp_path / "diff.xlsx")
    for name, rows in said["tables"].items():
        assert [list(row.values()) for row in rows] == shown[name]
        cells = [list(row) for row in book[name].iter_rows(min_row=2, values_only=True)]
        assert [[value or None for value in row.values()] for row in rows] == [
            [v or None for v in row] for row in cells
        ]
    text = (tmp_path / "diff.md").read_text(encoding="utf-8")
    assert all(zh in text for zh, _ in headline(found))


def test_names_of_schools_stay_text_in_the_letter(found, tmp_path):
    write_diff(found, tmp_path)
    text = (tmp_path / "diff.md").read_text(encoding="utf-8")
    assert "&lt;b>" in text
    assert "<b>" not in text


def test_two_runs_give_the_same_bytes(found, published, tmp_path):
    for name in ("one", "two"):
        write_diff(compare_versions(read_snapshot(published / "a"), read_snapshot(published / "b")), tmp_path / name)
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name
        assert str(tmp_path).encode() not in path.read_bytes()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda folder: (folder / "manifest.json").unlink(), "neither project.toml nor manifest.json"),
        (lambda folder: (folder / "geoplan.gpkg").unlink(), "has no geoplan.gpkg"),
        (lambda folder: (folder / "manifest.json").write_text("[]"), "not as geoplan writes it"),
        (lambda folder: (folder / "summary.json").write_text("{"), "not as geoplan writes it"),
    ],
)
def test_a_folder_that_was_not_published_is_refused_with_a_hint(published, tmp_path, spoil, words):
    import shutil

    folder = Path(shutil.copytree(published / "a", tmp_path / "copy"))
    spoil(folder)
    with pytest.raises(PublishError, match=words):
        version_of(folder)


def test_what_only_one_version_tells_is_not_called_a_change(published, tmp_path):
    """A set holds no summary.json, an older one no year of its sites: neither is a change of the plan."""
    import shutil
    import sqlite3

    folder = Path(shutil.copytree(published / "a", tmp_path / "older"))
    (folder / "summary.json").unlink()
    with sqlite3.connect(folder / "geoplan.gpkg") as database:
        database.execute("ALTER TABLE proposed_sites DROP COLUMN year")
    found = compare_versions(read_snapshot(published / "a"), read_snapshot(folder))
    assert (found.verdicts, found.sites, found.schools) == ((), (), ())
    assert "no-verdicts" in [finding.code for finding in diff_report(found).findings]
    assert "未作比较" in headline(found)[0][0]
