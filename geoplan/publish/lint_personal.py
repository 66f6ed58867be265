"""What looks personal: headers of columns, numbers of identity cards, mobile numbers; and how they are masked."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_WHO = "(?:学生|学员|幼儿|儿童|孩子|家长|父母|父亲|母亲|监护人|户主|本人|申请人|居民|住户|教师|老师)"
_WHAT = "(?:姓名|电话|电话号码|联系方式|联系电话|手机|住址|地址|微信|出生日期|出生年月|民族|证件号|证件号码)"
_PERSONAL_HEADER = re.compile(
    rf"(?:{_WHO}(?:的)?{_WHAT}|{_WHO}?身份证(?:号|号码|件号|件号码)?|公民身份号码|{_WHO}?证件号码?|"
    rf"{_WHO}?(?:手机|移动电话)(?:号|号码)?|家庭(?:住址|地址|详细地址|电话)|户籍(?:地址|所在地)|现住址|居住地址|"
    r"监护人|家长|户主|学籍号|学籍辅号|全国学籍号|个人邮箱|银行卡号|病史|健康状况)"
    r"|(?:id_?card|identity_?card|citizen_?id|national_?id|mobile|mobile_?(?:phone|number)|cell_?phone|"
    r"home_?address|guardian(?:_?name)?|parents?_?name|(?:pupil|student|child)_?name|date_?of_?birth|birth_?date)",
    re.IGNORECASE,
)
_ID_CARD = re.compile(r"(?<![\dA-Za-z.])\d{17}[\dXx](?![\dA-Za-z])")
_MOBILE = re.compile(r"(?<![\d.\-])(?:\+?86[- ]?)?(1[3-9]\d[- ]?\d{4}[- ]?\d{4})(?![\d]|\.\d)")
_HASH = re.compile(r"\b[0-9a-f]{12,}\b")
_ELEVEN_DIGITS = re.compile(r"\d(?:[- ]?\d){10}")
_TELEPHONE_FROM = 1e10
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"


@lru_cache(maxsize=100_000)
def is_personal_header(text: str) -> bool:
    """True for a header such as 身份证号, 家庭住址, 监护人姓名; a sentence that mentions one is none."""
    plain = re.sub(r"[\s:：*＊]+|[(（].*?[)）]", "", unicodedata.normalize("NFKC", text).split("\n")[0])
    return _PERSONAL_HEADER.fullmatch(plain) is not None


def is_id_card(text: str) -> bool:
    """True for 18 characters whose date and check digit are those of an identity card (GB 11643)."""
    if not (len(text) == 18 and text[:17].isascii() and text[:17].isdigit()):
        return False
    year, month, day = int(text[6:10]), int(text[10:12]), int(text[12:14])
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], _WEIGHTS, strict=True))
    is_day = 1850 <= year <= 2100 and 1 <= month <= 12 and 1 <= day <= 31
    return is_day and _CHECK[total % 11] == text[17].upper()


def personal_numbers(value: str | float) -> Iterator[tuple[str, str]]:
    """`(kind, number)` of every identity card (`id-card`) and mobile number (`mobile`) in a value."""
    if isinstance(value, int | float):
        if value < _TELEPHONE_FROM or not float(value).is_integer():
            return
        value = int(value)
    elif not _ELEVEN_DIGITS.search(value):
        return
    text = unicodedata.normalize("NFKC", str(value))
    if text.startswith("data:"):
        return
    text = _HASH.sub(_keep_digits, text)
    cards = [match for match in _ID_CARD.finditer(text) if is_id_card(match[0])]
    yield from (("id-card", match[0]) for match in cards)
    inside = [match.span() for match in cards]
    for match in _MOBILE.finditer(text):
        if not any(start <= match.start(1) < end for start, end in inside):
            yield "mobile", match[1]


def masked(number: str) -> str:
    """`138****5678`: enough to find it, too little to use it."""
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"


def mask_numbers(text: str) -> tuple[str, int]:
    """A text with its personal numbers masked, all else as it was written, and how many there were."""
    # numbers are looked for in plain digits; every character of the plain text knows the one that it came from
    parts = [unicodedata.normalize("NFKC", character) for character in text]
    origin = [at for at, part in enumerate(parts) for _ in part]
    plain, shown = "".join(parts), list(text)
    found = sorted({number for _, number in personal_numbers(text)}, key=len, reverse=True)
    for number in found:
        begin = plain.find(number)
        while begin >= 0:
            for at, character in zip(range(begin, begin + len(number)), masked(number), strict=True):
                if character == "*":
                    shown[origin[at]] = "*"
            begin = plain.find(number, begin + 1)
    return "".join(shown), len(found)


def _keep_digits(match: re.Match[str]) -> str:
    """A hash is no number; a run of digits alone may be one."""
    return match[0] if match[0].isdigit() else "#"
