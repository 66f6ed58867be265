from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoplan.inputs.encoding import decide, decode, known_encoding


def test_plain_ascii_is_utf8_and_nothing_had_to_be_decided():
    decision = decide([b"name", b"School 1"])
    assert (decision.encoding, decision.plain) == ("utf-8", True)


def test_chinese_in_utf8_is_utf8():
    assert decide(["邢台市第一幼儿园".encode()]).encoding == "utf-8"


def test_chinese_in_gbk_is_gb18030_and_the_evidence_is_told():
    decision = decide(["邢台市第一幼儿园".encode("gbk")])
    assert decision.encoding == "gb18030"
    assert decision.because == "not valid UTF-8, 100% Chinese characters"


def test_accents_in_utf8_are_not_taken_for_chinese():
    assert decide(["Mühleholz I, Rebera-Süd, École maternelle".encode()]).encoding == "utf-8"


def test_gbk_that_happens_to_be_valid_utf8_is_known_by_its_chinese():
    text = "隆回"
    assert text.encode("gbk") == b"\xc2\xa1\xbb\xd8"
    text = "隆"
    assert text.encode("gbk").decode("utf-8") == "\xa1"
    assert decide([text.encode("gbk")]).encoding == "gb18030"


def test_a_byte_order_mark_decides():
    assert decide(["学校".encode("utf-8-sig")]).encoding == "utf-8-sig"
    assert decide(["学校".encode("utf-16")]).encoding == "utf-16"


def test_bytes_in_no_encoding_are_refused():
    assert decide([b"\xff\xff\xff\x80"]).encoding is None


def test_a_character_that_a_fixed_field_cut_in_two_is_left_out():
    assert decode("学校名称".encode()[:10], "utf-8", cut=True) == "学校名"
    assert decide(["学校名称".encode()[:10]], cut=True).encoding == "utf-8"


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("GBK", "gb18030"),
        ("936", "gb18030"),
        ("ANSI 936", "gb18030"),
        ("65001", "utf-8"),
        ("UTF-8", "utf-8"),
        ("?", None),
    ],
)
def test_the_names_found_in_cpg_files_are_known(name, codec):
    assert known_encoding(name) == codec


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=40))
def test_chinese_text_in_utf8_is_never_read_as_anything_else(text):
    assert decide([text.encode()]).encoding == "utf-8"


GBK_ROWS = ["s1,邢台市第一幼儿园,幼儿园,114.50,37.05", "s2,桥西区第二中学,初中,114.52,37.06"]
HEADER = "id,name,stage,lon,lat"


def _mixed(*rows):
    return b"\n".join(row.encode(encoding) for row, encoding in rows) + b"\n"


def test_a_text_of_rows_in_both_encodings_is_known_and_the_first_of_each_told():
    decision = decide([_mixed((HEADER, "utf-8"), (GBK_ROWS[0], "utf-8"), (GBK_ROWS[1], "gbk"))])
    assert decision.encoding is None
    assert decision.mixed == (1, 2)
    assert "row 2 is UTF-8 (邢台市第一幼儿园), row 3 is not (桥西区第二中学 as GB18030)" in decision.because


@given(st.lists(st.text(st.sampled_from("邢台市第一幼儿园桥西区第二中学襄都任泽柏乡隆尧内丘"), min_size=1), min_size=1))
def test_gbk_of_everyday_words_is_never_taken_for_a_mixture(words):
    decision = decide(["\n".join(words).encode("gbk")])
    assert decision.mixed is None
    assert decision.encoding in {"gb18030", "utf-8"}


def test_utf8_that_is_cut_within_its_last_character_is_not_read_as_gbk():
    whole = "\n".join([HEADER, *GBK_ROWS, "s3,任泽区第三小学"]).encode()
    decision = decide([whole[:-1]])
    assert decision.encoding is None
    assert "cut off within its last character" in decision.because


def test_a_table_of_both_encodings_keeps_every_name(town):
    town.write("schools.csv", "")
    (town.folder / "schools.csv").write_bytes(_mixed((HEADER, "utf-8"), (GBK_ROWS[0], "utf-8"), (GBK_ROWS[1], "gbk")))
    assert list(town.frame("schools")["name"]) == ["邢台市第一幼儿园", "桥西区第二中学"]
    _, findings = town.check()
    assert any("GB18030" in finding.what and "row 3" in finding.rows for finding in findings)


