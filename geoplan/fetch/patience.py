"""How often and how long to ask again: bounded, by the server's own Retry-After where it gives one."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geoplan.fetch.answer import Answer, Cure, FaultError

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Clock:
    """Time, so that tests need not wait for it.

    Attributes:
        now: seconds, rising.
        sleep: wait so many seconds.
    """

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True)
class Patience:
    """When to give up.

    Attributes:
        tries: questions for one cell in all.
        unreached_tries: of these without any connection: a wrong address does not mend itself.
        first_s: pause after the first fault; it doubles each time.
        longest_s: no pause is longer; a server that asks for more ends the run, to be resumed later.
        between_s: pause between two cells, out of regard for servers that are free for all.
        clock: see there.
    """

    tries: int = 5
    unreached_tries: int = 3
    first_s: float = 5.0
    longest_s: float = 300.0
    between_s: float = 1.0
    clock: Clock = field(default_factory=Clock)

    def pause_s(self, fault: FaultError, attempt: int) -> float:
        """Seconds to wait after the n-th fault (from 1), never beyond `longest_s`."""
        return min(self.longest_s, max(self.first_s * 2.0 ** (attempt - 1), fault.after_s or 0.0))

    def ask(self, question: Callable[[], Answer], told: Callable[[str], None]) -> Answer:
        """Ask until there is an answer, or no more hope.

        Args:
            question: one try.
            told: hears about every fault and pause.

        Raises:
            FaultError: the last one; its cure is `SPLIT` where less would help, else `NONE`.
        """
        attempt = unreached = 0
        while True:
            try:
                return question()
            except FaultError as fault:
                attempt += 1
                unreached += not fault.reached
                heavy = fault.cure is Cure.WAIT_THEN_SPLIT and attempt >= 2
                if heavy or fault.cure is Cure.SPLIT:
                    raise FaultError(fault.what, Cure.SPLIT) from fault
                if (fault.after_s or 0.0) > self.longest_s:
                    what = f"{fault.what}; it asks to wait {fault.after_s:,.0f} s"
                    raise FaultError(what, Cure.NONE) from fault
                if fault.cure is Cure.NONE or attempt >= self.tries or unreached >= self.unreached_tries:
                    times = f" (asked {attempt} times)" if attempt > 1 else ""
                    raise FaultError(fault.what + times, Cure.NONE, reached=fault.reached) from fault
                pause_s = self.pause_s(fault, attempt)
                told(f"{fault.what}; asking again in {pause_s:g} s ({attempt + 1} of {self.tries})")
                self.clock.sleep(pause_s)
