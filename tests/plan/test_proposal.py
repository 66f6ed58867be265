from itertools import combinations, pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geoplan.config import LayerConfig
from geoplan.coverage import Radius, existing_supply, measure
from geoplan.demand import build_demand, build_units
from geoplan.errors import ProblemError
from geoplan.locate import Model, Status, worth
from geoplan.plan import Wish, candidates_for, propose
from geoplan.plan.siting import site as choose_sites
from geoplan.rules import State, open_rule_book, user_radius
from geoplan.travel import Straight, Walk, build_network
from geoplan.types import Area, Stage

PLAIN = LayerConfig("population", "population.gpkg")
PLACE = st.tuples(st.integers(0, 6000).map(float), st.integers(0, 6000).map(float))
HOMES = st.lists(st.tuples(PLACE, st.integers(0, 900)), min_size=1, max_size=14)
LIVED_IN = st.lists(st.tuples(PLACE, st.integers(1, 900)), min_size=1, max_size=14)
PLACES = st.lists(PLACE, max_size=4)
SITES = st.lists(PLACE, min_size=1, max_size=7, unique=True)


def points(places):
    return [shapely.Point(*place) for place in places]


@pytest.fixture(scope="session")
def siting(in_memory):
    """siting(homes, schools, sites, radius_m) -> (ask, before, candidates); homes are ((x, y), people)."""

    def build(homes, schools, sites, radius_m=1000.0, *, columns=None, exclude=(), streets=None, spacing_m=None):
        roles = {"population": ({"people": [float(people) for _, people in homes]}, points(xy for xy, _ in homes))}
        if schools:
            roles["schools"] = ({"stages": [("primary",)] * len(schools)}, points(schools))
        if sites is not None:
            roles["sites"] = ({"stages": [("primary",)] * len(sites)} | (columns or {}), points(sites))
        if streets:
            roles["roads"] = ({}, [shapely.LineString(line) for line in streets])
        layers = in_memory(**roles)
        units = build_units(layers, PLAIN)
        engine = Walk(build_network(layers.roads)) if streets else Straight()
        demand = build_demand(units, Stage.PRIMARY, radius_m)
        radii = (Radius(Area.ALL, user_radius(Stage.PRIMARY, radius_m)),)
        before = measure(engine, demand, existing_supply(layers, units, Stage.PRIMARY), radii)
        candidates = candidates_for(layers, before, exclude=exclude, spacing_m=spacing_m)

        def ask(model="max_cover", new=1, **wish):
            wanted = Wish(model=Model(model), new=new, **wish)
            return propose(engine, before, candidates, open_rule_book("combined"), wanted)

        return ask, before, candidates

    return build


LINE = [((x * 1000.0, 0.0), 1) for x in (0, 1, 2, 10, 11, 12)]
LINE_SITES = [(x * 1000.0, 0.0) for x in (0, 2, 10, 11, 12)]
NAMED = {"id": ["0", "2", "10", "11", "12"]}


def test_one_site_on_a_line_stands_in_the_middle_of_the_far_homes(siting):
    ask, *_ = siting(LINE, [(1000.0, 0.0)], LINE_SITES, columns=NAMED)
    plan = ask("p_median")
    assert plan.solution.new_sites == ("11",)
    assert (plan.solution.objective, plan.solution.bound, plan.solution.gap) == (4000, 4000, 0)
    assert plan.people_newly_covered == 3
    (site,) = plan.sites
    assert (site.next_best.other, site.next_best.loss) == ("10", 1000)


def test_a_site_says_whom_it_serves_which_gaps_it_closes_and_what_the_next_best_would_cost(siting):
    ask, *_ = siting(LINE, [(1000.0, 0.0)], LINE_SITES, columns=NAMED)
    (site,) = ask().sites
    assert (site.people_newly, site.people_assigned) == (3, 3)
    assert site.verdict.state is State.POOL
    assert (site.next_best.other, site.next_best.loss) == ("10", 1)
    said = " ".join(zh + en for zh, en in site.why)
    for words in ("新增覆盖居民 3 人", "缩小缺口 G1", "用户指定服务半径1000米", "次优地块 10：少覆盖居民 1 人"):
        assert words in said


