"""表1 现状学校一览表: the register of schools as the layer holds it, with class sizes against the caps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geoplan.publish.privacy import hidden_places, open_count
from geoplan.publish.sheets import Column, Sheet, area_words, district_label, id_words, known, stage_words
from geoplan.publish.sheets_today import OWNERSHIP_ZH, located_schools
from geoplan.publish.stage_seats import balanced_today, class_caps, seats_today
from geoplan.publish.statutory.printed import PrintedTable
from geoplan.types import Stage, natural_key

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from geoplan.demand import Offer, StageSeats
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
    Column("登记学位", "seats as listed", "count", 9),
    *(Column(f"{stage.zh}学位", f"{stage.value} seats", "count", 9) for stage in Stage),
    Column("寄宿床位", "beds", "count", 9),
    Column("占地面积（㎡）", "site, m²", "count", 11),
    Column("建筑面积（㎡）", "floor, m²", "count", 11),
    Column("运动场地（㎡）", "sports, m²", "count", 11),
    Column("生均占地（㎡）", "site per pupil, m²", "decimal", 10),
    Column("生均建筑（㎡）", "floor per pupil, m²", "decimal", 10),
    Column("建校年", "opened", "year", 8),
)
_NAMED = 5
_ALWAYS = 4
"""The first columns are printed whatever the layer holds."""

SEATS_NOTE = (
    "各学段学位按班数×班额上限计，缺班数时用登记学位；多学段学校分学段计，各表、图、网页同此。登记学位为学校图层原数，不参与计算。",
    (
        "Seats of a stage are its classes times the cap, else its part of the seats listed; so they are in every table "
        "and map. Seats as listed are those of the roster and enter no other total."
    ),
)


def register_table(edition: Edition) -> PrintedTable:
    """Every school, by district, stage and id; columns that the layer does not fill are left out."""
    plan = edition.plan
    notes = [
        SEATS_NOTE,
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
    rows = [] if layer is None else _rows(plan, layer.frame)
    filled = [at for at in range(len(_COLUMNS)) if at < _ALWAYS or any(row[at] not in {None, ""} for row in rows)]
    sheet = Sheet(
        "现状学校一览表",
        tuple(_COLUMNS[at] for at in filled),
        tuple(tuple(row[at] for at in filled) for row in rows),
        frozen=3,
    )
    unit = ("所、人、个、平方米", "schools, pupils, seats, m²")
    return PrintedTable(
        1,
        ("现状学校一览表", "Schools today"),
        sheet,
        unit,
        (*_caps_note(plan), *notes, *_ended_note(plan)),
        totals=2 if rows else 0,
    )


def _caps_note(plan: Plan) -> list[tuple[str, str]]:
    caps = class_caps(plan)
    zh = "、".join(f"{stage.zh}{cap}人" for stage, cap in caps.items())
    en = ", ".join(f"{stage.value} {cap}" for stage, cap in caps.items())
    return [(f"班额上限：{zh}。", f"Pupils of a class at most: {en}.")] if caps else []


def _ended_note(plan: Plan) -> list[tuple[str, str]]:
    """Schools that stand in this table and whose seats the balance of the same year does not count any more."""
    here, counted = seats_today(plan), balanced_today(plan)
    ended = sorted({row.id for row in here.rows} - {row.id for row in counted.rows})
    short = {stage: here.total(stage).public - counted.total(stage).public for stage in here.stages}
    words = "、".join(f"{stage.zh}{seats:,.0f}个" for stage, seats in short.items() if seats > 0)
    if not words:
        return []
    words_en = ", ".join(f"{stage.value} {seats:,.0f}" for stage, seats in short.items() if seats > 0)
    named = "、".join(id_words(each, "schools") for each in ended[:_NAMED]) + ("等" if len(ended) > _NAMED else "")
    return [
        (
            f"建设项目表列为{here.year}年以前停办、迁建而尚未完成的学校（{named}），其公办学位在本表，不在表3：{words}。",
            f"Schools that a project should have ended by {here.year} stand here and not in table 3: {words_en} seats.",
        )
    ]


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


_LAND = ("site_area_m2", "floor_area_m2", "sports_area_m2")
_FIGURES = ("classes", "enrolment", "oversized_classes", "capacity", "boarding_beds", *_LAND, "year_open")


def _rows(plan: Plan, frame: pd.DataFrame) -> list[tuple[Value, ...]]:
    columns = {name: figures(frame, name) for name in _FIGURES}
    hidden = hidden_places(columns["enrolment"])
    district, area = located_schools(plan)
    seats = seats_today(plan)
    offers, caps = seats.by_school(), class_caps(plan)
    rows: list[tuple[Value, ...]] = []
    for row in school_order(plan):
        each = str(frame.index[row])
        pupils = columns["enrolment"][row]
        is_open = not hidden[row] and pupils > 0
        rows.append(
            (
                len(rows) + 1, id_words(each, "schools"), str(frame["name"].iloc[row]),
                stage_words(frame["stages"].iloc[row]),
                OWNERSHIP_ZH.get(_word(frame, "ownership", row), ""), district_label(plan, int(district[row])),
                _word(frame, "township", row), area_words(str(area[row])), known(columns["classes"][row]),
                open_count(pupils, hidden=bool(hidden[row])),
                _ratio(pupils, columns["classes"][row]) if is_open else None,
                _sizes(offers.get(each, []), caps) if is_open else "",
                known(columns["oversized_classes"][row]), known(columns["capacity"][row]),
                *(known(seats.of(each, stage)) for stage in Stage), known(columns["boarding_beds"][row]),
                *(known(columns[name][row]) for name in _LAND),
                _ratio(columns["site_area_m2"][row], pupils) if is_open else None,
                _ratio(columns["floor_area_m2"][row], pupils) if is_open else None,
                known(columns["year_open"][row]),
            )
        )  # fmt: skip
    return [*_total_rows(columns, offers, caps, seats, len(rows)), *rows] if rows else []


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


def _total_rows(
    columns: dict[str, NDArray[np.float64]],
    offers: dict[str, list[Offer]],
    caps: dict[Stage, int],
    seats: StageSeats,
    count: int,
) -> list[tuple[Value, ...]]:
    """All schools; and of them the public seats, which stand in the balance."""

    def total(name: str) -> int | None:
        values = columns[name]
        return None if np.isnan(values).all() else round(float(np.nansum(values)))

    large = sum(
        any(each.stage in caps and each.is_large(caps[each.stage]) for each in mine) for mine in offers.values()
    )
    sizes = f"超上限：{large}所 / over" if offers else ""
    pupils = total("enrolment")
    both, public = seat_totals(seats)
    blank: tuple[Value, ...] = ("",) * 5
    return [
        (
            None, "", f"合计 {count:,} 所", *blank, total("classes"),
            None if pupils is None else open_count(pupils, hidden=False), None, sizes,
            total("oversized_classes"), total("capacity"), *both, total("boarding_beds"),
            *(total(name) for name in _LAND), None, None, None,
        ),
        (None, "", PUBLIC_SEATS, *blank, *(None,) * 3, "", None, None, *public, *(None,) * 7),
    ]  # fmt: skip


PUBLIC_SEATS = "其中公办学位"
"""Names the row of totals that the balance counts."""


def seat_totals(seats: StageSeats) -> tuple[list[Value], list[Value]]:
    """All seats, and public ones, of every stage in its order; None for stages that no school offers."""
    found = {stage: seats.total(stage) for stage in seats.stages}
    return (
        [round(found[stage].seats) if stage in found else None for stage in Stage],
        [round(found[stage].public) if stage in found else None for stage in Stage],
    )
