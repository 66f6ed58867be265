from __future__ import annotations

import json
import runpy
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array

from geoplan.bench import Case, Target, Task, list_cases, run_bench
from geoplan.bench.case import Kind, Outcome
from geoplan.bench.generated import city, generated_cases, growing, matrix, people_band, uniform
from geoplan.bench.measure import measure
from geoplan.bench.peer import solve_with_spopt
from geoplan.bench.published import published_cases
from geoplan.bench.recompute import recomputed
from geoplan.bench.summary import summarised
from geoplan.errors import InputError, MissingFileError, ProblemError
from geoplan.locate import Model, Points, make_problem, worth

ROOT = Path(__file__).resolve().parents[1]
HEAD = "family,problem,instance,p,value,optimal,verified_here,note,source\n"
PMED = "4 4 2\n1 2 3\n2 3 4\n3 4 1\n4 1 9\n"


@pytest.fixture
def published(tmp_path):
    """An instance whose optimum is 4: told rightly, told wrongly, without its file, with a fault in its file."""
    (tmp_path / "orlib_pmed").mkdir()
    for name, text in {"pmed1": PMED, "pmed2": PMED, "pmed4": PMED.replace("2 3 4", "2 3 x")}.items():
        (tmp_path / "orlib_pmed" / f"{name}.txt").write_text(text)
    rows = ["pmed1,2,4,y", "pmed2,2,3,y", "pmed3,2,3,y", "pmed4,2,4,y"]
    (tmp_path / "KNOWN_VALUES.csv").write_text(HEAD + "".join(f"orlib_pmed,p-median,{row},,,\n" for row in rows))
    return tmp_path


def answer(**changes):
    given = {
        "status": "optimal", "model": "p_median", "objective": 100.0, "bound": 100.0, "gap": 0.0, "seconds": 1.0,
        "cpu_s": 1.0, "peak_mb": 300.0, "idle_mb": 200.0, "pairs": 10, "note": "", "wrong": False,
    }  # fmt: skip
    return given | changes


@pytest.fixture
def judged(monkeypatch):
    """judged(target, known=…, …the answer's changes…) -> the outcome, without running anything."""

    def judge(target, *, known=None, known_proved=False, kind=Kind.SOLVE, **changes):
        case = Case("family", "case", lambda: None, target, known, known_proved, kind)
        monkeypatch.setattr("geoplan.bench.measure._in_process", lambda *_, **__: answer(**changes))
        return measure(case, None, limit_s=None, seed=0)

    return judge


def test_a_folder_is_run_and_each_case_judged_by_its_known_value(published):
    said = []
    report = run_bench(published, families=["pmed"], say=said.append)
    right, wrong, absent, faulty = report.outcomes
    assert (right.status, right.objective, right.failures) == ("optimal", 4.0, ())
    assert right.seconds < 60
    assert right.peak_mb > right.idle_mb > 0
    assert wrong.failures == ("proved, and worse than the best known",)
    assert (absent.status, absent.failures) == ("absent", ())
    assert (faulty.status, faulty.failures) == ("error", ("error",))
    assert "line 3: expected an edge" in faulty.note
    assert not report.passed
    assert any("pmed: 1 of 3 reached" in line and "1 without their files" in line for line in said)
    assert json.loads(json.dumps(report.as_dict()))["outcomes"][0]["difference"] == 0.0


