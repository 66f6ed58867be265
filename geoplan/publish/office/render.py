"""文本 and 说明书: Word templates that an office edits, filled from the figures of an edition.

A template may come by e-mail: it is filled in jinja's sandbox, it reaches plain words and published figures only, and
whatever the data hold stays text (escaped for XML; marks of jinja inside a name are not run).
"""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from geoplan.errors import MissingExtraError, PublishError
from geoplan.files import own_or_bundled
from geoplan.publish.office.context import context_of
from geoplan.publish.office.finish import fill_contents, packed, placed
from geoplan.publish.office.lookup import Lookup, Values
from geoplan.publish.office.safety import refuse_active

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geoplan.publish.edition import Edition
    from geoplan.publish.figures import Figure

TEMPLATES = {"text": "文本", "explanation": "说明书"}
_QUOTED = re.compile(r"'([^']*)'")


def write_text(edition: Edition, figures: Mapping[str, Figure], path: Path) -> dict[str, tuple[str, ...]]:
    """Write the 文本 (the articles) from maps/text.docx, the project's own first.

    Args:
        edition: whose words it holds.
        figures: from `figures_of(edition)`.
        path: the .docx; one that exists is replaced.

    Returns:
        For each figure that it prints, where: chapter, section, article, table.

    Raises:
        MissingExtraError: docxtpl is not installed.
        PublishError: a template that cannot be read or filled; the message names it and the tag.
    """
    return _write(edition, figures, path, "text")


def write_explanation(edition: Edition, figures: Mapping[str, Figure], path: Path) -> dict[str, tuple[str, ...]]:
    """Write the 说明书 (the explanation) from maps/explanation.docx; see `write_text`."""
    return _write(edition, figures, path, "explanation")


def places_in_texts(edition: Edition, figures: Mapping[str, Figure]) -> dict[str, tuple[str, ...]]:
    """Where both texts would print each figure, without keeping them; nowhere where docxtpl is not installed."""
    found: dict[str, tuple[str, ...]] = {}
    with TemporaryDirectory() as scratch:
        for write, name in ((write_text, "text"), (write_explanation, "explanation")):
            try:
                places = write(edition, figures, Path(scratch) / f"{name}.docx")
            except MissingExtraError:
                return {}
            for key, where in places.items():
                found[key] = (*found.get(key, ()), *where)
    return found


def _write(edition: Edition, figures: Mapping[str, Figure], path: Path, name: str) -> dict[str, tuple[str, ...]]:
    config = edition.plan.config
    template = f"maps/{name}.docx"
    context, lookup = context_of(edition), Lookup(figures, template)
    document = _filled(own_or_bundled(config.folder, template), template, context, lookup, Values(figures, template))
    places = placed(document, lookup.asked, path.name)
    fill_contents(document)
    doc = context["doc"]
    data = packed(document, title=f"{doc['title']} {TEMPLATES[name]}", author=doc["author"], date=config.data_date)
    path.write_bytes(data)
    return places


def _filled(path: Path, name: str, context: dict[str, Any], lookup: Lookup, values: Values) -> Any:  # noqa: ANN401
    try:
        import docxtpl  # noqa: PLC0415  optional
        from docx.opc.exceptions import PackageNotFoundError  # noqa: PLC0415
        from jinja2 import TemplateError  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtraError("docxtpl (文本、说明书 Word)", "word") from error
    refuse_active(path, name)
    template = docxtpl.DocxTemplate(path)
    try:
        template.render(context | {"f": lookup, "value": values}, _sandbox(), autoescape=True)
    except PublishError:
        raise
    except (PackageNotFoundError, KeyError) as error:
        raise PublishError(
            f"{name} cannot be read as a Word document (.docx). Save it again in Word as .docx, or remove it to use "
            "the bundled one."
        ) from error
    except TemplateError as error:
        raise PublishError(
            f"{name}: {error.message}.{_where(template, error)} Mend the tag in Word; docs/trace.md lists the names "
            "that a template may use."
        ) from error
    except (TypeError, ValueError, ArithmeticError, SyntaxError) as error:
        raise PublishError(
            f"{name}: a tag cannot be worked out: {error}. Templates print figures; they do not compute."
        ) from error
    return template.docx


def _sandbox() -> Any:  # noqa: ANN401  an optional library
    from jinja2 import StrictUndefined  # noqa: PLC0415  optional
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True)


def _where(template: Any, error: Any) -> str:  # noqa: ANN401  an optional library
    """The tag at fault: of a syntax error the line near it, of an unknown name the first tag that holds it."""
    around = [re.sub(r"<[^>]*>", "", str(line)).strip() for line in getattr(error, "docx_context", ())]
    names = _QUOTED.findall(error.message or "")
    tags = re.findall(r"\{[{%].*?[%}]\}", re.sub(r"<[^>]*>", "", template.get_xml()))
    found = [line[:120] for line in around if "{%" in line or "{{" in line]
    found += [tag for tag in tags if any(re.search(rf"\b{re.escape(each)}\b", tag) for each in names)]
    return f" In or near: {found[0]}." if found else ""
