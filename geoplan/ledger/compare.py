"""Two ledgers of one project under two profiles: what the other city's rules would cost here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoplan.ledger.words import figure
from geoplan.rules import Kind, State

if TYPE_CHECKING:
    from geoplan.ledger.entry import Entry
    from geoplan.ledger.ledger import Ledger
    from geoplan.types import Words

Key = tuple[str, str, str, str, str]


@dataclass(frozen=True)
class Difference:
    """The same thing read under two profiles.

    Attributes:
        one, other: entries of the first and second ledger; None where that profile says nothing of it.
        place, place_name: where.
        more: how much more is missing under the other's clause, in `unit`; 0 where nothing more is, below 0 where
            less is; None where it cannot be counted.
    """

    one: Entry | None
    other: Entry | None
    place: str
    place_name: str
    more: float | None
    unit: str
    zh: str
    en: str

    @property
    def changes(self) -> bool:
        """True where the verdict differs."""
        return self.one is None or self.other is None or self.one.state is not self.other.state

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "one": None if self.one is None else {"clause": self.one.clause.id, "state": self.one.state.value},
            "other": None if self.other is None else {"clause": self.other.clause.id, "state": self.other.state.value},
            "place": self.place,
            "place_name": self.place_name,
            "more": self.more,
            "unit": self.unit,
            "zh": self.zh,
            "en": self.en,
        }


def compare(one: Ledger, other: Ledger) -> tuple[Difference, ...]:
    """What would change if `other`'s rules held: changed verdicts, and more or less missing, clause by clause.

    Clauses are matched by indicator, level and scope, in the same place and variant; those left over also with one of
    another scope (then what is missing is not subtracted: it is of other people) or without data. Of several clauses of
    a profile that match, the strictest there counts: the one that is not met, and misses most. Entries that say the
    same under both profiles are left out.
    """
    pairs = _pairs(_strictest(one), _strictest(other))
    rows = [row for pair in pairs if (row := _difference(*pair, (one, other))) is not None]
    return tuple(sorted(rows, key=lambda row: (row.place != "", -(row.more or 0.0) if row.unit else 0.0)))


_RANK = {
    State.NOT_MET: 0, State.POOL: 1, State.AMBIGUOUS: 2, State.MET: 3, State.NO_DATA: 4, State.SHOWN: 5,
    State.NOT_APPLICABLE: 6,
}  # fmt: skip


_JUDGED = {State.MET, State.NOT_MET, State.POOL}


def _strictest(ledger: Ledger) -> dict[Key, Entry]:
    found: dict[Key, Entry] = {}
    for entry in ledger.entries:
        clause = entry.clause
        if clause.kind is not Kind.RULE or clause.operator == "baseline":
            continue
        key = (clause.indicator, clause.level.value, clause.scope, entry.place, entry.variant_zh)
        held = found.get(key)
        if held is None or _strictness(entry) < _strictness(held):
            found[key] = entry
    return found


def _pairs(first: dict[Key, Entry], second: dict[Key, Entry]) -> list[tuple[Entry | None, Entry | None]]:
    def alike(one: Key, other: Key) -> bool:
        # without data there are no variants
        same_variant = one[4] == other[4] or "" in {one[4], other[4]}
        return (one[0], one[1], one[3]) == (other[0], other[1], other[3]) and same_variant

    lone = {key: entry for key, entry in first.items() if key not in second}
    found: list[tuple[Entry | None, Entry | None]] = []
    for key, entry in second.items():
        near = [each for each in lone if alike(each, key)] if key not in first else []
        own = min(near, key=lambda each: _strictness(lone[each]), default=None)
        found.append((first.get(key) if own is None else lone.pop(own), entry))
    return [*found, *((entry, None) for entry in lone.values())]


def _strictness(entry: Entry) -> tuple[int, float]:
    return _RANK[entry.state], -(entry.short or 0.0)


def _difference(one: Entry | None, other: Entry | None, ledgers: tuple[Ledger, Ledger]) -> Difference | None:
    either = other if other is not None else one
    if either is None:
        return None
    known = [entry for entry in (one, other) if entry is not None]
    more = _more(one, other)
    same = len(known) == 2 and known[0].state is known[1].state and not more
    shown = all(entry.state in {State.SHOWN, State.NO_DATA, State.NOT_APPLICABLE} for entry in known)
    if same or shown:
        return None
    unit = next((entry.short_unit for entry in (other, one) if entry is not None and entry.short_unit), "")
    name = either.place_name or either.place
    zh, en = _sentence(one, other, ledgers, more, unit)
    where = f"{name}：" if name else ""
    return Difference(
        one, other, either.place, either.place_name, more, unit, f"{where}{zh}", f"{name + ': ' if name else ''}{en}"
    )


def _more(one: Entry | None, other: Entry | None) -> float | None:
    """Missing under the other less missing under the one.

    None unless both are judged, of the same people, and those that fail say by how much in one unit.
    """
    if one is None or other is None or one.clause.scope != other.clause.scope:
        return None
    units = {entry.short_unit for entry in (one, other)} - {""}
    if {one.state, other.state} - _JUDGED or len(units) > 1:
        return None
    shorts = [0.0 if entry.state is not State.NOT_MET else entry.short for entry in (one, other)]
    return None if shorts[0] is None or shorts[1] is None else round(shorts[1] - shorts[0], 6)


def _sentence(
    one: Entry | None, other: Entry | None, ledgers: tuple[Ledger, Ledger], more: float | None, unit: str
) -> tuple[str, str]:
    halves_zh, halves_en = [], []
    for entry, ledger in zip((one, other), ledgers, strict=True):
        profile = ledger.profile
        if entry is None:
            halves_zh.append(f"{profile.title_zh}无此条")
            halves_en.append(f"{profile.title_en} has no such clause")
            continue
        clause = entry.clause
        about, about_en = _about(entry, one, other)
        halves_zh.append(f"{profile.title_zh} {clause.id}{f'（{about}）' if about else ''}{entry.state.zh}")
        state = entry.state.value.replace("_", " ")
        halves_en.append(f"{profile.title_en} {clause.id}{f' ({about_en})' if about_en else ''}: {state}")
        if more is None and entry.short:
            # where nothing can be subtracted, each says by itself what it misses
            halves_zh[-1] += f"，缺 {figure(entry.short)} {entry.short_unit}"
            halves_en[-1] += f", {figure(entry.short)} {entry.short_unit} missing"
    zh, en = " → ".join(halves_zh), " -> ".join(halves_en)
    if more:
        word, word_en = ("多缺", "more missing") if more > 0 else ("少缺", "fewer missing")
        zh, en = f"{zh}；{word} {figure(abs(more))} {unit}", f"{en}; {figure(abs(more))} {unit} {word_en}"
    return zh, en


_SCOPES = {
    "all": "全域", "urban": "城镇", "rural": "农村", "county": "各县", "township": "乡镇", "main_urban": "主城区",
    "unknown": "未注明",
}  # fmt: skip


def _about(entry: Entry, one: Entry | None, other: Entry | None) -> Words:
    """The target, and the scope where the two clauses differ in it."""
    clause = entry.clause
    differs = one is not None and other is not None and one.clause.scope != other.clause.scope
    scope, scope_en = (_SCOPES[clause.scope], clause.scope.replace("_", " ")) if differs else ("", "")
    return "，".join(filter(None, (scope, clause.target))), ", ".join(filter(None, (scope_en, clause.target)))
