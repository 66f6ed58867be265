"""Two pieces of work at once, on two cores; what they give does not depend on which one ends first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, TypeVar

from geoplan.kernels import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geoplan.locate.clock import Clock

    Given = TypeVar("Given")
    Result = TypeVar("Result")

LISTEN_S, TELL_S = 0.05, 1.0
"""Seconds between two moments in which Ctrl-C is heard, and between two words to those who wait."""


def at_once(
    work: Callable[[Given], Result], given: Sequence[Given], clock: Clock, meanwhile: Callable[[], None]
) -> list[Result]:
    """What the work makes of each of a few given things, in their order.

    Args:
        work: lets go of Python's lock for most of its time, tells nobody, and ends when the clock is over.
        clock: is stopped by whatever interrupts the waiting.
        meanwhile: called now and then, in this thread.
    """
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="geoplan-zones") as threads:
        begun, told = [threads.submit(work, each) for each in given], clock.seconds
        try:
            while wait(begun, LISTEN_S).not_done:
                if clock.seconds - told >= TELL_S:
                    told = clock.seconds
                    meanwhile()
        except BaseException:
            clock.stop()
            raise
        return [each.result() for each in begun]
