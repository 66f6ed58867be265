"""What must be done before a rural school is closed, step by step, each with its source."""

from __future__ import annotations

from dataclasses import dataclass

_NO_48 = "国办发〔2012〕48号（转引）"


@dataclass(frozen=True)
class Step:
    """One step of the procedure.

    Attributes:
        source: the document that asks for it.
        evidence: `secondary`: seen quoted on a public page, not in the document itself.
    """

    id: str
    zh: str
    en: str
    source: str
    evidence: str = "secondary"

    def as_dict(self) -> dict[str, str]:
        """Plain values for JSON."""
        return {"id": self.id, "zh": self.zh, "en": self.en, "source": self.source, "evidence": self.evidence}


PROCEDURE: tuple[Step, ...] = (
    Step("plan", "列入经批准的布局专项规划", "it stands in an approved layout plan", _NO_48),
    Step("argument", "论证撤并的必要性与可行性", "need and feasibility are argued", _NO_48),
    Step("hearing", "听证：听取学生家长、村民意见", "a hearing of parents and villagers", "河北省实施意见（转引）"),
    Step("parents", "多数家长反对的不得强行撤并", "not against most parents", _NO_48),
    Step(
        "publication",
        "公示：河北省要求公示一个月，其他省份按当地规定",
        "publication: one month in Hebei, elsewhere as the province rules",
        "河北省实施意见（转引）",
    ),
    Step("seats", "先建后撤：接收学校的学位、寄宿、交通先行落实", "build first, then close", _NO_48),
    Step("approval", "报批：按程序报上级政府审批后方可实施", "approval by the government above", _NO_48),
)
"""Hearing and publication in Hebei: the provincial implementing opinion; the rest: 国办发〔2012〕48号 as quoted."""