def test_the_script_lists_the_cases_and_says_when_the_files_are_absent(tmp_path, monkeypatch, capsys):
    main = runpy.run_path(str(ROOT / "tests" / "bench" / "bench_locate.py"))["main"]
    monkeypatch.setattr(sys, "argv", ["bench_locate.py", "--list"])
    assert main() == 0
    assert "20000x500" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["bench_locate.py", "--instances", str(tmp_path / "absent")])
    assert main() == 0
    assert "is not there" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("target", "changes", "failures"),
    [
        (Target(9.0, proved=True), {}, ()),
        (Target(9.0, proved=True), {"status": "feasible", "gap": 0.1}, ("not proved",)),
        (Target(9.0, gap=0.01), {"status": "feasible", "gap": 0.01}, ()),
        (Target(9.0, gap=0.01), {"status": "feasible", "gap": 0.02}, ("gap above 1.00%",)),
        (Target(0.5), {}, ("longer than 0.5 s",)),
        (Target(9.0, memory_mb=200), {}, ("more than 200 MB",)),
        (Target(9.0), {"wrong": True}, ("the objective is not that of the sites",)),
        (Target(9.0), {"objective": None, "status": "time_limit"}, ("no plan (time_limit)",)),
        (Target(9.0), {"status": "killed"}, ("killed",)),
        (Target(9.0, above=0.005), {"known": 99.0, "status": "feasible"}, ("more than 0.50% above the best known",)),
        (Target(9.0, above=0.02), {"known": 99.0, "status": "feasible"}, ()),
        (Target(9.0), {"known": 99.0}, ("proved, and worse than the best known",)),
        (Target(9.0), {"known": 101.0}, ()),
        (Target(9.0), {"known": 101.0, "known_proved": True}, ("better than a proved optimum",)),
        (Target(9.0), {"known": 99.0, "known_proved": True, "model": "max_cover"}, ("better than a proved optimum",)),
        (Target(9.0), {"objective": 100.006, "known": 100.01, "known_proved": True}, ()),
    ],
)
def test_a_case_is_judged_by_its_target(judged, target, changes, failures):
    assert judged(target, **changes).failures == failures


def test_the_gap_that_is_asked_for_also_keeps_a_plan_near_the_best_known():
    assert Target(9.0, gap=1e-3, above=2e-4).asked_gap == 2e-4
    assert Target(9.0, gap=1e-3).asked_gap == 1e-3


def test_a_ratio_is_judged_by_both_runs(judged, monkeypatch):
    runs = []

    def run(case, folder, *, limit_s, seed, peer):
        runs.append((peer, limit_s))
        return {**answer(), "status": "measured", "seconds": 30.0, "peak_mb": 2000.0} if peer else answer()

    target = Target(9.0, ratio=50.0, memory_ratio=0.1)
    case = Case("spopt", "case", lambda: None, target, kind=Kind.RATIO)
    monkeypatch.setattr("geoplan.bench.measure._in_process", run)
    outcome = measure(case, None, limit_s=None, seed=0)
    assert runs == [(False, target.limit_s), (True, 60.0)]
    assert outcome.failures == ("30.0 times faster, not 50", "0.150 of the memory, not 0.1")
    assert "30 times faster in 0.150 of the memory" in outcome.note


def test_a_peer_that_is_not_installed_is_said_and_no_failure(monkeypatch):
    monkeypatch.setitem(sys.modules, "pulp", None)
    assert solve_with_spopt(matrix(4, 3, p=1), limit_s=1.0) == {
        "status": "absent",
        "note": "spopt is not installed: pip install spopt pulp highspy",
    }


def test_what_if_questions_are_judged_by_their_milliseconds(judged):
    target = Target(9.0, question_ms=10.0)
    assert judged(target, kind=Kind.WHAT_IF, question_ms=9.0).failures == ()
    assert judged(target, kind=Kind.WHAT_IF, question_ms=11.0).failures == ("11.00 ms a question",)


def test_a_family_is_judged_by_its_cpu_time_and_its_growth():
    slow = Outcome("pmed", "a", "optimal", cpu_s=130.0)
    lines, failures = summarised([slow, replace(slow, name="b")])
    assert lines == ["pmed: 2 of 2 reached, 260.0 CPU s in all, at most 130.0, median 130.0"]
    assert failures == ["pmed: 260.0 CPU s in all, not 240"]
    grown = [Outcome("growth_x", str(n), "optimal", cpu_s=0.01 * n**1.5, pairs=n) for n in (100, 1_000, 10_000)]
    lines, failures = summarised(grown)
    assert "CPU s grow with pairs^1.50 (from size to size: 1.50, 1.50)" in lines[0]
    assert failures == ["growth_x: exponent 1.50, not 1.2"]


