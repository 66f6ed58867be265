"""Which symbol every layer of the GeoPackage gets: colours and shapes of layers/<role>.toml, by stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.publish.clean import clean_text
from geoplan.publish.qgis import Category, LayerStyle, Mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geoplan.inputs.schema import LayerSchema, Style
    from geoplan.plan import Plan, StagePlan
    from geoplan.types import Stage, Travel

STATE_ZH = {"before": "现状", "after": "建议后"}
_OUTER_MM, _STEP_MM = 3.2, 1.0
GAP_OPACITY, AREA_OPACITY, PLACE_OPACITY = 0.6, 0.15, 0.35


def view_key(stage: Stage, travel: Travel, state: str = "") -> str:
    """The value of the field `view`: `primary walk` of a gap, `primary walk before` of a service area."""
    return " ".join(part for part in (stage.value, travel.value, state) if part)


def stages_key(stages: Iterable[str]) -> str:
    """The value of the field `stages` of a school: `primary;junior`."""
    return ";".join(str(stage) for stage in stages)


def districts_style(schemas: Mapping[str, LayerSchema]) -> LayerStyle:
    """The outline of districts."""
    return _simple("districts", "polygon", schemas["districts"], opacity=0.0)


def places_style(schemas: Mapping[str, LayerSchema], layer: str, family: str) -> LayerStyle:
    """Where people live, as points or polygons."""
    return _simple(layer, family, schemas["population"], opacity=PLACE_OPACITY if family == "polygon" else 1.0)


def _simple(layer: str, family: str, schema: LayerSchema, *, opacity: float) -> LayerStyle:
    style = schema.style
    shape = style.shape if family == "point" or style.shape == "outline" else "fill"
    size_mm = 1.4 if style.shape == "dot" else _OUTER_MM
    mark = Mark(style.colour, shape, size_mm=size_mm, opacity=opacity)
    return LayerStyle(layer, _legend(style), family, "", (Category("", _legend(style), (mark,)),))


def schools_style(schemas: Mapping[str, LayerSchema], found: Iterable[str]) -> LayerStyle:
    """Schools by their stages; one of several stages carries the marks of all, the later inside the earlier.

    Args:
        schemas: from `layer_schemas`.
        found: the values of the field `stages`.
    """
    style = schemas["schools"].style
    categories = []
    for value in sorted(set(found), key=lambda each: (each.count(";"), each)):
        parts = [style.of(stage) for stage in value.split(";")] if value else [style]
        marks = tuple(
            Mark(part.colour, part.shape, size_mm=max(_OUTER_MM - rank * _STEP_MM, 0.8) if rank else _size(len(parts)))
            for rank, part in enumerate(parts)
        )
        label = " + ".join(_legend(part) for part in parts) if value else "其他学校 / other schools"
        categories.append(Category(value, label, marks))
    return LayerStyle("schools", _legend(style), "point", "stages", tuple(categories))


def _size(stages: int) -> float:
    return _OUTER_MM if stages == 1 else _OUTER_MM + _STEP_MM


def sites_style(schemas: Mapping[str, LayerSchema], plan: Plan) -> LayerStyle:
    """Proposed schools: the mark of the sites layer with the colour of the stage inside."""
    site, school = schemas["sites"].style, schemas["schools"].style
    categories = tuple(
        Category(
            stage_plan.stage.value,
            clean_text(f"建议新建：{stage_plan.stage.zh} / proposed: {stage_plan.stage.value}"),
            (
                Mark(site.colour, site.shape, size_mm=6.4),
                Mark(school.of(stage_plan.stage.value).colour, site.shape, size_mm=4.0),
            ),
        )
        for stage_plan in plan.stages
    )
    return LayerStyle("proposed_sites", "建议新建学校 / Proposed schools", "point", "stage", categories)


def gaps_style(schemas: Mapping[str, LayerSchema], plan: Plan) -> LayerStyle:
    """Gaps by stage and travel mode; at first those by the mode that sites were chosen by."""
    school = schemas["schools"].style
    categories = tuple(
        Category(
            view_key(stage_plan.stage, view.travel),
            f"{stage_plan.stage.zh}缺口·{view.travel.zh} / gaps: {stage_plan.stage.value}, {view.travel.value}",
            (Mark(school.of(stage_plan.stage.value).colour, "fill", opacity=GAP_OPACITY),),
            is_visible=_is_basis(stage_plan, view.travel),
        )
        for stage_plan in plan.stages
        for view in stage_plan.views
    )
    return LayerStyle("gaps", "缺口 / Gaps", "polygon", "view", categories)


def areas_style(schemas: Mapping[str, LayerSchema], plan: Plan) -> LayerStyle:
    """Service areas by stage, travel mode and state; at first today's, by the mode that sites were chosen by."""
    school = schemas["schools"].style
    categories = tuple(
        Category(
            view_key(stage_plan.stage, view.travel, state),
            f"{stage_plan.stage.zh}服务范围·{view.travel.zh}·{zh} / "
            f"service area: {stage_plan.stage.value}, {view.travel.value}, {state}",
            (Mark(school.of(stage_plan.stage.value).colour, "fill", opacity=AREA_OPACITY, dashed=state == "after"),),
            is_visible=_is_basis(stage_plan, view.travel) and state == "before",
        )
        for stage_plan in plan.stages
        for view in stage_plan.views
        for state, zh in STATE_ZH.items()
    )
    return LayerStyle("service_areas", "服务范围 / Service areas", "polygon", "view", categories)


def _is_basis(stage_plan: StagePlan, travel: Travel) -> bool:
    return travel is stage_plan.proposal.travel


def _legend(style: Style) -> str:
    return clean_text(" / ".join(part for part in (style.legend_zh, style.legend_en) if part))
