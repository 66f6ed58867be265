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
    """

    encoding: str | None
    because: str
    plain: bool = False


def known_encoding(name: str) -> str | None:
    """The Python codec of `UTF-8`, `GBK`, `936`, `65001` …; GB2312 and GBK are read as their superset GB18030."""
    text = name.strip().casefold()
    text = {"65001": "utf-8", "936": "gb18030", "950": "big5", "ansi 936": "gb18030"}.get(text, text)
    try:
        codec = codecs.lookup(text).name
    except LookupError:
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
    gb = _decoded(samples, "gb18030", cut=cut)
    if utf8 is not None and not (gb is not None and _share(utf8) == 0 and _share(gb) > 0.5):
        return Decision("utf-8", f"valid UTF-8, {_share(utf8):.0%} Chinese characters")
    if gb is not None:
        return Decision("gb18030", f"not valid UTF-8, {_share(gb):.0%} Chinese characters")
    return Decision(None, "neither valid UTF-8 nor valid GB18030")


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