def test_unknown_families_names_and_limits_are_refused(published, tmp_path):
    with pytest.raises(ProblemError, match=r"There is no family 'citty'\. Did you mean 'city'"):
        list_cases(families=["citty"])
    with pytest.raises(ProblemError, match="There is no case 'pmed77'"):
        list_cases(published, names=["pmed77"])
    with pytest.raises(ProblemError, match="at least 1 run"):
        run_bench(runs=0, say=print)
    with pytest.raises(MissingFileError, match=r"KNOWN_VALUES\.csv: no such file"):
        published_cases(tmp_path / "absent")
    (published / "KNOWN_VALUES.csv").write_text("family,instance\n")
    with pytest.raises(InputError, match="line 1: expected the columns"):
        published_cases(published)
    (published / "KNOWN_VALUES.csv").write_text(HEAD + "orlib_pmed,p-median,pmed1,5,many,y,,,\n")
    with pytest.raises(InputError, match="line 2: expected a number as value, found 'many'"):
        published_cases(published)


def test_cases_are_unique_and_chosen_by_family_and_name():
    keys = [(case.family, case.name) for case in generated_cases()]
    assert len(set(keys)) == len(keys)
    assert len(list_cases(families=["growth_p_median"])) == 4
    assert len(list_cases(names=["5000x500"])) == 4


@pytest.mark.parametrize("task", [uniform(60, 12, p=3), uniform(60, 12, p=3, cutoff_m=2_000.0), matrix(60, 12, p=3)])
def test_a_plan_recomputed_by_the_benchmark_agrees_with_the_checker(task):
    problem = make_problem(task.model, task.costs, **task.keywords)
    is_open = np.arange(12) % 4 == 1
    sites = [problem.costs.site_ids[each] for each in np.flatnonzero(is_open)]
    assert recomputed(task, sites) == pytest.approx(worth(problem, is_open).objective)


def test_recomputing_knows_prices_centres_and_covers():
    far = Points(np.array([[0.0, 0.0], [10.0, 0.0]]), np.array([[0.0, 0.0], [10.0, 0.0]]), 5.0)
    assert recomputed(Task(Model.P_MEDIAN, far, {"p": 1, "unserved_cost": 7.0}), ["0"]) == 7
    assert recomputed(Task(Model.P_CENTER, replace(far, cutoff_m=None), {"p": 1}), ["1"]) == 10
    reach = csr_array(np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]]))
    cover = Task(Model.SET_COVER, reach, {"site_costs": np.array([2.0, 5.0, 2.0])})
    assert recomputed(cover, ["0", "2"]) == 4
    assert recomputed(cover, ["0"]) == np.inf
    assert recomputed(Task(Model.CAPACITATED, reach, {}), ["0"]) is None


def test_generated_tasks_are_what_the_table_says():
    task = city(Model.MAX_COVER, cell_m=100.0)
    assert (len(task.costs.demand_xy), len(task.costs.site_xy), task.costs.cutoff_m) == (400_000, 5_000, 1_500.0)
    assert (len(set(task.keywords["fixed"])), task.keywords["new"]) == (300, 50)
    band = people_band().keywords
    assert (len(set(band["fixed"])), band["min_loads"], band["capacities"]) == (200, 7_000, 20_000)
    assert 200 * 7_000 < band["weights"].sum() < 230 * 20_000
    small = make_problem(Model.MAX_COVER, growing(Model.MAX_COVER, demands=5_000).costs, p=12)
    assert 5_000 * 14 < len(small.costs.site) < 5_000 * 21
