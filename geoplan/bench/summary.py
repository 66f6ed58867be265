"""What is asked of a whole family: its CPU time in all, and how its cost grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.bench.case import Outcome

CPU_S = {"pmed": 240.0}
"""Most CPU seconds of a whole family."""

EXPONENT = 1.2
"""Growth counts as close to linear up to this exponent of the pairs in reach."""


def summarised(outcomes: Sequence[Outcome]) -> tuple[list[str], list[str]]:
    """A line for each family, and what whole families fail."""
    lines, failures = [], []
    for family in dict.fromkeys(each.family for each in outcomes):
        own = [each for each in outcomes if each.family == family]
        run = [each for each in own if each.status != "absent"]
        passed = sum(not each.failures for each in run)
        cpu = [each.cpu_s for each in run if each.cpu_s is not None]
        line = f"{family}: {passed} of {len(run)} reached"
        if cpu:
            line += f", {sum(cpu):.1f} CPU s in all, at most {max(cpu):.1f}, median {np.median(cpu):.1f}"
        if len(run) < len(own):
            line += f", {len(own) - len(run)} without their files"
        if family in CPU_S and sum(cpu) > CPU_S[family]:
            failures.append(f"{family}: {sum(cpu):.1f} CPU s in all, not {CPU_S[family]:g}")
        if family.startswith("growth_"):
            text, exponent = _growth(run)
            line += text
            if exponent is not None and exponent > EXPONENT:
                failures.append(f"{family}: exponent {exponent:.2f}, not {EXPONENT:g}")
        lines.append(line)
    return lines, failures


def _growth(outcomes: Sequence[Outcome]) -> tuple[str, float | None]:
    """The exponent k of CPU seconds ~ pairs^k by least squares, and between each two neighbours."""
    points = [(each.pairs, each.cpu_s) for each in outcomes if each.pairs and each.cpu_s]
    if len(points) < 2:
        return "", None
    pairs, seconds = np.log(np.array(sorted(points))).T
    exponent = float(np.polyfit(pairs, seconds, 1)[0])
    steps = ", ".join(f"{step:.2f}" for step in np.diff(seconds) / np.diff(pairs))
    return f"; CPU s grow with pairs^{exponent:.2f} (from size to size: {steps})", exponent
