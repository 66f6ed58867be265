"""How long a solve may still take, whether somebody has pressed Ctrl-C, and whom to tell how far it has come."""

from __future__ import annotations

import signal
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType


@dataclass(frozen=True)
class Progress:
    """How far a solve has come.

    Attributes:
        seconds: since it began.
        phase: what is being done, a few words.
        objective, bound: of the best plan and the best proof so far, in the solver's sense (always minimising);
            None while there is none; never infinite.
    """

    seconds: float
    phase: str
    objective: float | None = None
    bound: float | None = None


@dataclass
class _Stop:
    asked: bool = False


@dataclass(frozen=True)
class Clock:
    """The time left of a solve.

    Attributes:
        began, ends: in seconds of `time.perf_counter`.
        progress: called with a `Progress`, or None.
    """

    began: float
    ends: float
    progress: Callable[[Progress], None] | None = None
    _stop: _Stop = field(default_factory=_Stop, repr=False)

    @property
    def seconds(self) -> float:
        """Since the solve began."""
        return time.perf_counter() - self.began

    @property
    def left_s(self) -> float:
        """Seconds left, 0 when it is over or somebody has asked to stop."""
        return 0.0 if self._stop.asked else max(self.ends - time.perf_counter(), 0.0)

    @property
    def over(self) -> bool:
        """Time is up, or somebody has asked to stop: return the best plan so far."""
        return self.left_s <= 0.0

    @property
    def stopped(self) -> bool:
        """Somebody has asked to stop."""
        return self._stop.asked

    def stop(self) -> None:
        """Ask to stop: every part of the solve returns the best that it has."""
        self._stop.asked = True

    def within(self, seconds: float) -> Clock:
        """The same clock, ending after at most so many seconds from now."""
        return Clock(self.began, min(self.ends, time.perf_counter() + seconds), self.progress, self._stop)

    def lasting(self, seconds: float) -> Clock:
        """The same clock, ending after at least so many seconds from now."""
        return Clock(self.began, max(self.ends, time.perf_counter() + seconds), self.progress, self._stop)

    def silent(self) -> Clock:
        """The same clock, which tells nobody: for threads, since a listener need not expect to be told by two."""
        return Clock(self.began, self.ends, None, self._stop)

    def tell(self, phase: str, objective: float | None = None, bound: float | None = None) -> None:
        """Tell whoever listens; what is not finite is not known yet."""
        if self.progress is not None:
            known = (None if each is None or not isfinite(each) else each for each in (objective, bound))
            self.progress(Progress(self.seconds, phase, *known))


def start_clock(limit_s: float = float("inf"), progress: Callable[[Progress], None] | None = None) -> Clock:
    """A clock that starts now."""
    now = time.perf_counter()
    return Clock(now, now + limit_s, progress)


@contextmanager
def stopped_by_ctrl_c(clock: Clock) -> Iterator[Clock]:
    """Within it the first Ctrl-C stops the clock and the second one raises KeyboardInterrupt.

    Only where Ctrl-C has its usual meaning, and only in the main thread: Python lets no other thread decide on it.
    """
    usual = threading.current_thread() is threading.main_thread()
    usual = usual and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not usual:
        yield clock
        return

    def ask(number: int, frame: FrameType | None) -> None:
        if clock.stopped:
            signal.default_int_handler(number, frame)
        clock.stop()

    signal.signal(signal.SIGINT, ask)
    try:
        yield clock
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
