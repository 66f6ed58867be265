"""表1 现状学校一览表: the register of schools as the layer holds it, with class sizes against the caps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.publish.privacy import hidden_places, open_count
from geoplan.publish.sheets import Column, Sheet, area_words, district_label, known, stage_words
from geoplan.publish.sheets_today import OWNERSHIP_ZH, located_schools
from geoplan.publish.statutory.printed import PrintedTable
from geoplan.types import Stage, natural_key

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from geoplan.demand import Offer
    from geoplan.plan import Plan
    from geoplan.publish.edition import Edition
    from geoplan.publish.sheets import Value

_COLUMNS = (
    Column("序号", "No.", "count", 6),
    Column("编号", "id", width=12),
    Column("学校名称", "school", width=30),
    Column("学段", "stages", "words", 18),
    Column("办学性质", "ownership", "words", 14),
    Column("片区", "district", "lines", 13),
    Column("乡镇（街道）", "township", "lines", 16),
    Column("城乡", "area", "words", 13),
    Column("班数", "classes", "count", 8),
    Column("在校生", "pupils", "count", 9),
    Column("平均班额", "pupils per class", "decimal", 9),
    Column("班额判定", "class size", "words", 22),
    Column("大班额班数", "large classes", "count", 9),
    Column("学位", "seats", "count", 9),
    Column("寄宿床位", "beds", "count", 9),
    Column("占地面积（㎡）", "site, m²", "count", 11),
    Column("建筑面积（㎡）", "floor, m²", "count", 11),
    Column("运动场地（㎡）", "sports, m²", "count", 11),
    Column("生均占地（㎡）", "site per pupil, m²", "decimal", 10),
    Column("生均建筑（㎡）", "floor per pupil, m²", "decimal", 10),
    Column("建校年", "opened", "year", 8),
)
_ALWAYS = 4
"""The first columns are printed whatever the layer holds."""


def register_table(edition: Edition) -> PrintedTable:
    """Every school, by district, stage and id; columns that the layer does not fill are left out."""
    plan = edition.plan
    notes = [
        (
            "班额判定：平均班额与班额上限比较，多学段学校分学段判断；规则库未载生均用地、建筑标准，只列数，不作判定。",
            "Class size: the average class against the cap, by stage; land and floor areas are shown, not judged.",
        ),
        (
            "少于10名学生的计数写作“<10”，可由合计推算的写作“≥10”，其班额与生均数不列。",
            "Counts below ten pupils are written <10, what they could be told from ≥10; rates of them are left blank.",
        ),
    ]
    layer = plan.layers.schools
    rows = [] if layer is None else _rows(edition, layer.frame)
    filled = [at for at in range(len(_COLUMNS)) if at < _ALWAYS or any(row[at] not in {None, ""} for row in rows)]
    sheet = Sheet(
        "现状学校一览表",
        tuple(_COLUMNS[at] for at in filled),
        tuple(tuple(row[at] for at in filled) for row in rows),
        frozen=3,
    )
    unit = ("所、人、个、平方米", "schools, pupils, seats, m²")
    return PrintedTable(
        1, ("现状学校一览表", "Schools today"), sheet, unit, (*_caps_note(edition), *notes), totals=1 if rows else 0
    )


def _caps_note(edition: Edition) -> list[tuple[str, str]]:
    caps = class_caps(edition)
    zh = "、".join(f"{stage.zh}{cap}人" for stage, cap in caps.items())
    en = ", ".join(f"{stage.value} {cap}" for stage, cap in caps.items())
    return [(f"班额上限：{zh}。", f"Pupils of a class at most: {en}.")] if caps else []


def class_caps(edition: Edition) -> dict[Stage, int]:
    """Most pupils of a class by stage: the profile's, the project's own over them."""
    plan = edition.plan
    return dict(plan.book.caps()) | dict(plan.config.balance.caps)


def offers_by_school(edition: Edition) -> dict[str, list[Offer]]:
    """What each school of the layer offers today, by its id; empty without a balance."""
    found: dict[str, list[Offer]] = {}
    pupils = edition.pupils
    for offer in pupils.offers.rows if pupils is not None and pupils.offers is not None else ():
        if not offer.planned:
            found.setdefault(offer.id, []).append(offer)
    return found


def hidden_schools(plan: Plan) -> frozenset[str]:
    """Ids of the schools whose pupils the register does not tell; then no other table may."""
    layer = plan.layers.schools
    if layer is None:
        return frozenset()
    hidden = hidden_places(figures(layer.frame, "enrolment"))
    return frozenset(str(each) for each in layer.frame.index[hidden])


def school_order(plan: Plan) -> list[int]:
    """Rows of the schools layer by district, first stage and id."""
    layer = plan.layers.schools
    if layer is None:
        return []
    district, _ = located_schools(plan)
    ranks = [min((list(Stage).index(Stage(each)) for each in stages), default=9) for stages in layer.frame["stages"]]
    last = len(plan.units.district_ids)
    keys = [
        (int(district[row]) if district[row] >= 0 else last, ranks[row], natural_key(str(each)))
        for row, each in enumerate(layer.frame.index)
    ]
    return sorted(range(len(keys)), key=keys.__getitem__)


def figures(frame: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """A column of numbers; nan where it is blank or missing."""
    return frame[column].to_numpy(dtype=float) if column in frame else np.full(len(frame), np.nan)


def _rows(edition: Edition, frame: pd.DataFrame) -> list[tuple[Value, ...]]:
    plan = edition.plan
    names = (
        "classes", "enrolment", "oversized_classes", "capacity", "boarding_beds", "site_area_m2", "floor_area_m2",
        "sports_area_m2", "year_open",
    )  # fmt: skip
    columns = {name: figures(frame, name) for name in names}
    hidden = hidden_places(columns["enrolment"])
    district, area = located_schools(plan)
    offers, caps = offers_by_school(edition), class_caps(edition)
    rows: list[tuple[Value, ...]] = []
    for row in school_order(plan):
        each = str(frame.index[row])
        pupils = columns["enrolment"][row]
        is_open = not hidden[row] and pupils > 0
        rows.append(
            (
                len(rows) + 1, each, str(frame["name"].iloc[row]), stage_words(frame["stages"].iloc[row]),
                OWNERSHIP_ZH.get(_word(frame, "ownership", row), ""), district_label(plan, int(district[row])),
                _word(frame, "township", row), area_words(str(area[row])), known(columns["classes"][row]),
                open_count(pupils, hidden=bool(hidden[row])),
                _ratio(pupils, columns["classes"][row]) if is_open else None,
                _sizes(offers.get(each, []), caps) if is_open else "",
                *(known(columns[name][row]) for name in names[2:8]),
                _ratio(columns["site_area_m2"][row], pupils) if is_open else None,
                _ratio(columns["floor_area_m2"][row], pupils) if is_open else None,
                known(columns["year_open"][row]),
            )
        )  # fmt: skip
    return [_total(columns, len(rows), offers, caps), *rows] if rows else []


def _word(frame: pd.DataFrame, column: str, row: int) -> str:
    return str(frame[column].iloc[row] or "") if column in frame else ""


def _ratio(part: float, whole: float) -> float | None:
    return round(float(part / whole), 1) if whole > 0 and np.isfinite(part) else None


def _sizes(offers: list[Offer], caps: dict[Stage, int]) -> str:
    """`符合 / met`, or which stages are over the cap; '' where no class size is known."""
    judged = [offer for offer in offers if offer.stage in caps and np.isfinite(offer.per_class)]
    if not judged:
        return ""
    over = [offer for offer in judged if offer.is_large(caps[offer.stage])]
    if not over:
        return "符合 / met"
    return "超上限：" + "、".join(f"{offer.stage.zh}{offer.per_class:.1f}" for offer in over) + " / over"


def _total(
    columns: dict[str, NDArray[np.float64]], count: int, offers: dict[str, list[Offer]], caps: dict[Stage, int]
) -> tuple[Value, ...]:
    def total(name: str) -> int | None:
        values = columns[name]
        return None if np.isnan(values).all() else round(float(np.nansum(values)))

    large = sum(
        any(each.stage in caps and each.is_large(caps[each.stage]) for each in mine) for mine in offers.values()
    )
    sizes = f"超上限：{large}所 / over" if offers else ""
    pupils = total("enrolment")
    return (
        None, "", f"合计 {count:,} 所", "", "", "", "", "", total("classes"),
        None if pupils is None else open_count(pupils, hidden=False), None, sizes,
        *(total(name) for name in ("oversized_classes", "capacity", "boarding_beds")),
        *(total(name) for name in ("site_area_m2", "floor_area_m2", "sports_area_m2")), None, None, None,
    )  # fmt: skip
