"""What a template must not bring along: macros, objects, and fields or files from elsewhere.

A text that is published would carry them to every reader, and a template may have come by e-mail.
"""

from __future__ import annotations

import re
import zipfile
from typing import TYPE_CHECKING

from geoplan.errors import PublishError

if TYPE_CHECKING:
    from pathlib import Path

MOST_BYTES = 64 * 1024 * 1024
"""Most that the parts of a template may hold together when unpacked."""

_ACTIVE_PARTS = re.compile(r"vbaProject|activeX|/embeddings/", re.IGNORECASE)
_RELATION = re.compile(rb"<Relationship\b[^>]*>")
_FIELD_TEXT = re.compile(r"<w:instrText[^>]*>([^<]*)</w:instrText>|<w:fldSimple[^>]*w:instr=\"([^\"]*)\"")
_ACTIVE_FIELDS = re.compile(r"\b(DDEAUTO|DDE|INCLUDETEXT|INCLUDEPICTURE|LINK|IMPORT|MACROBUTTON)\b", re.IGNORECASE)


def refuse_active(path: Path, name: str) -> None:
    """Refuse a template that does more than print.

    Args:
        path: the .docx.
        name: what messages call it.

    Raises:
        PublishError: macros, objects, fields that run or fetch, or files from elsewhere; or it is no Word document.
    """
    try:
        with zipfile.ZipFile(path) as package:
            if sum(each.file_size for each in package.infolist()) > MOST_BYTES:
                raise _refused(name, f"unpacked it is larger than {MOST_BYTES // 1024 // 1024} MB")
            for part in package.namelist():
                if _ACTIVE_PARTS.search(part):
                    raise _refused(name, f"it holds {part}, a macro or an object")
                if part.endswith(".rels"):
                    _refuse_outside(package.read(part), name)
                elif part.startswith("word/") and part.endswith(".xml"):
                    _refuse_fields(package.read(part).decode("utf-8", "replace"), name)
    except (OSError, zipfile.BadZipFile) as error:
        raise PublishError(
            f"{name} cannot be read as a Word document (.docx). Save it again in Word as .docx, or remove it to use "
            "the bundled one."
        ) from error


def _refuse_outside(relations: bytes, name: str) -> None:
    for relation in _RELATION.findall(relations):
        # a link waits for a click; anything else is fetched when the document is opened
        if b'"External"' in relation and not re.search(rb'Type="[^"]*/hyperlink"', relation):
            target = re.search(rb'Target="([^"]*)"', relation)
            where = target[1].decode("utf-8", "replace")[:120] if target else "elsewhere"
            raise _refused(name, f"it fetches {where} when it is opened")


def _refuse_fields(text: str, name: str) -> None:
    # a field's code may be cut into several runs
    codes = "".join(one or two for one, two in _FIELD_TEXT.findall(text))
    if found := _ACTIVE_FIELDS.search(codes):
        raise _refused(name, f"it holds the field {found[1].upper()}, which runs or fetches something")


def _refused(name: str, why: str) -> PublishError:
    return PublishError(
        f"{name} is refused as a template: {why}. Readers of the published text would get it, too. Remove it in Word "
        "(or save the text into a new document), then run again."
    )
