import json
import os
import signal
import subprocess
import sys
import time

import pytest

from geoplan import cli

HOMES = [{"id": f"d{x}", "people": 1, "x": x * 1000, "y": 0} for x in (0, 1, 2, 10, 11, 12)]
SCHOOLS = [{"id": "1", "name": "一小", "stage": "primary", "capacity": 3, "x": 1000, "y": 0}]
SITES = [
    {"id": str(x), "name": f"S{x}", "stage": "primary", "capacity": 2, "cost": 1, "x": x * 1000, "y": 0}
    for x in (0, 2, 10, 11, 12)
]


@pytest.fixture(scope="module")
def town(write_project):
    return write_project(population=HOMES, schools=SCHOOLS, sites=SITES, head={"stages": '["primary"]'})


def geoplan(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "geoplan", *map(str, arguments)], capture_output=True, text=True, check=False, cwd=cwd
    )


def answer(*arguments):
    done = geoplan(*arguments, "--json")
    assert done.returncode in {0, 1}, done.stderr
    return json.loads(done.stdout)


def test_help_imports_no_heavy_library():
    code = (
        "import sys, geoplan, geoplan.cli;"
        "heavy = set('numpy pandas geopandas shapely sklearn numba osmnx folium highspy pyproj'.split());"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_coverage_prints_one_object_with_the_promised_keys(town):
    found = answer("coverage", town, "--stage", "primary", "--travel", "straight", "--radius-m", "1000")
    assert {"stage", "travel", "radius_m", "people", "people_covered", "share_covered", "districts"} <= set(found)
    assert (found["stage"], found["travel"], found["radius_m"]) == ("primary", "straight", 1000)
    assert (found["people"], found["people_covered"], found["share_covered"]) == (6, 3, 0.5)


def test_propose_prints_one_object_with_the_promised_keys(town):
    found = answer("propose", town, "--stage", "primary", "--model", "p_median", "--new", "1")
    assert found["sites"] == ["11"]
    assert (found["objective"], found["bound"], found["gap"], found["status"]) == (4000, 4000, 0, "optimal")
    excluded = answer("propose", town, "--stage", "primary", "--model", "p_median", "--new", "1", "--exclude", "11")
    assert (excluded["sites"], excluded["objective"]) == (["10"], 5000)


def test_why_fewer_sites_are_proposed_is_printed(town):
    done = geoplan("propose", town, "--stage", "primary", "--new", "5", "--radius-m", "1500")
    assert done.returncode == 0
    assert "of 5 sites are proposed: more would not make the plan better." in done.stdout


def test_seats_that_do_not_suffice_are_exit_code_1_and_no_crash(town):
    done = geoplan("propose", town, "--stage", "primary", "--model", "p_median", "--new", "1", "--seats", "--json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert (found["status"], found["unserved"]) == ("infeasible", 1)


def test_a_rule_that_is_not_met_is_exit_code_1_and_a_radius_of_ones_own_is_no_rule(town):
    assert geoplan("coverage", town, "--stage", "primary").returncode == 1
    assert geoplan("coverage", town, "--stage", "primary", "--radius-m", "1000").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("coverage", "{town}", "--stage", "primary", "--travel", "walk", "--radius-m", "500"), "no roads"),
        (("coverage", "{town}", "--stage", "primary", "--radius-m", "-5"), "above 0 m"),
        (("coverage", "{town}", "--stage", "primry"), "primry"),
        (("coverage", "{town}/nowhere", "--stage", "primary"), "No project.toml"),
        (("propose", "{town}", "--stage", "primary", "--new", "9"), "5 candidates"),
        (("propose", "{town}", "--stage", "primary", "--model", "p_centre"), "p_centre"),
        (("propose", "{town}", "--stage", "primary", "--new", "1", "--exclude", "99"), "'99'"),
        (("propose", "{town}", "--stage", "primary", "--new", "1", "--min-load", "3"), "--seats"),
        (("propose", "{town}", "--stage", "primary", "--seats"), "--new"),
        (("propose", "{town}", "--stage", "primary", "--new", "1", "--seats", "--budget", "3"), "does not go with"),
        (("rules", "--profile", "xingtei"), "Did you mean 'xingtai'?"),
        (("publish", "{town}", "--map", "consultatoin"), "Did you mean 'consultation'?"),
        (("layers", "school"), "Did you mean 'schools'?"),
    ],
)
def test_wrong_use_is_exit_code_2_with_what_to_do_and_no_traceback(town, arguments, message):
    done = geoplan(*[str(argument).replace("{town}", str(town)) for argument in arguments])
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_check_reports_every_finding_and_fails_on_errors(write_project):
    twice = write_project(population=[*HOMES, {**HOMES[0], "people": -3}], schools=SCHOOLS)
    done = geoplan("check", twice, "--json")
    codes = {finding["code"] for finding in json.loads(done.stdout)["findings"]}
    assert {"duplicate-id", "negative-people"} <= codes
    assert done.returncode == 1


