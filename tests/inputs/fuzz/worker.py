"""Run fuzz cases through the command line in this process, one JSON line for each; stopped by the clock and by memory.

    python tests/inputs/fuzz/worker.py FIRST COUNT [FOLDER]

A case that hangs is ended by SIGPROF or SIGALRM, which end this process: whoever started it reads the last line, notes
the case and goes on behind it.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import cases
import oracle

CASE_CPU_SECONDS, CASE_SECONDS = 30, 300
"""A case may compute for half a minute; on a busy machine that takes longer by the clock."""
REPOSITORY = Path(__file__).parents[3]
MORE_MEMORY = 3_000_000_000
"""Address space beyond what the process has after its first case, in bytes."""


def run(case: cases.Case, folder: Path) -> dict[str, Any]:
    """What geoplan answers to one case: its exit code, and `faults`, which has to be empty."""
    import geoplan.intake
    from geoplan import cli

    for name, content in case.seed.files.items():
        (folder / name).write_bytes(content)
    caught: list[Any] = []
    take_in = geoplan.intake.take_in

    def watched(*args: Any, **options: Any) -> Any:
        caught.append(take_in(*args, **options))
        return caught[-1]

    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", errors) for errors in ("strict", "backslashreplace"))
    faults: list[str] = []
    code: object = 0
    before = os.getcwd()  # noqa: PTH109
    os.chdir(folder)
    geoplan.intake.take_in = watched
    try:
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            warnings.catch_warnings(record=True) as said,
        ):
            warnings.simplefilter("always")
            sys.argv = ["geoplan", *_command(case)]
            cli.main()
            out.flush()
    except SystemExit as stop:
        code = stop.code or 0
    except BaseException as fault:  # noqa: BLE001  this is what is looked for
        code = type(fault).__name__
        faults.append(f"{_frame(fault)} {type(fault).__name__}: {str(fault)[:200]}")
    finally:
        geoplan.intake.take_in = take_in
        os.chdir(before)
    out.seek(0)
    err.seek(0)
    told = err.read()
    faults.extend(_unnamed(case, code, told, caught))
    faults.extend(
        f"warning leaked: {each.category.__name__} {str(each.message)[:120]} {each.filename[-40:]}:{each.lineno}"
        for each in said
    )
    if caught:
        faults.extend(f"silent: {each}" for each in oracle.silent_changes(case, caught[0]))
    return {"case": case.number, "kind": case.kind, "done": case.done, "code": code, "faults": faults, "told": told}


def _warm() -> None:
    """What is the same for every case is made once: the command line's parser, and the bundled layers/*.toml."""
    import osmnx  # noqa: F401  seconds, which are no case's own
    import typer

    from geoplan import cli
    from geoplan.inputs import schema

    parser = typer.main.get_command(cli.app)
    cli.app = parser
    read, bundled = schema.read_toml, cache(schema.read_toml)
    schema.read_toml = lambda path: bundled(path) if path.is_relative_to(REPOSITORY) else read(path)


def _command(case: cases.Case) -> list[str]:
    if case.kind == "toml":
        return ["check", "."]
    return ["intake", case.seed.name, "--role", case.seed.role, "--out", "out", *case.options]


def _frame(fault: BaseException) -> str:
    """The innermost line of geoplan's own."""
    frames = [each for each in traceback.extract_tb(fault.__traceback__) if "/geoplan/" in each.filename]
    last = frames[-1] if frames else traceback.extract_tb(fault.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno} {last.name}"


def _unnamed(case: cases.Case, code: object, told: str, caught: list[Any]) -> list[str]:
    """Messages that show a traceback, or errors that do not say which file is meant."""
    faults = []
    if "Traceback" in told:
        faults.append("a traceback was shown")
    if code == 2 and case.seed.name not in told and not case.options:
        faults.append(f"exit 2 without the file's name: {told[-200:]}")
    if code not in {0, 1, 2} and isinstance(code, int):
        faults.append(f"exit {code}")
    for taken in caught:
        wrong = [each for each in taken.errors if each.file != case.seed.name]
        faults.extend(f"error without the file's name: {each}" for each in wrong)
        if (code == 0) != (not taken.errors):
            faults.append(f"exit {code} with {len(taken.errors)} errors")
    return faults


def _limits() -> None:
    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MORE_MEMORY, resource.RLIM_INFINITY))


def main(first: int, count: int, keep: str = "") -> None:
    """Cases first … first + count - 1."""
    _warm()
    for number in range(first, first + count):
        print(json.dumps({"start": number}), flush=True)  # noqa: T201
        made = cases.case(number)
        if made is None:
            print(json.dumps({"case": number, "kind": "skipped", "faults": []}), flush=True)  # noqa: T201
            continue
        signal.setitimer(signal.ITIMER_PROF, CASE_CPU_SECONDS)
        signal.alarm(CASE_SECONDS)
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as scratch:
            answer = run(made, Path(keep) if keep else Path(scratch))
        signal.alarm(0)
        signal.setitimer(signal.ITIMER_PROF, 0)
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000
        answer |= {"seconds": round(time.monotonic() - began, 3), "peak_mb": peak_mb}
        print(json.dumps(answer), flush=True)  # noqa: T201
        if number == first:
            _limits()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:4])