def test_the_verdict_of_a_site_counts_the_people_for_whom_it_is_the_nearest_school(siting):
    homes = [((0.0, 0.0), 8000), ((300.0, 0.0), 4000), ((5000.0, 0.0), 9000)]
    ask, *_ = siting(homes, [(5000.0, 0.0)], [(100.0, 0.0)], 500)
    (site,) = ask().sites
    assert site.people_assigned == 12_000
    assert site.verdict.state is State.MET


@settings(max_examples=30, deadline=None)
@given(HOMES, PLACES, SITES, st.integers(0, 3), st.sampled_from(["max_cover", "p_median", "set_cover"]))
def test_people_newly_covered_are_after_less_before_and_the_sum_over_sites(siting, homes, schools, sites, new, model):
    ask, before, _ = siting(homes, schools, sites)
    plan = ask(model, min(new, len(sites)))
    assert plan.people_newly_covered == plan.after.total.covered - before.total.covered
    assert sum(site.people_newly for site in plan.sites) == pytest.approx(plan.people_newly_covered)
    assert (before.covered <= plan.after.covered).all()
    assert plan.solution.status is Status.OPTIMAL


@settings(max_examples=25, deadline=None)
@given(HOMES, PLACES, SITES, st.integers(0, 3))
def test_on_foot_people_newly_covered_are_after_less_before_too(siting, homes, schools, sites, new):
    streets = [[(x, 0), (x, 6000)] for x in range(0, 6001, 1500)] + [[(0, y), (6000, y)] for y in range(0, 6001, 1500)]
    ask, before, _ = siting(homes, schools, sites, 1500, streets=streets)
    plan = ask("max_cover", min(new, len(sites)))
    assert sum(site.people_newly for site in plan.sites) == pytest.approx(
        plan.after.total.covered - before.total.covered
    )
    assert plan.solution.objective == pytest.approx(plan.after.total.covered)


def covered_with(before, candidates, rows, radius_m):
    xy = np.concatenate([before.supply.xy, candidates.xy[list(rows)]])
    if not len(xy):
        return 0.0
    near = np.hypot(*(before.demand.xy[:, None] - xy[None]).T).min(axis=0)
    return float(before.demand.people[near <= radius_m + 1e-5].sum())


@settings(max_examples=30, deadline=None)
@given(HOMES, PLACES, SITES, st.integers(0, 3), st.sampled_from([500.0, 1500.0]))
def test_maximal_cover_covers_as_many_as_the_best_of_all_combinations(siting, homes, schools, sites, new, radius_m):
    ask, before, candidates = siting(homes, schools, sites, radius_m)
    new = min(new, len(sites))
    plan = ask("max_cover", new)
    best = max(covered_with(before, candidates, rows, radius_m) for rows in combinations(range(len(sites)), new))
    assert plan.after.total.covered == best
    assert plan.solution.objective == pytest.approx(best)


@settings(max_examples=30, deadline=None)
@given(LIVED_IN, PLACES, SITES, st.sampled_from([500.0, 1500.0]))
def test_set_cover_covers_everyone_whom_any_site_could_cover_with_the_fewest_sites(
    siting, homes, schools, sites, radius_m
):
    ask, before, candidates = siting(homes, schools, sites, radius_m)
    plan = ask("set_cover", None)
    everyone = covered_with(before, candidates, range(len(sites)), radius_m)
    assert plan.after.total.covered == everyone
    near = radius_m + 1e-5 >= np.hypot(*(before.demand.xy[:, None] - candidates.xy[None]).T).T
    wanted = near.any(axis=1) & ~before.covered
    fewest = next(
        count
        for count in range(len(sites) + 1)
        for rows in combinations(range(len(sites)), count)
        if near[:, list(rows)].any(axis=1)[wanted].all()
    )
    assert len(plan.solution.new_sites) == fewest
    rows = {str(each): row for row, each in enumerate(candidates.ids)}
    for site in plan.sites:
        if site.next_best.other is not None:
            kept = [rows[each] for each in plan.solution.new_sites if each != site.id]
            assert near[:, [*kept, rows[site.next_best.other]]].any(axis=1)[wanted].all()


