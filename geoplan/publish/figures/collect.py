"""All figures of an edition, and figures.json."""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from geoplan.publish.figures import methods
from geoplan.publish.figures.built import built_figures
from geoplan.publish.figures.clauses import ledger_figures, rule_figures
from geoplan.publish.figures.coverage import coverage_figures
from geoplan.publish.figures.figure import Book, Figure, printed
from geoplan.publish.figures.pupils import cap_id, pupil_figures
from geoplan.publish.figures.scenarios import scenario_figures
from geoplan.publish.figures.sites import proposal_figures
from geoplan.publish.figures.zones import zone_figures
from geoplan.publish.privacy import counted
from geoplan.publish.sheets import noun
from geoplan.publish.statutory.planned import planned_schools
from geoplan.publish.version import plan_version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from geoplan.plan import Plan
    from geoplan.publish.edition import Edition

FORMAT = "geoplan-figures/1"


def figures_of(edition: Edition) -> dict[str, Figure]:
    """Every figure that the edition publishes, sorted by id. Small counts of children are suppressed.

    Raises:
        PublishError: two rows whose ids give one figure's id.
    """
    plan = edition.plan
    book = Book()
    for figure in (
        *_project(plan),
        *coverage_figures(plan),
        *proposal_figures(plan),
        *rule_figures(plan),
        *scenario_figures(plan),
        *zone_figures(edition.zones),
        *built_figures(plan, planned_schools(edition)),
    ):
        book.put(figure)
    if edition.pupils is not None:
        for figure in pupil_figures(edition.pupils, plan.layers, plan.book.class_caps()):
            book.put(figure)
    if edition.ledger is not None:
        for figure in ledger_figures(edition.ledger, plan.layers):
            book.put(figure)
    return dict(sorted(book.items()))


def _project(plan: Plan) -> Iterator[Figure]:
    zh, en = noun(plan)
    layers = {layer.role: len(layer) for layer in plan.layers.present()}
    lines = (
        ("people", zh, en, counted(plan, float(plan.units.people.sum())), en, methods.PEOPLE, ("population",)),
        ("people_unplaced", f"位置不明的{zh}", f"{en} without a place",
         counted(plan, float(sum(plan.units.unplaced.values()))), en, methods.PEOPLE, ("population",)),
        ("districts", "区县或片区数", "districts", len(plan.units.district_ids), "districts", methods.ROWS,
         ("districts",)),
        ("schools", "学校数（不分学段）", "schools of any stage", layers.get("schools", 0), "schools", methods.ROWS,
         ("schools",)),
    )  # fmt: skip
    for role, rows in layers.items():
        yield Figure(
            f"layer.{role}.rows", f"图层或表 {role}：行数", f"rows of the layer or table {role}", rows, "rows",
            printed(rows, "rows"), "", "", {role: rows}, methods.ROWS,
        )  # fmt: skip
    for name, zh_, en_, value, unit, method, roles in lines:
        yield Figure(
            f"project.{name}", f"全域：{zh_}", f"whole area: {en_}", value, unit, printed(value, unit), "", "",
            {role: layers[role] for role in roles if role in layers}, method,
        )  # fmt: skip


def figures_document(
    edition: Edition, figures: Mapping[str, Figure], *, places: Mapping[str, Sequence[str]] | None = None
) -> dict[str, Any]:
    """What figures.json holds: the figures, how each kind comes about, clauses, and the files of the layers.

    Args:
        edition: where `figures` come from.
        figures: from `figures_of`.
        places: for ids, where in the texts they are printed (from `write_text`, `write_explanation`).
    """
    plan = edition.plan
    kinds = {figure.method.key: figure.method for figure in figures.values()}
    bases: dict[tuple[tuple[str, int], ...], int] = {}
    rests = {key: bases.setdefault(tuple(each.layers.items()), len(bases)) for key, each in figures.items()}
    return {
        "format": FORMAT,
        "plan": plan_version(plan),
        "project": plan.config.name,
        "methods": {
            key: {"zh": method.zh, "en": method.en, "printed": list(method.printed)}
            for key, method in sorted(kinds.items())
        },
        "clauses": dict(sorted(_clauses(edition).items())),
        "layers": {
            layer.role: {"file": layer.file, "rows": len(layer), "sha256": hash_of(layer.file, plan.provenance.inputs)}
            for layer in plan.layers.present()
        },
        "rules_sha256": dict(sorted(plan.provenance.rules.items())),
        "printed": {key: list(where) for key, where in sorted((places or {}).items())},
        "bases": [dict(basis) for basis in bases],
        "figures": {key: figure.as_dict() | {"basis": rests[key]} for key, figure in figures.items()},
    }


def write_figures(
    edition: Edition,
    figures: Mapping[str, Figure],
    path: Path,
    *,
    places: Mapping[str, Sequence[str]] | None = None,
) -> None:
    """Write figures.json, see `figures_document`: a line for each figure, so that two editions compare by lines."""
    document = figures_document(edition, figures, places=places)
    lines = {
        key: json.dumps(each, ensure_ascii=False, allow_nan=False) for key, each in document.pop("figures").items()
    }
    head = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False).rstrip("}\n")
    body = ",\n".join(f"  {json.dumps(key, ensure_ascii=False)}: {line}" for key, line in lines.items())
    text = f'{head},\n "figures": {{\n{body}\n }}\n}}\n'
    path.write_text(text.encode("utf-8", "replace").decode("utf-8"), encoding="utf-8", newline="\n")


def _clauses(edition: Edition) -> dict[str, dict[str, Any]]:
    """Words and source of every clause that a figure is measured by."""
    rules = edition.plan.rules_in_force()
    found: dict[str, dict[str, Any]] = {
        rule.id: {"text": rule.clause, "source": rule.citation, "title": rule.source_title, "evidence": rule.evidence,
                  "profile": rule.profile}
        for rule in rules
    }  # fmt: skip
    found |= {
        cap_id(stage): {
            "text": cap.clause,
            "source": cap.citation,
            "title": "",
            "evidence": cap.evidence,
            "profile": "",
        }
        for stage, cap in edition.plan.book.class_caps().items()
    }
    if edition.ledger is not None:
        for clause in (entry.clause for entry in edition.ledger.entries):
            found.setdefault(
                clause.id,
                {"text": clause.text, "source": clause.citation, "title": clause.source_title,
                 "evidence": clause.evidence, "profile": edition.ledger.profile.id},
            )  # fmt: skip
    return found


def hash_of(file: str, inputs: Mapping[str, str]) -> str:
    """SHA-256 of a layer's file among the hashed inputs, by path, else by name; '' where none has it."""
    if file in inputs:
        return inputs[file]
    name = PurePath(file).name
    return next((digest for key, digest in sorted(inputs.items()) if PurePath(key).name == name), "")
