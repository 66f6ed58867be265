"""Memory of this process."""

from __future__ import annotations

import sys
from pathlib import Path

STATUS = Path("/proc/self/status")


def memory_mb(*, peak: bool) -> float | None:
    """Memory that this process holds, or the most that it has held; None where the system does not tell.

    On Linux from /proc: `ru_maxrss` would count what the process before it held, too.
    """
    if STATUS.is_file():
        name = "VmHWM:" if peak else "VmRSS:"
        line = next(line for line in STATUS.read_text(encoding="ascii").splitlines() if line.startswith(name))
        return int(line.split()[1]) / 1024
    if sys.platform == "darwin" and peak:
        import resource  # noqa: PLC0415  there is none on Windows

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return None
