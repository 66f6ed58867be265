"""Central kindergartens of the townships: how many, and whether every township has one."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from geoplan.ledger.reading import WHOLE, Indicator, Need, Reading
from geoplan.ledger.schools import offering
from geoplan.ledger.words import ROWS, figure, names_en, names_zh, share
from geoplan.rules import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.ledger.world import World
    from geoplan.rules import Clause

_Township = tuple[str, str]
_SUFFIXES = ("民族乡", "镇", "乡")
_IN_TOWN = ("街道", "街道办", "办事处")


def _central_per_township(world: World, clause: Clause) -> Sequence[Reading]:
    """Public central kindergartens of each township. Two are no ceiling."""
    townships, held = _townships(world), _held(world, clause)
    low = clause.low if clause.low is not None else 1.0
    found = []
    for place in (WHOLE, *world.counties):
        mine = [key for key in townships if place in {WHOLE, key[0]}]
        short = [name for county, name in mine if held.get((county, name), 0) < low]
        number = int(sum(held.get(key, 0) for key in mine))
        zh = f"{len(mine)} 个乡镇，公办中心园 {number} 所（平均 {figure(number / len(mine)) if mine else '—'} 所）"
        en = f"{len(mine)} townships with {number} public central kindergartens"
        if short:
            zh, en = f"{zh}；不足的乡镇：{names_zh(short)}", f"{en}; too few in: {names_en(short)}"
        missing = sum(low - held.get(key, 0) for key in mine if held.get(key, 0) < low)
        state = State.NOT_APPLICABLE if not mine else State.NOT_MET if short else State.MET
        value = number / len(mine) if mine else None
        found.append(
            Reading(place, value, zh, en, rows=tuple(short[:ROWS]), count=len(short), state=state,
                    short=missing or None, short_unit="所")
        )  # fmt: skip
    return found


def _central_count(world: World, clause: Clause) -> Sequence[Reading]:
    """All public central kindergartens, and how many of the townships have one."""
    townships, held = _townships(world), _held(world, clause)
    found = []
    for place in (WHOLE, *world.counties):
        mine = [key for key in townships if place in {WHOLE, key[0]}]
        number, having = int(sum(held.get(key, 0) for key in mine)), sum(held.get(key, 0) > 0 for key in mine)
        zh = f"公办中心园 {number} 所，有园的乡镇 {share(having, len(mine))}"
        en = f"{number} public central kindergartens, townships with one: {share(having, len(mine))}"
        if lost := sum(count for key, count in held.items() if place in {WHOLE, key[0]} and key not in townships):
            zh, en = f"{zh}；{lost} 所未注明乡镇，未计入", f"{en}; {lost} that name no township left out"
        state = None if mine else State.NOT_APPLICABLE
        found.append(Reading(place, float(number) if mine else None, zh, en, state=state))
    return found


def _held(world: World, clause: Clause) -> dict[_Township, int]:
    """Public central kindergartens by (county, township)."""
    world.table("schools", "central", "ownership", "township")
    frame = offering(world, clause.level)
    rows = frame.loc[(frame["central"] == True) & (frame["ownership"] == "public")]  # noqa: E712  None is no answer
    known = _known(world)
    said = zip(rows["county"].astype(str), rows["township"].astype(str).str.strip(), strict=True)
    return Counter(known.get(each, each) for each in said)


def _townships(world: World) -> list[_Township]:
    """(county, township) of every township that a school or a village names; 街道 are none."""
    return list(dict.fromkeys(_known(world).values()))


def _known(world: World) -> dict[_Township, _Township]:
    """(county, township as written) → in full: 官庄 is 官庄镇 where the county has no 官庄乡 besides."""
    written: dict[_Township, None] = {}
    for role in ("population", "schools"):
        if not world.has(role, "township"):
            continue
        names = world.table(role)["township"].astype(str).str.strip()
        for county, name in zip(world.county_of(role).astype(str), names, strict=True):
            if name and not name.endswith(_IN_TOWN):
                written[county, name] = None
    in_full: dict[_Township, list[str]] = {}
    for county, name in written:
        for suffix in _SUFFIXES:
            if name.endswith(suffix):
                in_full.setdefault((county, name.removesuffix(suffix)), []).append(name)
                break
    alone = {key: (key[0], names[0]) for key, names in in_full.items() if len(names) == 1}
    return {key: alone.get(key, key) for key in written}


_NEEDS = (Need("schools", ("central", "ownership", "township")),)

INDICATORS = (
    Indicator("central_kindergartens_per_township", "乡镇公办中心园数", "public central kindergartens a township",
              "所/乡镇", _NEEDS, _central_per_township),
    Indicator("central_kindergartens", "乡镇公办中心园总数", "public central kindergartens", "所", _NEEDS,
              _central_count),
)  # fmt: skip
