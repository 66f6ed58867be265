"""Damaged files of every format, through the command line: an answer or a clear error, nothing silent, memory bounded.

A few hundred cases in every run. More by hand, from any number on, so that ten thousand fit into several terminals:

    GEOPLAN_FUZZ_CASES=10000 pytest tests/inputs/fuzz
    GEOPLAN_FUZZ_FROM=7312 GEOPLAN_FUZZ_CASES=1 pytest tests/inputs/fuzz    # one case again

Case n is always the same input; its files are left in a folder of your own by
`python tests/inputs/fuzz/worker.py n 1 FOLDER`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

CASES = int(os.environ.get("GEOPLAN_FUZZ_CASES", "144"))
FROM = int(os.environ.get("GEOPLAN_FUZZ_FROM", "0"))
WORKER = Path(__file__).parent / "worker.py"
KINDS = (
    "csv", "csv.gz", "xlsx", "geojson", "gpkg", "districts", "shp", "zip", "kml", "kmz", "dxf", "osm", "graphml", "fgb",
    "parquet", "tif", "duckdb", "toml", "real",
)  # fmt: skip
MOST_MB = 3_000


@pytest.fixture(scope="module")
def answers():
    """One answer for each case; a worker that was ended by a case is started again behind it."""
    told, first, end = [], FROM, FROM + CASES
    while first < end:
        done = subprocess.run(
            [sys.executable, str(WORKER), str(first), str(end - first)], capture_output=True, text=True, check=False
        )
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        told += [line for line in lines if "case" in line]
        started = max((line["start"] for line in lines if "start" in line), default=None)
        if done.returncode == 0:
            break
        assert started is not None, done.stderr
        how = (
            "took too long"
            if -done.returncode in {signal.SIGALRM, signal.SIGPROF}
            else f"ended the process with {done.returncode}"
        )
        told.append({"case": started, "kind": "?", "faults": [f"{how}: {done.stderr[-500:]}"]})
        first = started + 1
    return told


@pytest.mark.parametrize("kind", [*KINDS, "?"])
def test_a_damaged_file_brings_an_answer_or_a_clear_error(answers, kind):
    of_kind = [answer for answer in answers if answer["kind"] == kind]
    faulty = {f"case {answer['case']} ({answer.get('done')})": answer["faults"] for answer in of_kind}
    assert {case: faults for case, faults in faulty.items() if faults} == {}


def test_memory_stays_bounded(answers):
    assert max(answer.get("peak_mb", 0) for answer in answers) < MOST_MB


@pytest.mark.skipif(CASES < 100, reason="too few cases to say")
def test_the_cases_are_no_straw_men(answers):
    """Of the damaged files many load and many are refused; otherwise the damage would be too great, or none."""
    loaded = [answer["code"] == 0 for answer in answers if isinstance(answer.get("code"), int)]
    assert 0.1 < sum(loaded) / len(loaded) < 0.9
