"""Figures of 近期建设项目: how many are built, of which kind and when, and each with its classes and seats."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from geoplan.publish.figures.figure import Figure, Method, part, printed
from geoplan.publish.statutory.states import BUILT, ENDING, built_schools

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from geoplan.plan import Plan
    from geoplan.publish.privacy import Count
    from geoplan.publish.statutory.states import PlannedSchool

METHOD = Method(
    "built",
    "近期建设项目表的行：建设项目表中未完成的新建、改扩建、迁建项目和本方案的选址；增加学位为规划学位减现状学位，净增再减去撤并学校的学位。",
    "Rows of the table of near-term projects: unfinished projects of the projects table and proposed sites; more seats "
    "are those planned less those of today; net of the seats of schools that close.",
    ("tables: 近期建设项目表",),
)


def built_keys(schools: Sequence[PlannedSchool]) -> list[tuple[str, PlannedSchool]]:
    """The rows of 近期建设项目表, each with how its figures' ids begin; of a plot that stages share: @2."""
    seen: Counter[str] = Counter()
    found = []
    for school in built_schools(schools):
        name = part("、".join(school.projects) or school.id)
        seen[name] += 1
        found.append((f"built.project.{name}" + (f"@{seen[name]}" if seen[name] > 1 else ""), school))
    return found


def built_groups(schools: Sequence[PlannedSchool]) -> dict[str, list[PlannedSchool]]:
    """The projects by kind, by where they come from and by year, under the beginning of their figures' ids."""
    built = built_schools(schools)
    groups = {f"built.{action.value}": [each for each in built if each.action is action] for action in BUILT}
    groups["built.listed"] = [each for each in built if each.projects]
    groups["built.proposed"] = [each for each in built if not each.projects]
    for each in built:
        groups.setdefault(f"built.year.{each.year or 'none'}", []).append(each)
    return {"built": built} | {key: group for key, group in groups.items() if group}


def built_figures(plan: Plan, schools: Sequence[PlannedSchool]) -> Iterator[Figure]:
    """Every figure of the near-term projects.

    Args:
        schools: from `planned_schools`.
    """
    layers = {role: len(layer) for role in ("schools", "projects", "sites") if (layer := plan.layers.of(role))}
    for key, group in built_groups(schools).items():
        seats = [each.seats_more for each in group if each.seats_more is not None]
        yield _figure(f"{key}.count", "项目数", "projects", len(group), "projects", layers)
        yield _figure(f"{key}.seats", "较现状增加学位", "more seats than today", sum(seats), "seats", layers)
        yield _figure(f"{key}.unsized", "未定规模的项目数", "projects without a size", len(group) - len(seats),
                      "projects", layers)  # fmt: skip
    ended = [-each.seats_more for each in schools if each.action in ENDING and each.seats_more is not None]
    more = sum(each.seats_more for each in built_schools(schools) if each.seats_more is not None)
    yield _figure("built.ended", "撤并减少学位", "seats that closings end", sum(ended), "seats", layers)
    yield _figure("built.net", "增减相抵净增学位", "more seats, closings taken off", more - sum(ended), "seats", layers)
    for key, each in built_keys(schools):
        rows = tuple(f"projects:{project}" for project in each.projects) or (f"sites:{each.id}",)
        lines: tuple[tuple[str, str, str, Count, str], ...] = (
            ("classes", "规划班数", "classes as planned", _whole(each.classes), "classes"),
            ("seats", "规划学位", "seats as planned", _whole(each.seats), "seats"),
            ("seats_more", "较现状增加学位", "more seats than today", each.seats_more, "seats"),
            ("year", "建成年份", "year of completion", each.year, "year"),
        )
        for name, zh, en, value, unit in lines:
            yield _figure(f"{key}.{name}", f"{each.name}：{zh}", f"{each.name}: {en}", value, unit, layers, rows)


def _figure(
    key: str, zh: str, en: str, value: Count, unit: str, layers: Mapping[str, int], rows: tuple[str, ...] = ()
) -> Figure:
    words = f"近期建设项目，{zh}", f"near-term projects, {en}"
    return Figure(key, *words, value, unit, printed(value, unit), "", "", layers, METHOD, rows)


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