def test_a_shapefile_of_both_encodings_is_an_error_that_names_a_row_of_each(town, points):
    columns = {"id": ["s1", "s2"], "name": ["邢台市第一幼儿园", "桥西区第二中学"], "stage": ["primary", "junior"]}
    town.save("schools.shp", columns, points, encoding="GBK")
    (town.folder / "schools.cpg").unlink()
    dbf = town.folder / "schools.dbf"
    was, now = "桥西区第二中学".encode("gbk"), "桥西区第二".encode()
    content = dbf.read_bytes()
    assert was in content
    dbf.write_bytes(content.replace(was.ljust(len(now)), now))
    town.layer("schools", 'path = "schools.shp"')
    finding = town.finding("unreadable-file", "error")
    assert set(finding.rows) == {"row 1", "row 2"}
    assert "桥西区第二" in finding.what


def test_a_geojson_of_both_encodings_is_an_error(town):
    parts = [
        f'{{"type": "Feature", "properties": {{"id": "{key}", "stage": "{name}"}}, "geometry": null}}'.encode(encoding)
        for key, name, encoding in (("a", "初级中学", "utf-8"), ("b", "完全小学", "gbk"))
    ]
    content = b'{"type": "FeatureCollection", "features": [' + b",".join(parts) + b"]}"
    (town.folder / "a.geojson").write_bytes(content)
    town.layer("schools", 'path = "a.geojson"')
    assert "mixed" in town.finding("unreadable-file", "error").what


@pytest.mark.parametrize("kind", ["csv", "shp"])
def test_utf8_declared_as_gbk_is_doubted(town, points, kind):
    columns = {"id": ["s1", "s2"], "name": ["实验小学", "城关小学"], "stage": ["primary", "primary"]}
    if kind == "csv":
        town.write("schools.csv", "id,name,stage,lon,lat\ns1,实验小学,primary,114.50,37.05\n")
    else:
        town.save("schools.shp", columns, points, encoding="UTF-8")
    town.layer("schools", f'path = "schools.{kind}"\nencoding = "GBK"')
    told = town.finding("encoding-doubtful", "warning").what
    assert "would be" in told
    assert "实验小学" in told


def test_a_cpg_that_says_gbk_over_utf8_is_not_believed(town, points):
    columns = {"id": ["s1", "s2"], "name": ["实验小学", "城关小学"], "stage": ["primary", "junior"]}
    town.save("schools.shp", columns, points, encoding="UTF-8")
    town.write("schools.cpg", "GBK")
    town.layer("schools", 'path = "schools.shp"')
    assert list(town.frame("schools")["name"]) == columns["name"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_tables_in_every_everyday_encoding_and_delimiter_say_the_same(town, encoding, delimiter):
    text = "编号,学校名称,学段,学位,经度,纬度\ns1,邢台市第一幼儿园,幼儿园,１２００,114.50,37.05\n"
    town.write("schools.csv", text.replace(",", delimiter), encoding)
    frame = town.frame("schools")
    assert list(frame["name"]) == ["邢台市第一幼儿园"]
    assert list(frame["capacity"]) == [1200]


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
def test_a_dbf_header_that_was_cut_within_a_character_is_read(town, points, encoding):
    town.save("schools.shp", {"id": ["s1", "s2"], "stage": ["小学", "初中"]}, points, encoding=encoding)
    (town.folder / "schools.cpg").unlink()
    dbf = town.folder / "schools.dbf"
    content = bytearray(dbf.read_bytes())
    header = "a学校办学类型".encode(encoding)[: 9 if encoding == "UTF-8" else 10]
    content[64:75] = header.ljust(11, b"\0")  # the second field: GDAL itself takes care not to cut so
    dbf.write_bytes(bytes(content))
    with pytest.raises(UnicodeDecodeError):
        header.decode(encoding)
    town.layer("schools", f'path = "schools.shp"\ncolumns = {{ stage = "{header.decode(encoding, "ignore")}" }}')
    assert list(town.frame("schools")["stages"]) == [("primary",), ("junior",)]
