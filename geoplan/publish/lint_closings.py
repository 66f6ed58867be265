"""The lint on closings: what the plan closes and its own simulation says to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.coverage import ClosureVerdict
from geoplan.publish.sheets import id_words
from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from geoplan.coverage import Closure


def lint_closings(closures: Mapping[str, Sequence[Closure]]) -> Iterator[Finding]:
    """A warning for each school that closes although some of its pupils would then have too far to go."""
    for school, tried in closures.items():
        keep = [each for each in tried if each.verdict is ClosureVerdict.KEEP]
        if keep:
            stages = "、".join(each.stage.zh for each in keep)
            named = f"{keep[0].name}（{id_words(school, 'schools')}）"
            yield Finding(
                Severity.WARNING,
                "closing-against-verdict",
                f"{named}列为撤并，撤并测算的判定却是{stages}保留 / {school} is to close, and the simulation of its "
                f"closing says to keep it ({', '.join(each.stage.value for each in keep)}).",
                why="Table 6 tells how many would have too far to go; whoever reads the set sees both.",
                fix="Keep the school, or give its pupils a nearer school, a bus or boarding places first.",
                layer="schools",
            )
