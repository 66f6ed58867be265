"""JSON that is the same for the same values: in files of its own, and inside a page."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING

import numpy as np

from geoplan.errors import PublishError

if TYPE_CHECKING:
    from pathlib import Path

# What must not stand in a script element: the end of the element, and line ends that JavaScript reads as such.
# Lone surrogates cannot be written as UTF-8.
_UNSAFE_IN_SCRIPT = re.compile("[<>&\u2028\u2029\ud800-\udfff]")


def write_json(value: object, path: Path) -> None:
    """Write plain values as UTF-8 JSON that is the same for the same values.

    Two spaces, a newline at the end, Chinese as itself; nan and infinities, which JSON does not know, become null.

    Args:
        value: dicts (their order is kept), lists, texts, numbers (numpy's, too), booleans, None.
        path: the file; one that exists is replaced.

    Raises:
        TypeError: a value that JSON cannot hold.
    """
    text = json.dumps(_plain(value), ensure_ascii=False, indent=2, allow_nan=False)
    # half a character (a lone surrogate from a broken file) cannot be written as UTF-8
    path.write_text(text.encode("utf-8", "replace").decode("utf-8") + "\n", encoding="utf-8", newline="\n")


def json_for_html(value: object) -> str:
    r"""JSON that can stand inside a script element: the only way for data into a page.

    `<`, `>`, `&`, U+2028 and U+2029 are written as `\u003c` and so on, which every JSON reader undoes.

    Raises:
        PublishError: a value that JSON cannot carry, such as NaN, infinity or a date.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        raise PublishError(
            f"The page's data hold a value that JSON cannot carry ({error}). Give None where a figure is missing "
            "and text where a date is meant."
        ) from error
    return _UNSAFE_IN_SCRIPT.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
