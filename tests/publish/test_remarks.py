"""Remarks of readers of the tiny town (tiny.py): read, checked, joined, answered, and never lost."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import openpyxl
import pyogrio
import pytest
from shapely import Point

from geoplan.crs import to_lonlat
from geoplan.errors import PublishError
from geoplan.project import Project
from geoplan.publish.remarks import collect, write_remarks
from geoplan.publish.remarks_answers import SHEET
from geoplan.publish.remarks_files import MOST_BYTES
from geoplan.publish.remarks_read import LONGEST_TEXT, read_remarks

VERSION = "0123456789ab"
BLOCK = """【geoplan-remark/1】
plan: {plan}
id: {id}
at: {at}
stage: primary
near: {near}

{text}
【/】
"""


def _tiny():
    spec = importlib.util.spec_from_file_location("geoplan_tiny", Path(__file__).with_name("tiny.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _block(text, *, identifier="r-00000001", at="37.0, 114.0", near="map", plan=VERSION):
    return BLOCK.format(text=text, id=identifier, at=at, near=near, plan=plan)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return Project.open(_tiny().write(tmp_path_factory.mktemp("tiny") / "town"))


@pytest.fixture(scope="module")
def local_town(tmp_path_factory):
    return Project.open(_tiny().write(tmp_path_factory.mktemp("tiny") / "local", is_local=True))


@pytest.fixture
def at(town):
    """at(i, j) -> latitude and longitude of a place of the grid."""
    import numpy as np

    def found(i, j):
        lon, lat = to_lonlat(town.layers.crs, np.array([_tiny().at(i, j)]))[0]
        return float(lat), float(lon)

    return found


@pytest.fixture
def post(tmp_path):
    """post(name, text) -> the file of that name with the text, in a folder of letters."""
    folder = tmp_path / "letters"
    folder.mkdir()

    def write(name, text, encoding="utf-8"):
        path = folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return write


def _json(*remarks, **head):
    return json.dumps(
        {"format": "geoplan-remark/1", "plan": VERSION, "map": "m", "remarks": list(remarks)} | head, ensure_ascii=False
    )


def _one(identifier, text, at=(37.0, 114.0), **more):
    return {"id": identifier, "stage": "primary", "lat": at[0], "lon": at[1], "text": text, "date": ""} | more


def _book(town, *paths, versions=(VERSION,), answered=None):
    return collect(paths, town.config, town.layers, town.units, versions=versions, answered=answered)


def _codes(found):
    return [finding.code for finding in found.findings]


def _cells(path, sheet=SHEET):
    head, *rows = openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)
    names = [cell.split("\n")[-1] for cell in head]
    return [dict(zip(names, row, strict=True)) for row in rows]


def test_a_json_file_and_a_text_block_say_the_same(post):
    near = {"kind": "school", "id": "A1", "name": "某小学"}
    one = read_remarks([post("a.json", _json(_one("r-00000001", "太远了。", near=near)))]).remarks[0]
    other = read_remarks([post("a.txt", _block("太远了。", near="school A1 某小学"))]).remarks[0]
    assert (one.id, one.plan, one.stage, one.at) == ("r-00000001", VERSION, "primary", (37.0, 114.0))
    assert (one.near.kind, one.near.id, one.near.name) == ("school", "A1", "某小学")
    assert {**vars(one), "file": ""} == {**vars(other), "file": ""}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_letters_are_read_in_every_encoding_of_an_office(post, encoding):
    assert read_remarks([post("a.txt", _block("学校太远"), encoding)]).remarks[0].text == "学校太远"


def test_many_blocks_of_a_quoted_letter_are_read_each(post):
    blocks = "".join(_block(f"第{n}条\n第二行", identifier=f"r-0000000{n}") for n in (1, 2, 3))
    quoted = "\r\n".join(f"> {line}" for line in blocks.splitlines())
    found = read_remarks([post("a.txt", f"您好！\r\n{quoted}\r\n此致")])
    assert [remark.id for remark in found.remarks] == ["r-00000001", "r-00000002", "r-00000003"]
    assert [remark.text for remark in found.remarks] == [f"第{n}条\n第二行" for n in (1, 2, 3)]
    assert found.findings == []


def test_a_block_without_its_last_line_is_read_and_said(post):
    text = _block("一").replace("【/】\n", "") + _block("二", identifier="r-00000002")
    found = read_remarks([post("a.txt", text)])
    assert [remark.text for remark in found.remarks] == ["一", "二"]
    assert _codes(found) == ["open-block"]


def test_a_letter_as_the_mail_program_saved_it_is_decoded(post):
    import base64

    body = base64.b64encode(_block("太远").encode("gbk")).decode()
    head = (
        'Subject: x\nMIME-Version: 1.0\nContent-Type: text/plain; charset="gbk"\nContent-Transfer-Encoding: base64\n\n'
    )
    assert read_remarks([post("a.eml", head + body)]).remarks[0].text == "太远"


def test_the_file_of_the_page_is_read_where_it_is_attached_to_a_letter_and_a_block_where_the_letter_is_html(post):
    letter = EmailMessage()
    letter["Subject"] = "意见"
    letter.set_content("见附件")
    attached = _json(_one("r-0000000a", "附件里的意见")).encode("gb18030")
    letter.add_attachment(attached, maintype="application", subtype="json", filename="geoplan-remarks.json")
    found = read_remarks([post("a.eml", bytes(letter))])
    assert [(each.id, each.text, each.plan) for each in found.remarks] == [("r-0000000a", "附件里的意见", VERSION)]
    assert found.findings == []
    block = _block("a &amp; b\n&lt;b&gt;", identifier="r-0000000b", near="school K1 园")
    letter = EmailMessage()
    letter.set_content(f"<div>{block}</div>".replace("\n", "<br>\r\n"), subtype="html")
    (remark,) = read_remarks([post("b.eml", bytes(letter))]).remarks
    assert (remark.id, remark.plan, remark.near.id, remark.text) == ("r-0000000b", VERSION, "K1", "a & b\n<b>")


def test_five_hundred_remarks_come_back_the_same_in_the_next_run(town, post, at, tmp_path):
    """Also with line breaks of other systems, formulas, half characters: no remark comes twice, none is lost."""
    words = (
        "=HYPERLINK(1)",
        "一\r\n二\r三",
        "\ud800半",
        "_x000D_",
        "【/】\nplan: f",
        "\u2028行",
        "'x",
        "x" * 6000,
        "{{7}}",
    )
    remarks = [_one(f"r-{row:08x}", f"{words[row % len(words)]} {row}", at(1, 1)) for row in range(500)]
    text = json.dumps(json.loads(_json(*remarks)))  # half a character only stands escaped
    path = post("a.json", text)
    first = _book(town, path)
    assert len(first.rows) == 500
    write_remarks(first, tmp_path)
    again = _book(town, path, answered=tmp_path / "remarks.xlsx")
    assert [row["id"] for row in again.rows] == [row["id"] for row in first.rows]


def test_an_id_with_blanks_is_known_again_in_a_text_block(town, post):
    frame = town.layers.schools.frame.rename({"K1": "K 1 东"})
    layers = replace(town.layers, schools=replace(town.layers.schools, frame=frame))
    letter = post("a.txt", _block("好", near="school K 1 东 某园"))
    book = collect([letter], town.config, layers, town.units, versions=(VERSION,))
    assert book.rows[0]["concerns"].startswith("K 1 东 ")
    assert "unknown-object" not in _codes(book)


def test_a_folder_is_read_in_the_order_of_names_and_other_files_are_named(post):
    post("b.txt", _block("二", identifier="r-00000002"))
    post("photo.jpg", "x")
    folder = post("a.txt", _block("一")).parent
    found = read_remarks([folder])
    assert [remark.text for remark in found.remarks] == ["一", "二"]
    assert _codes(found) == ["other-files"]
    assert "photo.jpg" in found.findings[0].what


def test_the_same_remark_counts_once_and_an_id_of_two_is_parted(post):
    found = read_remarks([post("a.txt", _block("一") + _block("一") + _block("二"))])
    assert [remark.text for remark in found.remarks] == ["一", "二"]
    assert len({remark.id for remark in found.remarks}) == 2
    assert _codes(found) == ["duplicate", "duplicate-id"]
    again = read_remarks([post("b.txt", _block("一") + _block("二"))])
    assert [remark.id for remark in again.remarks] == [remark.id for remark in found.remarks]


def test_the_same_words_of_two_readers_are_both_kept(post):
    found = read_remarks([post("a.txt", _block("同意") + _block("同意", identifier="r-00000002"))])
    assert len(found.remarks) == 2
    assert _codes(found) == ["same-text"]


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("a.json", "{", "json"),
        ("a.json", '{"format": "other", "remarks": []}', "json"),
        ("a.json", "[" * 100_000, "no-remark"),
        ("a.json", '{"a":' * 100_000, "json"),
        ("a.txt", "x" * (MOST_BYTES + 1), "too-large"),
        ("a.txt", b"\xff\x81\x00\xff", "encoding"),
        ("a.txt", "", "no-remark"),
        ("a.txt", "好的", "no-remark"),
        ("a.txt", _block(" "), "no-text"),
    ],
)
def test_a_file_that_holds_no_remark_is_a_finding_and_no_error(post, name, text, code):
    found = read_remarks([post(name, text)])
    assert found.remarks == []
    assert _codes(found) == [code]
    assert found.findings[0].file == name


def test_fields_of_strangers_are_bounded_and_checked(post):
    text = "长" * (LONGEST_TEXT + 1)
    wild = {"id": "<script>", "lat": "nan", "lon": 1e300, "stage": "x", "plan": "../..", "text": text,
            "near": {"kind": "x"}, "date": "yesterday"}  # fmt: skip
    (one,) = (found := read_remarks([post("a.json", _json(wild))])).remarks
    assert (one.at, one.stage, one.plan, one.near.kind, one.date) == (None, "", "", "map", "")
    assert len(one.text) == LONGEST_TEXT
    assert one.id.startswith("r-")
    assert set(_codes(found)) == {"id", "too-long", "no-position"}


def test_personal_numbers_are_masked_in_every_output(town, post, tmp_path):
    text = "请回电13812345678，身份证11010519491231002X"
    book = _book(town, post("a.txt", _block(text)))
    assert book.rows[0]["remark"] == "请回电138****5678，身份证110***********002X"
    assert "personal-number" in _codes(book)
    write_remarks(book, tmp_path / "out")
    for path in (tmp_path / "out").iterdir():
        assert b"13812345678" not in path.read_bytes()
    assert "13812345678" not in str(_cells(tmp_path / "out" / "remarks.xlsx"))


def test_a_remark_is_joined_to_place_district_and_school(town, post, at):
    near = {"kind": "school", "id": "K2", "name": "forged"}
    (row,) = _book(town, post("a.json", _json(_one("r-00000001", "远", at(4, 3), near=near)))).rows
    assert (row["nearest place"], row["district"]) == ("4-3村", "=D2")
    assert row["concerns"] == "K2 <b>\"&'</b>"
    assert row["stage"] == "小学 / primary"
    assert row["checks"] == ""


def test_what_does_not_fit_the_project_is_said_and_kept(town, post):
    far = _one("r-00000001", "远", (10.0, -60.0), near={"kind": "site", "id": "S99", "name": "无"}, plan="f" * 12)
    book = _book(town, post("a.json", _json(far)))
    assert {"outside", "unknown-object", "unknown-plan"} <= set(_codes(book))
    (row,) = book.rows
    assert (row["nearest place"], row["district"], row["concerns"]) == ("", "", "S99 无")
    assert all(word in row["checks"] for word in ("版本不明", "范围以外", "不在项目中"))


def test_in_local_projects_positions_are_metres(local_town, post):
    (row,) = collect(
        [post("a.txt", _block("远", at="4500.0, 3500.0"))],
        local_town.config, local_town.layers, local_town.units, versions=(VERSION,),
    ).rows  # fmt: skip
    assert (row["nearest place"], row["position"]) == ("4-3村", "4500.00, 3500.00")


def test_the_layer_holds_every_remark_as_a_point_in_the_projects_crs(town, post, at, tmp_path):
    letters = post("a.json", _json(_one("r-00000001", "一", at(2, 3)), _one("r-00000002", "二", (None, None))))
    write_remarks(_book(town, letters), tmp_path / "out")
    frame = pyogrio.read_dataframe(tmp_path / "out" / "remarks.gpkg", layer="remarks")
    assert frame.crs == town.layers.crs
    assert list(frame["id"]) == ["r-00000001", "r-00000002"]
    assert frame.geometry[0].distance(Point(_tiny().at(2, 3))) < 0.2
    assert frame.geometry[1] is None
    assert frame["nearest_place"][0] == "2-3村"


def test_answers_in_the_table_survive_the_next_run(town, post, tmp_path):
    out = tmp_path / "out"
    write_remarks(_book(town, post("a.txt", _block("一"))), out)
    book = openpyxl.load_workbook(out / "remarks.xlsx")
    sheet = book[SHEET]
    heads = [cell.value.split("\n")[0] for cell in sheet[1]]
    for head, value in (("分类", "选址"), ("答复", "已采纳。\n=1+1"), ("状态", "已答复")):
        sheet.cell(2, heads.index(head) + 1, value).data_type = "s"
    sheet.cell(1, len(heads) + 1, "经办人")
    sheet.cell(2, len(heads) + 1, "办公室")
    book.save(out / "remarks.xlsx")
    again = _book(town, post("b.txt", _block("二", identifier="r-00000002")), answered=out / "remarks.xlsx")
    write_remarks(again, out)
    one, two = _cells(out / "remarks.xlsx")
    assert (one["id"], one["remark"], one["category"], one["answer"]) == ("r-00000001", "一", "选址", "已采纳。\n=1+1")
    assert (one["status"], one["经办人"]) == ("已答复", "办公室")
    assert (two["id"], two["remark"], two["category"]) == ("r-00000002", "二", None)
    assert again.counts["status"] == {"已答复": 1, "（未指明）/ not given": 1}
    assert len(pyogrio.read_dataframe(out / "remarks.gpkg", layer="remarks").dropna(subset="geometry")) == 2


@pytest.mark.parametrize("kind", ["no workbook", "no sheet", "no id", "twice"])
def test_a_spoilt_answer_table_is_refused_and_left_alone(town, post, tmp_path, kind):
    path = tmp_path / "remarks.xlsx"
    letters = post("a.txt", _block("一"))
    if kind == "no workbook":
        path.write_text("x")
    else:
        book = openpyxl.Workbook()
        book.active.title = "other" if kind == "no sheet" else SHEET
        for row in (["编号" if kind != "no id" else "x"], ["r-00000001"], ["r-00000001"]):
            book.active.append(row)
        book.save(path)
    before = path.read_bytes()
    with pytest.raises(PublishError, match="nothing was written"):
        _book(town, letters, answered=path)
    assert path.read_bytes() == before


def test_a_hostile_text_stays_a_text_in_every_output(town, post, at, tmp_path):
    text = '=HYPERLINK("http://x")<script>alert(1)</script>\x00\'; DROP TABLE remarks;--'
    write_remarks(_book(town, post("a.json", _json(_one("r-00000001", text, at(1, 1))))), tmp_path / "out")
    cell = openpyxl.load_workbook(tmp_path / "out" / "remarks.xlsx")[SHEET]["H2"]
    assert (cell.data_type, cell.value) == ("s", text.replace("\x00", ""))
    assert pyogrio.read_dataframe(tmp_path / "out" / "remarks.gpkg", layer="remarks")["remark"][0] == text.replace(
        "\x00", ""
    )


def test_two_runs_give_the_same_bytes(town, post, at, tmp_path):
    letters = post("a.json", _json(_one("r-00000001", "一", at(2, 3)), _one("r-00000002", "二", at(5, 0))))
    for name in ("one", "two"):
        write_remarks(_book(town, letters), tmp_path / name)
    for path in sorted((tmp_path / "one").iterdir()):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_the_summary_counts_by_stage_district_and_object(town, post, at, tmp_path):
    site = {"kind": "site", "id": "S1", "name": ""}
    letters = post("a.json", _json(
        _one("r-00000001", "一", at(2, 3), near=site), _one("r-00000002", "二", at(5, 0)),
        _one("r-00000003", "三", at(4, 0), stage="junior"),
    ))  # fmt: skip
    write_remarks(_book(town, letters), tmp_path / "out")
    said = json.loads((tmp_path / "out" / "remarks.json").read_text(encoding="utf-8"))
    assert said["remarks"] == 3
    assert said["by"]["stage"] == {"小学 / primary": 2, "初中 / junior": 1}
    assert said["by"]["district"] == {"=D2": 2, "城关镇": 1}
    assert said["by"]["concerns"] == {"（未指明）/ not given": 2, "S1 闲置一号": 1}
