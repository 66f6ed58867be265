"""Run one case in a process of its own, and judge what came of it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from geoplan.bench.case import Case, Kind, Outcome

if TYPE_CHECKING:
    from pathlib import Path

BUILD_S = 300.0
"""Beyond the limit: reading or drawing the task, and compiling the kernels the first time."""

PEER_MOST_S = 650.0
"""Longest that the peer is waited for."""

KNOWN_ROUNDING = 2e-7
"""Relative differences below this are none."""


def measure(case: Case, folder: Path | None, *, limit_s: float | None, seed: int) -> Outcome:
    """What came of a case.

    Args:
        limit_s: time limit for the model, in place of the case's own.
    """
    if case.missing:
        return Outcome(case.family, case.name, "absent", known=case.known, note=case.missing)
    limit_s = case.target.limit_s if limit_s is None else limit_s
    answer = _in_process(case, folder, limit_s=limit_s, seed=seed, peer=False)
    failures = _failures(case, answer)
    if case.kind is Kind.RATIO and not failures:
        answer, failures = _compared(case, folder, answer, seed=seed)
    names = ("objective", "bound", "gap", "seconds", "cpu_s", "peak_mb", "idle_mb", "pairs")
    return Outcome(
        case.family, case.name, answer["status"], known=case.known, note=answer.get("note", ""),
        failures=tuple(failures), **{name: answer.get(name) for name in names},
    )  # fmt: skip


def _in_process(case: Case, folder: Path | None, *, limit_s: float, seed: int, peer: bool) -> dict[str, Any]:
    request = {
        "folder": None if folder is None else str(folder.resolve()), "family": case.family, "name": case.name,
        "limit_s": limit_s, "seed": seed, "peer": peer,
    }  # fmt: skip
    # a session of its own: Ctrl-C reaches this process alone, which then ends the other one
    process = subprocess.Popen(
        [sys.executable, "-m", "geoplan.bench.child"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        out, error = process.communicate(json.dumps(request), timeout=1.5 * limit_s + BUILD_S)
    except subprocess.TimeoutExpired:
        return {"status": "killed", "note": f"still running {0.5 * limit_s + BUILD_S:.0f} s after its limit"}
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    if process.returncode:
        last = error.strip().splitlines()[-1] if error.strip() else f"exit code {process.returncode}"
        return {"status": "error", "note": last}
    answer: dict[str, Any] = json.loads(out.splitlines()[-1])
    return answer


def _failures(case: Case, answer: dict[str, Any]) -> list[str]:
    """What of the target was not reached, in words; empty: all was."""
    target = case.target
    if answer["status"] in {"error", "killed"}:
        return [answer["status"]]
    if case.kind is Kind.WHAT_IF:
        slow = answer["question_ms"] > (target.question_ms or np.inf)
        return [f"{answer['question_ms']:.2f} ms a question"] if slow else []
    if answer["objective"] is None:
        return [f"no plan ({answer['status']})"]
    failures = [] if not answer["wrong"] else ["the objective is not that of the sites"]
    if target.proved and answer["status"] != "optimal":
        failures.append("not proved")
    if target.gap and answer["gap"] > target.gap * (1 + 1e-6):
        failures.append(f"gap above {target.gap:.2%}")
    failures += _against_known(case, answer)
    if answer["seconds"] > target.within_s:
        failures.append(f"longer than {target.within_s:g} s")
    if target.memory_mb is not None and (answer["peak_mb"] or 0.0) > target.memory_mb:
        failures.append(f"more than {target.memory_mb:g} MB")
    return failures


def _against_known(case: Case, answer: dict[str, Any]) -> list[str]:
    if case.known is None:
        return []
    sign = -1.0 if answer["model"] == "max_cover" else 1.0
    worse = sign * (answer["objective"] - case.known) / max(abs(case.known), 1e-12)
    rounding = _rounding(case.known)
    failures = []
    if case.known_proved and worse < -rounding:
        failures.append("better than a proved optimum")
    if answer["status"] == "optimal" and worse > rounding:
        failures.append("proved, and worse than the best known")
    if case.target.above is not None and worse > case.target.above + rounding:
        failures.append(f"more than {case.target.above:.2%} above the best known")
    return failures


def _rounding(known: float) -> float:
    """What a published value may be off, relatively: half of its last digit where it is not whole."""
    half = 0.0 if float(known).is_integer() else 0.5 * 10.0 ** -len(repr(float(known)).partition(".")[2])
    return max(KNOWN_ROUNDING, half / abs(known))


def _compared(case: Case, folder: Path | None, ours: dict[str, Any], *, seed: int) -> tuple[dict[str, Any], list[str]]:
    """The answer with the ratios against the peer, which need not be waited for longer than the ratio needs."""
    ratio, memory_ratio = case.target.ratio or 1.0, case.target.memory_ratio or 1.0
    limit_s = float(np.clip(1.2 * ratio * ours["seconds"], 60.0, PEER_MOST_S))
    peer = _in_process(case, folder, limit_s=limit_s, seed=seed, peer=True)
    if peer["status"] != "measured":
        return {**ours, "note": peer["note"]}, [] if peer["status"] == "absent" else [f"spopt: {peer['status']}"]
    faster, lighter = peer["seconds"] / ours["seconds"], ours["peak_mb"] / peer["peak_mb"]
    ended = peer["seconds"] < limit_s
    plan = "no plan" if peer["objective"] is None else f"a plan {peer['objective'] / ours['objective']:.3f} × ours"
    note = (
        f"spopt with HiGHS: {peer['seconds']:.1f} s{'' if ended else ' (not finished)'}, {peer['cpu_s']:.1f} CPU s, "
        f"{peer['peak_mb']:.0f} MB, "
        f"{plan}; geoplan is {'' if ended else 'over '}{faster:.0f} times faster in {lighter:.3f} of the memory"
    )
    failures = []
    if faster < ratio:
        failures.append(f"{faster:.1f} times faster, not {ratio:g}")
    if lighter > memory_ratio:
        failures.append(f"{lighter:.3f} of the memory, not {memory_ratio:g}")
    return {**ours, "note": note}, failures
