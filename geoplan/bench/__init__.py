"""The benchmarks behind `geoplan bench`: what must be reached, measured, each case in a process of its own."""

from geoplan.bench.case import Case, Target, Task
from geoplan.bench.run import Report, list_cases, run_bench

__all__ = ["Case", "Report", "Target", "Task", "list_cases", "run_bench"]
