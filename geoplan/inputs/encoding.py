"""Which encoding a text is in: declared, strict UTF-8, else GB18030, by evidence; the decision is reported."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_CHINESE = re.compile("[\u3400-\u9fff\uff00-\uffef\u3000-\u303f]")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True)
class Decision:
    """An encoding and why it was taken; `encoding` is None where nothing fits.

    Attributes:
        encoding: a Python codec name, or None.
        because: the evidence, for the finding.
        plain: only ASCII was seen, so that nothing had to be decided.
        mixed: positions of the first text that is UTF-8 and the first that is not, where both stand in one file;
            from 0, of `samples`, or of the lines where there was a single sample.
    """

    encoding: str | None
    because: str
    plain: bool = False
    mixed: tuple[int, int] | None = None


def known_encoding(name: str) -> str | None:
    """The Python codec of `UTF-8`, `GBK`, `936`, `65001` …; GB2312 and GBK are read as their superset GB18030."""
    text = name.strip().casefold()
    text = {"65001": "utf-8", "936": "gb18030", "950": "big5", "ansi 936": "gb18030"}.get(text, text)
    try:
        codec = codecs.lookup(text).name
    except (LookupError, ValueError):  # ValueError: a NUL in a damaged .cpg
        return None
    return "gb18030" if codec in {"gbk", "gb2312"} else codec


def decide(samples: Sequence[bytes], *, cut: bool = False) -> Decision:
    """The encoding of some texts that say nothing themselves.

    Args:
        samples: texts that share one encoding.
        cut: a text may end within a character, as in the fixed fields of a DBF.
    """
    start = samples[0] if samples else b""
    for bom, name in _BOMS:
        if start.startswith(bom):
            return Decision(name, "byte order mark")
    if all(sample.isascii() for sample in samples):
        return Decision("utf-8", "plain ASCII", plain=True)
    utf8 = _decoded(samples, "utf-8", cut=cut)
    if utf8 is None and (mixed := _mixed(samples, cut=cut)) is not None:
        return mixed
    gb = _decoded(samples, "gb18030", cut=cut)
    if utf8 is not None and not (gb is not None and _share(utf8) == 0 and _share(gb) > 0.5):
        return Decision("utf-8", f"valid UTF-8, {_share(utf8):.0%} Chinese characters")
    if gb is not None:
        return Decision("gb18030", f"not valid UTF-8, {_share(gb):.0%} Chinese characters")
    return Decision(None, "neither valid UTF-8 nor valid GB18030")


def doubt(samples: Sequence[bytes], encoding: str) -> str:
    """What speaks against a declared encoding in which the text happens to be readable; '' for nothing.

    Chinese in UTF-8 read as GBK seldom fails: 学校 becomes 瀛︽牎.
    """
    if encoding != "gb18030":
        return ""
    several = [line for sample in samples for line in sample.splitlines()]
    surely = [line for line in several if _surely_utf8(line)]
    if not surely:
        return ""
    first = surely[0]
    was, meant = first.decode("gb18030", "replace")[:20], first.decode("utf-8")[:20]
    return f"but {len(surely):,} texts are Chinese only as UTF-8: {was!r} would be {meant!r}"


def _mixed(samples: Sequence[bytes], *, cut: bool) -> Decision | None:
    """A file put together from parts in UTF-8 and in GBK, or cut within its last character."""
    texts = samples if len(samples) > 1 else samples[0].splitlines()
    if not cut and len(samples) == 1 and _ends_within_a_character(samples[0]):
        return Decision(None, "UTF-8 that is cut off within its last character")
    surely = next((at for at, text in enumerate(texts) if _surely_utf8(text)), None)
    other = next((at for at, text in enumerate(texts) if _decoded([text], "utf-8", cut=cut) is None), None)
    if surely is None or other is None:
        return None
    what = "row" if len(samples) == 1 else "text"
    because = (
        f"mixed: {what} {surely + 1} is UTF-8 ({_shown(texts[surely], 'utf-8')}), "
        f"{what} {other + 1} is not ({_shown(texts[other], 'gb18030')} as GB18030)"
    )
    return Decision(None, because, mixed=(surely, other))


def _surely_utf8(text: bytes) -> bool:
    """Everyday Chinese as UTF-8, and none as GB18030: no accident, for both alphabets know their usual characters."""
    if text.isascii():
        return False
    try:
        text.decode("utf-8").encode("gb2312")
    except UnicodeError:
        return False
    try:
        text.decode("gb2312")
    except UnicodeDecodeError:
        return _share(text.decode("utf-8")) > 0
    return False


def _ends_within_a_character(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as fault:
        return fault.reason == "unexpected end of data" and any(byte > 0x7F for byte in text[: fault.start])
    return False


def _shown(text: bytes, encoding: str) -> str:
    """The first Chinese of a text, for a message."""
    found = re.search("[\u3400-\u9fff]{1,12}", text.decode(encoding, "replace"))
    return found.group() if found else "?"


def decode(text: bytes, encoding: str, *, cut: bool = False) -> str:
    """Text in a known encoding; with `cut`, a character that the end cuts in two is left out.

    Raises:
        UnicodeDecodeError: it is not in that encoding.
    """
    try:
        return text.decode(encoding)
    except UnicodeDecodeError as fault:
        if cut and fault.start >= len(text) - 3:
            return text[: fault.start].decode(encoding)
        raise


def _decoded(samples: Iterable[bytes], encoding: str, *, cut: bool) -> str | None:
    try:
        return "".join(decode(sample, encoding, cut=cut) for sample in samples)
    except UnicodeDecodeError:
        return None


def _share(text: str) -> float:
    letters = [letter for letter in text if letter.isalpha() or _CHINESE.match(letter)]
    return sum(1 for letter in letters if _CHINESE.match(letter)) / len(letters) if letters else 0.0
