"""Work in processes of its own, each of which is heard of again: by what it raised, or by its having died."""

from __future__ import annotations

import signal
import traceback
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

from geoplan.errors import PublishError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection


@contextmanager
def each_in_a_process(work: Callable[..., object], parts: Sequence[tuple[Any, ...]]) -> Iterator[Callable[[], None]]:
    """Start `work(*part)` for each part in a spawned process; what is handed out waits for all of them.

    A pool starts a process that died anew, for ever: one that cannot even be started, or that the system ended for
    want of memory, would never be heard of. Whatever ends the block (an error, Ctrl-C) ends the processes, too.

    Args:
        work: a function that another process can import.

    Raises:
        PublishError: from the wait: a process died without a word.
        Exception: from the wait: what `work` raised.
    """
    context = get_context("spawn")
    started = []
    try:
        for part in parts:
            mine, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_do, args=(theirs, work, part), daemon=True)
            process.start()
            theirs.close()  # then its death is the end of what can be read here
            started.append((process, mine))

        def finish() -> None:
            for process, mine in started:
                try:
                    error = mine.recv()
                except EOFError:
                    process.join()
                    raise PublishError(
                        f"A process that drew pictures ended with code {process.exitcode}; was there too little "
                        "memory? Nothing was written. Try again with one process (processes=1)."
                    ) from None
                if error is not None:
                    raise error

        yield finish
    finally:
        for process, mine in started:
            process.terminate()
            process.join()
            mine.close()


def _do(answer: Connection, work: Callable[..., object], part: tuple[Any, ...]) -> None:
    # Ctrl-C is for the process that somebody watches; it ends the others
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        work(*part)
    except Exception as error:  # noqa: BLE001  handed on to the process that waits
        error.add_note(traceback.format_exc())
        answer.send(error)
    else:
        answer.send(None)