def test_bad_input_writes_nothing_over_the_last_good_output(write_project, tmp_path):
    bad = write_project(population=[{**HOMES[0], "people": -3}], schools=SCHOOLS)
    (tmp_path / "consultation.html").write_text("the last good one")
    done = geoplan("run", bad, "--out", tmp_path)
    assert done.returncode == 2
    assert "below 0, the lowest -3. [d0]" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["consultation.html"]
    assert (tmp_path / "consultation.html").read_text() == "the last good one"


def test_run_writes_everything_and_two_runs_the_same_bytes(town, tmp_path):
    folders = tmp_path / "one", tmp_path / "two"
    for folder in folders:
        done = geoplan("run", town, "--out", folder)
        assert done.returncode == 0, done.stderr
    one, two = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders)
    assert set(one) == {"consultation.html", "geoplan.gpkg", "geoplan.xlsx", "manifest.json", "summary.json"}
    assert one == two


def test_run_with_strict_fails_on_verdicts_that_are_not_met(town, tmp_path):
    assert geoplan("run", town, "--out", tmp_path, "--strict").returncode == 1


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent as a POSIX signal")
@pytest.mark.parametrize("after_s", [0.5, 2.5, 3.5])
def test_ctrl_c_leaves_no_half_written_output(tmp_path, after_s):
    (tmp_path / "consultation.html").write_text("the last good one")
    process = subprocess.Popen(
        [sys.executable, "-m", "geoplan", "run", "--out", str(tmp_path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        # a background shell would have told its children to ignore Ctrl-C
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    )
    time.sleep(after_s)
    # again, as one does where a library is just starting and drops the first one
    for _ in range(3):
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            time.sleep(1)
    # 130 from the command line; the signal's own number where Python was still starting
    assert process.wait(timeout=60) in {130, -signal.SIGINT}
    assert [path.name for path in tmp_path.iterdir()] == ["consultation.html"]
    assert (tmp_path / "consultation.html").read_text() == "the last good one"


def test_ctrl_c_that_compiled_code_hides_in_a_system_error_is_still_a_ctrl_c(monkeypatch, capsys):
    def interrupted(**_options):
        raise SystemError("<built-in function> returned a result with an exception set") from KeyboardInterrupt()

    def broken(**_options):
        raise SystemError("of another cause")

    monkeypatch.setattr(cli, "app", interrupted)
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 130
    assert "interrupted" in capsys.readouterr().err
    monkeypatch.setattr(cli, "app", broken)
    with pytest.raises(SystemError):
        cli.main()


def test_init_makes_a_project_that_says_what_is_missing(tmp_path):
    folder = tmp_path / "city"
    assert geoplan("init", folder).returncode == 0
    assert (folder / "project.toml").is_file()
    done = geoplan("check", folder)
    assert done.returncode == 1
    assert "data/schools.gpkg" in done.stderr + done.stdout
    counts = dict(reversed(part.split()) for part in done.stdout.splitlines()[-1].split(", "))
    assert all(word.endswith("s") == (count != "1") for word, count in counts.items())
    assert [word.removesuffix("s") for word in counts] == ["error", "warning", "note"]
    assert geoplan("init", folder).returncode == 2


def test_the_working_directory_is_the_project_when_it_holds_one(town):
    done = geoplan("coverage", "--stage", "primary", "--radius-m", "1000", "--json", cwd=town)
    assert json.loads(done.stdout)["people"] == 6


def test_rules_and_layers_and_doctor_answer_in_json():
    rules = json.loads(geoplan("rules", "--profile", "combined", "--json").stdout)
    keys = {
        "id",
        "stage",
        "area",
        "quantity",
        "operator",
        "low",
        "high",
        "unit",
        "clause",
        "source",
        "line",
        "evidence",
    }
    assert all(keys <= set(rule) for rule in rules)
    assert {row["role"] for row in json.loads(geoplan("layers", "--json").stdout)} >= {"schools", "population"}
    assert all(row["good"] for row in json.loads(geoplan("doctor", "--json").stdout))
