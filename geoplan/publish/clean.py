"""Text as XML can hold it: what XLSX, QML and SLD are made of."""

from __future__ import annotations

import re

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def clean_text(text: str) -> str:
    """Text without the characters that XML cannot hold; line breaks and tabs stay."""
    return _NOT_IN_XML.sub("", text)
