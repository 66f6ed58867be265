"""The table of issue 3: every case that must be reached, measured; the same as `geoplan bench`.

python tests/bench/bench_locate.py [--instances ../shared/bench] [--family pmed] [--case pmed36] [--limit-s 30]
                                   [--runs 3] [--json out.json] [--list]
"""

from __future__ import annotations

import argparse
import json
import sys
from functools import partial
from pathlib import Path

from geoplan.bench import list_cases, run_bench
from geoplan.errors import GeoplanError


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--instances", type=Path, help="folder of published instances; without it the generated cases")
    parser.add_argument("--family", action="append", default=[], help="may be given several times")
    parser.add_argument("--case", action="append", default=[], help="may be given several times")
    parser.add_argument("--limit-s", type=float)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="write all outcomes here, too")
    parser.add_argument("--list", action="store_true", help="say which cases there are")
    asked = parser.parse_args()
    if asked.instances is not None and not asked.instances.is_dir():
        print(f"{asked.instances} is not there: the published instances are not part of the project")
        return 0
    if asked.list:
        print("\n".join(list_cases(asked.instances, families=asked.family, names=asked.case)))
        return 0
    report = run_bench(
        asked.instances,
        families=asked.family,
        names=asked.case,
        limit_s=asked.limit_s,
        runs=asked.runs,
        seed=asked.seed,
        say=partial(print, flush=True),
    )
    if asked.json is not None:
        asked.json.write_text(json.dumps(report.as_dict(), indent=1), encoding="utf-8")
    return 0 if report.passed else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except GeoplanError as error:
        sys.exit(f"bench: {error}")
