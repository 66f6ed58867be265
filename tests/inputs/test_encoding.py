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
