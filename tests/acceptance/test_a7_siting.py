"""A7 of the acceptance page: location-allocation on a line, from files and from the models themselves."""

import numpy as np
import pandas as pd
import pytest

from geoplan.errors import ProblemError
from geoplan.locate import Status, as_costs, capacitated, max_cover, p_median, set_cover

HOMES = (0, 1, 2, 10, 11, 12)
SITES = (0, 2, 10, 11, 12)


@pytest.fixture(scope="module")
def line(open_project):
    """line(homes_km, school_km, sites_km, unit_m) -> a project of CSV files in local metres."""

    def build(homes=HOMES, school=1, sites=SITES, *, unit_m=1000, capacity=3, site_columns=None, tail=""):
        columns = site_columns or {}
        return open_project(
            population=[{"id": f"d{x}", "people": 1, "x": x * unit_m, "y": 0} for x in homes],
            schools=[{"id": "s", "stage": "primary", "capacity": capacity, "x": school * unit_m, "y": 0}],
            sites=[
                {"id": x, "stage": "primary", "capacity": 2, "x": x * unit_m, "y": 0}
                | {name: values.get(x, "") for name, values in columns.items()}
                for x in sites
            ],
            tail=tail,
        )

    return build


def ask(project, model="p_median", **more):
    return project.propose("primary", model=model, **({"new": 1, "radius_m": 1000} | more))


def test_one_new_school_stands_at_11_with_a_total_way_of_4_km(line):
    plan = ask(line()).as_dict()
    assert plan["sites"] == ["11"]
    assert (plan["objective"], plan["bound"], plan["gap"], plan["status"]) == (4000, 4000, 0, "optimal")


@pytest.mark.parametrize("how", ["argument", "column", "project.toml"])
def test_without_11_the_lower_of_10_and_12_wins_with_5_km_on_twenty_runs(line, how):
    columns = {"excluded": {11: "加油站50米内"}} if how == "column" else None
    tail = '[propose]\nexclude = ["11"]' if how == "project.toml" else ""
    project = line(site_columns=columns, tail=tail)
    found = [ask(project, exclude=["11"] if how == "argument" else ()) for _ in range(20)]
    assert {plan.solution.new_sites for plan in found} == {("10",)}
    assert {plan.solution.objective for plan in found} == {5000}
    assert "11" in dict(found[0].candidates.rejected)
    if how == "column":
        assert dict(found[0].candidates.rejected)["11"] == "加油站50米内"


def test_maximal_cover_at_1_km_is_all_six_with_11_and_five_without(line):
    with_11, without = ask(line(), "max_cover"), ask(line(), "max_cover", exclude=["11"])
    assert (with_11.solution.objective, with_11.people_newly_covered) == (6, 3)
    assert (without.solution.objective, without.people_newly_covered) == (5, 2)
    assert without.solution.new_sites == ("10",)


def test_set_cover_needs_one_school_and_two_without_11(line):
    assert ask(line(), "set_cover", new=None).solution.new_sites == ("11",)
    without = ask(line(), "set_cover", new=None, exclude=["11"])
    assert len(without.solution.new_sites) == 2
    assert without.after.total.covered == 6


def test_seats_that_do_not_suffice_are_reported_with_1_unserved(line):
    shown = ask(line(), seats=True).as_dict()
    assert (shown["status"], shown["unserved"], shown["sites"]) == ("infeasible", 1, [])
    assert "1 stay unserved" in shown["reason"]
    assert ask(line(capacity=4), seats=True).solution.status is Status.OPTIMAL


@pytest.mark.parametrize("model", ["p_median", "max_cover"])
def test_a_vacated_campus_at_12_is_preferred_to_10_at_equal_cost(line, model):
    project = line(site_columns={"kind": {12: "闲置校舍", 10: "其他"}})
    (site,) = ask(project, model, exclude=["11"]).sites
    assert (site.id, site.kind) == ("12", "idle_campus")
    assert any("闲置校舍" in zh for zh, _ in site.why)


def test_a_vacated_campus_does_not_win_where_it_costs_more(line):
    project = line(site_columns={"kind": {12: "闲置校舍"}})
    assert ask(project).solution.new_sites == ("11",)


def test_six_new_sites_of_five_are_refused_with_both_numbers(line):
    with pytest.raises(ProblemError, match=r"6 new .* 5 candidates"):
        ask(line(), new=6)


@pytest.mark.parametrize(
    ("homes", "school", "sites", "unit_m", "chosen", "objective"),
    [
        # 0, 3, 4 to the school at 0: 0 + 3 + 4; site 3 takes two of them: 0 + 0 + 1
        ((0, 3, 4), 0, (1, 3), 1000, "3", 1000),
        # 20 and 24 and 28 around site 24: 4 + 0 + 4, and 2 to the school at 0
        ((2, 20, 24, 28), 0, (20, 24, 28), 500, "24", 5000),
        # equal on both sides: the lower id, 9 before 10 though "10" < "9" as text
        ((0, 9, 10), 0, (10, 9), 700, "9", 700),
    ],
)
def test_other_lines_have_the_site_that_arithmetic_gives(line, homes, school, sites, unit_m, chosen, objective):
    plan = ask(line(homes, school, sites, unit_m=unit_m))
    assert plan.solution.new_sites == (chosen,)
    assert plan.solution.objective == pytest.approx(objective)


def distances(reach=np.inf):
    km = np.abs(np.subtract.outer(np.array(HOMES, float), np.array((1, *SITES), float)))
    return pd.DataFrame(
        np.where(km <= reach, km, np.inf), index=[f"d{x}" for x in HOMES], columns=["1", *map(str, SITES)]
    )


def test_the_models_give_the_same_without_any_files():
    assert p_median(distances(), new=1, fixed=["1"]).objective == 4
    assert p_median(distances(), new=1, fixed=["1"], forbidden=["11"]).new_sites == ("10",)
    assert max_cover(distances(1), new=1, fixed=["1"]).objective == 6
    assert max_cover(distances(1), new=1, fixed=["1"], forbidden=["11"]).objective == 5
    assert len(set_cover(distances(1), fixed=["1"]).new_sites) == 1
    seats = capacitated(distances(), capacities=dict.fromkeys(map(str, SITES), 2) | {"1": 3}, new=1, fixed=["1"])
    assert (seats.status, seats.unserved_weight) == (Status.INFEASIBLE, 1)


def test_a_preferred_site_wins_at_equal_cost_in_the_models_too():
    costs = as_costs(distances(), preference=[2, 2, 2, 2, 2, 0])
    assert p_median(costs, new=1, fixed=["1"], forbidden=["11"]).new_sites == ("12",)