@settings(max_examples=25, deadline=None)
@given(HOMES, PLACES, SITES)
def test_the_p_median_objective_never_rises_with_more_new_sites(siting, homes, schools, sites):
    ask, *_ = siting(homes, schools, sites)
    objectives = [ask("p_median", new).solution.objective for new in range(1, min(4, len(sites)) + 1)]
    assert all(more <= fewer + 1e-6 * max(1, fewer) for fewer, more in pairwise(objectives))


@settings(max_examples=25, deadline=None)
@given(HOMES, st.lists(PLACE, min_size=1, max_size=4), SITES, st.integers(1, 3))
def test_the_p_median_way_is_the_shortest_of_all_combinations(siting, homes, schools, sites, new):
    ask, before, candidates = siting(homes, schools, sites)
    new = min(new, len(sites))

    def way(rows):
        xy = np.concatenate([before.supply.xy, candidates.xy[list(rows)]])
        return float((before.demand.people * np.hypot(*(before.demand.xy[:, None] - xy[None]).T).min(axis=0)).sum())

    best = min(way(rows) for rows in combinations(range(len(sites)), new))
    assert ask("p_median", new).solution.objective == pytest.approx(best, rel=1e-9, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(HOMES, PLACES, SITES, st.integers(1, 3), st.sampled_from(["max_cover", "p_median"]))
def test_the_loss_of_the_next_best_site_is_that_of_trying_every_other(siting, homes, schools, sites, new, model):
    ask, before, candidates = siting(homes, schools, sites)
    new = min(new, len(sites))
    plan = ask(model, new)
    solution = choose_sites(Straight(), before, candidates, Wish(model=Model(model), new=new))
    problem = solution.problem
    ids = list(problem.costs.site_ids)
    sign = -1 if model == "max_cover" else 1
    for site in plan.sites:
        others = [each for each in ids if each not in solution.new_sites]
        if not others:
            assert site.next_best.other is None
            continue
        kept = [each for each in solution.new_sites if each != site.id]
        losses = [
            sign * (worth(problem, np.isin(ids, [*kept, each])).objective - solution.objective) for each in others
        ]
        assert site.next_best.loss == pytest.approx(max(min(losses), 0), abs=1e-6 * max(1, solution.objective))
        if site.next_best.other is None:
            # the best of the others brings no more than an empty place
            empty = sign * (worth(problem, np.isin(ids, kept)).objective - solution.objective)
            assert min(losses) == pytest.approx(empty, abs=1e-6 * max(1, solution.objective))
            assert empty > 0
            continue
        assert losses[others.index(site.next_best.other)] == pytest.approx(min(losses), abs=1e-6 * solution.objective)


def test_maximal_cover_leaves_out_sites_that_serve_nobody(siting):
    sites = [(5000.0, 0.0), (5000.0, 5.0), (90_000.0, 0.0), (0.0, 0.0)]
    ask, *_ = siting([((0.0, 0.0), 5), ((5000.0, 0.0), 9)], [(0.0, 0.0)], sites)
    plan = ask("max_cover", 3)
    assert len(plan.sites) == 1
    assert plan.sites[0].people_newly == 9
    assert "left out" in plan.solution.ties
    assert plan.solution.status is Status.OPTIMAL


def test_after_useless_sites_are_left_out_the_loads_are_those_of_the_assignment(siting):
    # c serves both homes at 800 m, a and b each one at 0 m: with three sites a and b carry all, c is left out or
    # alone left in, and either way the loads must say who goes where
    homes = [((0.0, 0.0), 10), ((1600.0, 0.0), 20)]
    ask, *_ = siting(
        homes, [(50_000.0, 0.0)], [(0.0, 0.0), (1600.0, 0.0), (800.0, 0.0)], columns={"id": ["b", "c", "a"]}
    )
    solution = ask("max_cover", 3).solution
    counted = dict.fromkeys(solution.sites, 0.0)
    people = {"0": 10.0, "1": 20.0}
    for home, site in solution.assignment.items():
        counted[site] += people[home]
    assert solution.loads == counted


def test_when_everyone_is_covered_as_many_as_needed_are_none(siting):
    ask, *_ = siting([((0.0, 0.0), 5)], [(0.0, 0.0)], [(10.0, 0.0)])
    plan = ask("max_cover", None)
    assert plan.solution.status is Status.OPTIMAL
    assert plan.sites == ()
    assert plan.people_newly_covered == 0


def test_when_everyone_is_covered_and_no_sites_are_given_as_many_as_needed_are_none(siting):
    ask, _, candidates = siting([((0.0, 0.0), 5)], [(0.0, 0.0)], None)
    assert len(candidates) == 0
    assert ask("max_cover", None).sites == ()
    assert ask("p_median", None).sites == ()


def test_a_home_where_nobody_lives_asks_for_no_school(siting):
    ask, *_ = siting([((0.0, 0.0), 5), ((9000.0, 0.0), 0)], [(0.0, 0.0)], [(9000.0, 0.0)])
    plan = ask("set_cover", None)
    assert plan.sites == ()


def test_more_sites_than_there_are_is_an_error_with_both_numbers(siting):
    ask, *_ = siting([((0.0, 0.0), 5)], [], [(10.0, 0.0)])
    with pytest.raises(ProblemError, match=r"2 new primary sites.*1 candidates"):
        ask("max_cover", 2)


def test_seats_without_capacities_are_an_error_that_says_so(siting):
    ask, *_ = siting([((0.0, 0.0), 5)], [(0.0, 0.0)], [(10.0, 0.0)])
    with pytest.raises(ProblemError, match="capacity"):
        ask(new=1, seats=True)


def seats_town(in_memory, population, capacity_of_school=3.0):
    layers = in_memory(
        population=population,
        schools=({"stages": [("primary",)], "id": ["s"], "capacity": [capacity_of_school]}, points([(1000, 0)])),
        sites=({"stages": [("primary",)] * 5, "capacity": [2.0] * 5} | NAMED, points(LINE_SITES)),
    )
    units = build_units(layers, PLAIN)
    demand = build_demand(units, Stage.PRIMARY, 1000)
    radii = (Radius(Area.ALL, user_radius(Stage.PRIMARY, 1000.0)),)
    before = measure(Straight(), demand, existing_supply(layers, units, Stage.PRIMARY), radii)
    wish = Wish(new=1, seats=True)
    return propose(Straight(), before, candidates_for(layers, before), open_rule_book("combined"), wish)


def test_seats_that_do_not_suffice_are_infeasible_with_the_number_unserved_and_nothing_is_built(in_memory):
    plan = seats_town(in_memory, ({"people": [1.0] * 6}, points(xy for xy, _ in LINE)))
    assert plan.solution.status is Status.INFEASIBLE
    assert plan.solution.unserved_weight == 1
    assert "1 stay unserved" in plan.solution.reason
    assert plan.sites == ()
    assert plan.people_newly_covered == 0


def test_with_seats_the_way_of_a_polygon_is_measured_from_its_middle_and_not_from_a_corner(in_memory):
    shapes = [shapely.box(10_500, -500, 11_500, 500)]
    plan = seats_town(in_memory, ({"people": [2.0]}, shapes), capacity_of_school=0.0)
    assert plan.solution.new_sites == ("11",)
    assert plan.solution.objective == pytest.approx(0, abs=1e-6)


def test_with_seats_every_site_of_the_solution_is_an_id_that_stands_in_a_file(in_memory):
    plan = seats_town(in_memory, ({"people": [1.0] * 5}, points(xy for xy, _ in LINE[:5])))
    assert plan.solution.status is Status.OPTIMAL
    assert set(plan.solution.sites) <= {"s", *NAMED["id"]}


KINDS = {"id": ["10", "12"], "kind": ["other", "idle_campus"]}


@pytest.mark.parametrize("model", ["max_cover", "p_median", "set_cover"])
def test_a_vacated_campus_is_preferred_at_equal_cost(siting, model):
    ask, *_ = siting([((11_000.0, 0.0), 9)], [(0.0, 0.0)], [(10_000.0, 0.0), (12_000.0, 0.0)], columns=KINDS)
    assert ask(model).solution.new_sites == ("12",)
    ask, *_ = siting(
        [((11_000.0, 0.0), 9)], [(0.0, 0.0)], [(10_000.0, 0.0), (12_000.0, 0.0)], columns={"id": ["10", "12"]}
    )
    assert ask(model).solution.new_sites == ("10",)


def test_a_vacated_campus_does_not_win_where_it_serves_fewer(siting):
    homes = [((11_000.0, 0.0), 9), ((9500.0, 0.0), 1)]
    ask, *_ = siting(homes, [(0.0, 0.0)], [(10_000.0, 0.0), (12_000.0, 0.0)], columns=KINDS)
    assert ask("max_cover").solution.new_sites == ("10",)


def test_excluded_sites_are_left_out_with_their_reason(siting):
    columns = NAMED | {"excluded": ["", "", "", "燃气站", ""]}
    _, _, candidates = siting(LINE, [(1000.0, 0.0)], LINE_SITES, columns=columns, exclude=["2"])
    assert candidates.ids.tolist() == ["0", "10", "12"]
    assert dict(candidates.rejected).keys() == {"2", "11"}
    assert dict(candidates.rejected)["11"] == "燃气站"


def test_an_excluded_id_that_does_not_exist_is_an_error_with_a_hint(siting):
    columns = {"id": ["C001", "C002", "C003", "C004", "C005"]}
    with pytest.raises(ProblemError, match=r"C0O3.*Did you mean 'C003'"):
        siting(LINE, [(1000.0, 0.0)], LINE_SITES, columns=columns, exclude=["C0O3"])


def test_excluding_sites_where_none_are_given_is_not_silently_ignored(siting):
    try:
        _, _, candidates = siting(LINE, [(1000.0, 0.0)], None, exclude=["grid-1"])
    except ProblemError:
        return
    assert "grid-1" not in candidates.ids.tolist()


def test_a_site_of_another_stage_is_no_candidate_and_one_of_no_stage_suits_all(siting):
    columns = NAMED | {"stages": [("junior",), (), ("primary", "junior"), ("kindergarten",), ("primary",)]}
    _, _, candidates = siting(LINE, [(1000.0, 0.0)], LINE_SITES, columns=columns)
    assert candidates.ids.tolist() == ["2", "10", "12"]


@settings(max_examples=25, deadline=None)
@given(HOMES, PLACES, st.sampled_from([None, 100.0, 700.0]))
def test_generated_candidates_keep_their_distance_and_stand_on_people_who_are_not_covered(
    siting, homes, schools, spacing_m
):
    _, before, candidates = siting(homes, schools, None, 1000, spacing_m=spacing_m)
    spacing = spacing_m or 500
    for one, other in combinations(candidates.xy, 2):
        assert np.hypot(*(one - other)) >= spacing
    open_homes = {tuple(xy) for xy in before.demand.xy[~before.covered & (before.demand.people > 0)].tolist()}
    assert {tuple(xy) for xy in candidates.xy.tolist()} <= open_homes
    assert bool(open_homes) == bool(len(candidates))
    assert [finding.code for finding in candidates.findings] == ["candidates-generated"]


@settings(max_examples=30, deadline=None)
@given(HOMES, PLACES, SITES, st.sampled_from(["max_cover", "p_median", "set_cover"]), st.randoms())
def test_the_chosen_sites_do_not_depend_on_the_order_of_rows(siting, homes, schools, sites, model, dice):
    """Layers arrive sorted by id, so the rows keep their ids and the ids move among the rows' places."""
    new = min(2, len(sites))
    ask, *_ = siting(homes, schools, sites, columns={"id": [f"c{i}" for i in range(len(sites))]})
    order = list(range(len(sites)))
    dice.shuffle(order)
    shuffled, *_ = siting(homes, schools, [sites[i] for i in order], columns={"id": [f"c{i}" for i in order]})
    assert ask(model, new).solution.new_sites == shuffled(model, new).solution.new_sites


def test_twenty_runs_give_one_answer(siting):
    ask, *_ = siting(LINE, [(1000.0, 0.0)], [LINE_SITES[i] for i in (4, 2, 0)], columns={"id": ["12", "10", "0"]})
    assert {ask("p_median").solution.new_sites for _ in range(20)} == {("10",)}


def test_the_json_of_a_proposal_has_the_keys_of_the_issue(siting):
    ask, *_ = siting(LINE, [(1000.0, 0.0)], LINE_SITES, columns=NAMED)
    shown = ask().as_dict()
    assert {"sites", "objective", "bound", "gap", "status", "people_newly_covered"} <= set(shown)
    assert (shown["sites"], shown["objective"], shown["people_newly_covered"]) == (["11"], 6, 3)
