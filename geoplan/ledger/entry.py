"""One line of the ledger: a clause in one place, its figure, its verdict, and where the figure comes from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from geoplan.rules import State
from geoplan.rules.rule import SERVICE_RADIUS

if TYPE_CHECKING:
    from geoplan.ledger.reading import Need
    from geoplan.rules import Clause


class Deadline(StrEnum):
    """Where a clause's deadline stands in the year of the ledger."""

    NONE = "none"
    OPEN = "open"
    PASSED = "passed"

    @property
    def zh(self) -> str:
        """The Chinese label."""
        return {"none": "无期限", "open": "未到期", "passed": "已到期"}[self.value]


@dataclass(frozen=True)
class Entry:
    """A clause in one place.

    Attributes:
        place, place_name: district id and name, or '' for the whole project.
        value, unit: the figure, or None without one.
        state: met, not met, ambiguous, shown, pool, no data, or not applicable.
        zh, en: how the figure comes about, or what is missing.
        variant_zh, variant_en: what tells two readings of one clause apart.
        rows, count: ids that fail or concern; see `Reading`.
        needs: what is missing, where the state is no data.
        short, short_unit: how much is missing to meet the clause; 0 where it fails though nothing is missing (too
            many), None where it does not fail or nothing can be counted.
        children: the counts of children that stand in the sentence, the value or the shortfall; see `Reading`.
    """

    clause: Clause
    place: str
    place_name: str
    value: float | None
    unit: str
    state: State
    deadline: Deadline
    zh: str
    en: str
    variant_zh: str = ""
    variant_en: str = ""
    rows: tuple[str, ...] = ()
    count: int = 0
    needs: tuple[Need, ...] = ()
    short: float | None = None
    short_unit: str = ""
    children: tuple[float, ...] = ()

    @property
    def target(self) -> str:
        """What the value is to reach, in its own unit: a radius is met by the share of people within it."""
        target = self.clause.target
        if self.clause.indicator == SERVICE_RADIUS and self.unit == "%" and target:
            return f"覆盖率 100 %（服务半径 {target}）"
        return target

    @property
    def verdict_zh(self) -> str:
        """The verdict with its deadline: `已到期：不符合`."""
        return f"{self.deadline.zh}：{self.state.zh}" if self._is_due else self.state.zh

    @property
    def verdict_en(self) -> str:
        """The verdict with its deadline: `deadline passed: not met`."""
        words = self.state.value.replace("_", " ")
        return f"deadline {self.deadline.value}: {words}" if self._is_due else words

    @property
    def _is_due(self) -> bool:
        """Whether a deadline says anything of the state: a figure that is only shown is never late."""
        return self.deadline is not Deadline.NONE and self.state not in {State.SHOWN, State.NOT_APPLICABLE}

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        clause = self.clause
        return {
            "clause": clause.id,
            "kind": clause.kind.value,
            "level": clause.level.value,
            "scope": clause.scope,
            "text": clause.text,
            "source": clause.citation,
            "evidence": clause.evidence,
            "operator": clause.operator,
            "quantity": clause.quantity,
            "indicator": clause.indicator,
            "target": self.target,
            "year": clause.year,
            "deadline": self.deadline.value,
            "place": self.place,
            "place_name": self.place_name,
            "value": None if self.value is None else round(self.value, 4),
            "unit": self.unit,
            "state": self.state.value,
            "verdict": {"zh": self.verdict_zh, "en": self.verdict_en},
            "short": None if self.short is None else round(self.short, 4),
            "short_unit": self.short_unit,
            "zh": self.zh,
            "en": self.en,
            "variant": {"zh": self.variant_zh, "en": self.variant_en} if self.variant_zh else None,
            "rows": list(self.rows),
            "count": self.count,
            "needs": [f"{need.role}: {', '.join(need.columns)}" for need in self.needs],
            "notice": {"zh": clause.notice_zh, "en": clause.notice_en} if clause.notice_zh else None,
        }
