from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, vstack

from geoplan.errors import InputError, MissingFileError
from geoplan.locate import instances
from geoplan.locate.costs import as_costs
from geoplan.locate.problem import Model

BENCH = Path(__file__).resolve().parents[3] / "shared" / "bench"

PMED = " 4 4 2 \n 1 2 7 \n 2 3 4 \n 3 4 1 \n 2 1 3 \n"
TSPLIB = (
    "NAME : tiny\nDIMENSION : 3\nEDGE_WEIGHT_TYPE : EUC_2D\nNODE_COORD_SECTION\n1 0 0\n2 1 1\n3 3.00000e+00 4\nEOF\n"
)
LORENA = "3 1\n 0.0 0.0 50 10\n 1 1 50 20\n 3 4 60 30\n"
CPMP = " 3   1 \n 0   0   60   10 \n 1   1   60   20 \n 3   4   60   30 \n"
PMEDCAP = " 2\n 1 5\n 2 1 30\n 1 0 0 10\n 2 3 4 20\n 2 6\n 3 2 40\n 1 0 0 10\n 2 1 1 20\n 3 3 4 30\n"
HOLMBERG = "2 3\n30 400\n40 500\n  10. 20.\n 5.\n  20. 60. 15.\n 30. 40. 5.\n\x00\x00"
FACILITIES = " 2 3\n 30 400.\n 40 500.\n 10\n 20. 30.\n 20\n 60. 40.\n 5\n 15. 5.\n"
MCLP = "3\t9999\tp\tS\n0\t0\t5\n300\t400\t7\n1000\t0\t2\n"
MCLP_GRAPH = "3\t4\t2\tN(80,15)\n1\t2\t5\t61.5\n2\t3\t5\t70\n3\t1\t50\t82\n2\t1\t4\n"
SCP = " 3 4\n 1 2 3\n 4\n 2\n 1 2\n 1\n 3\n 2\n 4 4\n"
KONG = (
    "OID\tpop\tPointX\tPointY\tfcadidature\tfcost\tfcapacity\n"
    "1\t8\t0\t0\t0\t0\t0\n4\t27\t3000\t4000\t3\t99\t120\n7\t5\t0\t1000\t1\t10\t20\n"
)
NEXT_TO = '"OID_","ID1","ID2","dist12"\n,1,4,19.9\n,4,1,19.9\n,7,4,20.0\n'

READERS = {
    "pmed": (instances.read_pmed, PMED),
    "tsplib": (instances.read_tsplib, TSPLIB),
    "lorena": (instances.read_lorena, LORENA),
    "cpmp": (instances.read_pmedcap, CPMP),
    "pmedcap": (instances.read_pmedcap, PMEDCAP),
    "holmberg": (instances.read_holmberg, HOLMBERG),
    "facilities": (instances.read_facilities, FACILITIES),
    "mclp": (lambda path: instances.read_mclp(path, radius=500), MCLP),
    "graph": (lambda path: instances.read_mclp(path, radius=500), MCLP_GRAPH),
    "scp": (instances.read_scp, SCP),
    "kong": (instances.read_kong, KONG),
}


@pytest.fixture
def file(tmp_path):
    def write(text, name="tiny.txt"):
        path = tmp_path / name
        path.write_text(text, encoding="ascii")
        return path

    return write


@pytest.fixture(scope="session")
def bench():
    if not BENCH.is_dir():
        pytest.skip("needs the published instances in ../shared/bench, which are not part of the project")
    return BENCH


def test_a_later_duplicate_edge_of_pmed_overrides_in_either_direction(file):
    tiny = instances.read_pmed(file(PMED))
    assert (tiny.name, tiny.model, tiny.p) == ("tiny", Model.P_MEDIAN, 2)
    assert tiny.costs.tolist() == [[0, 3, 7, 8], [3, 0, 4, 5], [7, 4, 0, 1], [8, 5, 1, 0]]
    assert instances.read_pmed(file(PMED), model=Model.P_CENTER).problem().model is Model.P_CENTER


def test_vertices_that_no_edge_joins_are_out_of_reach(file):
    assert instances.read_pmed(file("3 1 1\n1 2 5\n")).costs[2].tolist() == [np.inf, np.inf, 0]


def test_tsplib_distances_are_truncated_unless_asked_otherwise(file):
    tiny = instances.read_tsplib(file(TSPLIB, "tiny.tsp"), p=2)
    assert (tiny.name, tiny.p) == ("tiny", 2)
    assert as_costs(tiny.costs).cost.tolist() == [0, 1, 5, 1, 0, 3, 5, 3, 0]
    assert as_costs(instances.read_tsplib(file(TSPLIB), truncated=False).costs).cost[1] == pytest.approx(2**0.5)


@pytest.mark.parametrize(
    ("read", "text", "diagonal"), [(instances.read_lorena, LORENA, 2**0.5), (instances.read_pmedcap, CPMP, 1.0)]
)
def test_the_objective_of_a_capacitated_median_is_the_plain_sum_of_distances(file, read, text, diagonal):
    tiny = read(file(text))
    total = tiny.costs * tiny.weights[:, None]
    assert total[0] == pytest.approx([0, diagonal, 5])
    assert tiny.weights.tolist() == [10, 20, 30]
    assert tiny.capacities[2] == 60
    assert (tiny.p, tiny.splittable) == (1, False)


def test_each_problem_of_a_pmedcap_file_is_read_by_its_number(file):
    one, two = (instances.read_pmedcap(file(PMEDCAP), number=number) for number in (1, 2))
    assert (one.p, one.capacities.tolist(), one.weights.tolist()) == (1, [30, 30], [10, 20])
    assert (two.p, two.capacities.tolist(), two.weights.tolist()) == (2, [40, 40, 40], [10, 20, 30])
    with pytest.raises(InputError, match="expected problem 3, found 2 problems"):
        instances.read_pmedcap(file(PMEDCAP), number=3)


def test_one_problem_of_pmedcap_may_stand_alone(file):
    alone = instances.read_pmedcap(file("1 5\n2 1 30\n1 0 0 10\n2 3 4 20\n"))
    assert (alone.costs * alone.weights[:, None]).tolist() == [[0, 5], [5, 0]]


@pytest.mark.parametrize(
    ("read", "text", "shared"),
    [(instances.read_holmberg, HOLMBERG, False), (instances.read_facilities, FACILITIES, True)],
)
def test_costs_of_facilities_are_for_the_whole_demand(file, read, text, shared):
    tiny = read(file(text))
    assert (tiny.costs * tiny.weights[:, None]).tolist() == [[20, 30], [60, 40], [15, 5]]
    assert tiny.weights.tolist() == [10, 20, 5]
    assert tiny.keywords()["capacities"].tolist() == [30, 40]
    assert tiny.keywords()["site_costs"].tolist() == [400, 500]
    assert tiny.splittable is shared


def test_a_capacity_given_apart_takes_the_place_of_the_word_capacity(file):
    text = FACILITIES.replace(" 30 ", " capacity ").replace(" 40 5", " capacity 5")
    assert instances.read_facilities(file(text), capacity=25.0).capacities.tolist() == [25, 25]
    with pytest.raises(InputError, match="line 2: expected the capacity of a site, found 'capacity'"):
        instances.read_facilities(file(text))


def test_what_is_within_the_radius_is_in_reach(file):
    tiny = instances.read_mclp(file(MCLP), radius=500, p=1)
    problem = tiny.problem()
    assert problem.costs.indptr.tolist() == [0, 2, 4, 5]
    assert problem.weights.tolist() == [5, 7, 2]
    assert tiny.p == 1


def test_beasleys_covers_are_graphs_with_the_demand_in_their_first_lines(file):
    tiny = instances.read_mclp(file(MCLP_GRAPH), radius=5)
    assert tiny.costs.toarray().tolist() == [[0, 4, 0], [4, 0, 5], [0, 5, 0]]
    assert tiny.costs.nnz == 7
    assert tiny.weights.tolist() == [61.5, 70, 82]
    assert tiny.p == 2


def test_degrees_are_measured_on_great_circles(file):
    # a thousandth of a degree of latitude is 111.195 m; of longitude at 60° half of that
    text = "3 9999\n60.0 10.0 1\n60.001 10.0 1\n60.0 10.001 1\n"
    near = instances.read_mclp(file(text), radius=111.2, degrees=True).costs.toarray()
    assert near[0] == pytest.approx([0, 111.195, 55.597], abs=1e-2)
    assert instances.read_mclp(file(text), radius=111.19, degrees=True).costs.nnz == 5


def test_rows_of_a_set_cover_are_demand_and_columns_cost(file):
    tiny = instances.read_scp(file(SCP))
    problem = tiny.problem()
    assert problem.costs.indptr.tolist() == [0, 2, 3, 4]
    assert problem.costs.site.tolist() == [0, 1, 2, 3]
    assert problem.site_cost.tolist() == [1, 2, 3, 4]


def test_kongs_blocks_keep_their_ids_and_cost_kilometres(file):
    tiny = instances.read_kong(file(KONG), adjacency=file(NEXT_TO, "touch.txt"), p=1)
    assert tiny.costs.loc["1"].to_dict() == {"4": 5.0, "7": 1.0}
    assert tiny.neighbours.tolist() == [["1", "4"], ["4", "7"]]
    problem = tiny.problem()
    assert problem.costs.site_ids == ("4", "7")
    assert problem.options.capacity.tolist() == [120, 20]
    assert problem.site_cost.tolist() == [99, 10]
    assert problem.weights.tolist() == [8, 27, 5]


@pytest.mark.parametrize(
    ("kind", "change", "message"),
    [
        ("pmed", ("1 2 7", "1 2 x"), "line 2: expected an edge `i j c`, found 'x'"),
        ("pmed", ("1 2 7", "1 5 7"), "line 2: expected an edge between vertices 1 to 4, found 1 5 7"),
        ("pmed", ("1 2 7", "1 2 -7"), "line 2: expected an edge `i j c`, found '-7'"),
        ("pmed", (" 2 1 3 \n", ""), "line 4: expected an edge `i j c` (3 more), found the end of the file"),
        ("pmed", (" 2 1 3 \n", " 2 1 3 \n 9\n"), "line 6: expected the end of the file, found '9'"),
        ("pmed", ("4 4 2", "4 4 2.5"), "line 1: expected p, a whole number of at least 1, found '2.5'"),
        ("tsplib", ("EUC_2D", "GEO"), "line 3: expected EDGE_WEIGHT_TYPE : EUC_2D, found GEO"),
        ("tsplib", ("2 1 1", "2 1"), "line 6: expected 3 numbers: number, x, y, found '2 1'"),
        ("tsplib", ("DIMENSION : 3", "DIMENSION : 4"), "line 2: expected DIMENSION : 3"),
        ("tsplib", ("NODE_COORD_SECTION\n", ""), "expected a line NODE_COORD_SECTION"),
        ("lorena", ("1 1 50 20", "1 1 50"), "line 3: expected 4 numbers: x, y, capacity, demand"),
        ("lorena", ("3 1\n", "4 1\n"), "line 4: expected 4 points, as the file's head says, found 3"),
        ("lorena", ("50 20", "50 nan"), "line 3: expected finite numbers"),
        ("lorena", ("50 20", "50 0"), "expected demands above 0, found 0 for demand 2"),
        ("cpmp", ("3   1", "3   0"), "line 1: expected `n p`, whole numbers above 0"),
        ("pmedcap", ("2 1 30", "x 1 30"), "line 3: expected numbers: n, p, Q"),
        ("holmberg", ("40 500", "40 abc"), "line 3: expected `capacity cost` of a site, found 'abc'"),
        ("facilities", ("15. 5.", "15."), "line 9: expected a demand and its costs (1 more), found the end"),
        ("mclp", ("3\t9999", "4\t9999"), "line 4: expected 4 nodes, as the file's head says, found 3"),
        ("mclp", ("3\t9999", "many"), "line 1: expected `n edges …` or `n 9999 …`"),
        ("graph", ("2\t3\t5", "2\t4\t5"), "line 3: expected an edge between nodes 1 to 3"),
        ("graph", ("3\t4\t2", "3\t5\t2"), "line 5: expected 5 edges of 3 nodes, as the file's head says, found 4"),
        ("scp", (" 4 4\n", " 4 5\n"), "line 9: expected a column 1 to 4, found '5'"),
        ("kong", ("4\t27", "1\t27"), "line 3: expected an OID that occurs once, found 1."),
        ("kong", ("27\t", "-27\t"), "line 3: expected pop, cost and capacity of at least 0"),
        ("kong", ("\tfcapacity", ""), "line 1: expected a head of 7 columns"),
    ],
)  # fmt: skip
def test_a_fault_is_named_by_file_and_line(file, kind, change, message):
    read, text = READERS[kind]
    assert change[0] in text
    path = file(text.replace(change[0], change[1], 1))
    with pytest.raises(InputError) as error:
        read(path)
    assert str(path) in str(error.value)
    assert message in str(error.value)


@pytest.mark.parametrize("kind", READERS)
def test_an_empty_file_and_a_missing_one_are_named(file, tmp_path, kind):
    read, _ = READERS[kind]
    with pytest.raises(InputError, match=r"tiny\.txt, line 1: expected"):
        read(file(""))
    with pytest.raises(MissingFileError, match="no such file"):
        read(tmp_path / "absent.txt")


def test_a_block_beside_one_that_does_not_exist_is_refused(file):
    touching = file(NEXT_TO.replace("7,4", "8,4"), "touch.txt")
    with pytest.raises(InputError, match=r"touch\.txt, line 4: expected `OID ID1 ID2` with two blocks"):
        instances.read_kong(file(KONG), adjacency=touching)


def least_cost(instance, p=None):
    """The published model of an instance straight into HiGHS, without any of geoplan's engines."""
    problem = instance.problem()
    costs, options = problem.costs, problem.options
    rows, sites, pairs = len(costs.demand_ids), len(costs.site_ids), len(costs.site)
    pair = sites + np.arange(pairs)
    weight = problem.weights[costs.demand]
    own, ones = np.arange(sites), np.ones(pairs)
    shape = sites + pairs
    served = coo_array((ones, (costs.demand, pair)), shape=(rows, shape))
    load = coo_array(
        (
            np.append(weight, -np.minimum(options.capacity, problem.weights.sum())),
            (np.append(costs.site, own), np.append(pair, own)),
        ),
        shape=(sites, shape),
    )
    behind = coo_array(
        (np.append(ones, -ones), (np.tile(np.arange(pairs), 2), np.append(pair, costs.site))), shape=(pairs, shape)
    )
    count = coo_array((np.ones(sites), (np.zeros(sites, dtype=int), own)), shape=(1, shape))
    whole = np.concatenate([np.ones(sites), np.full(pairs, float(not instance.splittable))])
    rules = [
        LinearConstraint(served.tocsr(), 1, 1),
        LinearConstraint(vstack([load, behind]).tocsr(), -np.inf, 0),
        LinearConstraint(count.tocsr(), 0 if p is None else p, sites if p is None else p),
    ]
    cost = np.append(problem.site_cost, weight * costs.cost)
    return milp(cost, constraints=rules, integrality=whole, bounds=Bounds(0, 1), options={"mip_rel_gap": 1e-6}).fun


@pytest.mark.shared
@pytest.mark.parametrize(
    ("read", "path", "value"),
    [
        (instances.read_holmberg, "sscflp_holmberg/p1", 8848),
        (instances.read_holmberg, "sscflp_holmberg/p47", 6228),
        (instances.read_facilities, "cflp_orlib/cap41.txt", 1040444.375),
        (instances.read_facilities, "cflp_orlib/cap132.txt", 851495.325),
        (instances.read_pmedcap, "orlib_pmedcap/cpmp01.txt", 713),
    ],
)
def test_published_values_of_plans_with_capacities_are_met(bench, read, path, value):
    instance = read(bench / path)
    assert least_cost(instance, instance.p) == pytest.approx(value, rel=1e-6)


@pytest.mark.shared
def test_published_values_of_covers_are_met(bench):
    problem = instances.read_mclp(bench / "mclp" / "SJC708.txt", radius=800, p=1).problem()
    assert np.bincount(problem.costs.site, problem.weights[problem.costs.demand]).max() == 8393
    problem = instances.read_scp(bench / "orlib_scp" / "scp41.txt").problem()
    costs = problem.costs
    reach = coo_array((np.ones(len(costs.site)), (costs.demand, costs.site))).tocsr()
    answer = milp(problem.site_cost, constraints=LinearConstraint(reach, 1, np.inf), integrality=1, bounds=Bounds(0, 1))
    assert answer.fun == 429


@pytest.mark.shared
def test_the_published_value_of_a_median_in_a_network_is_met(bench):
    instance = replace(
        instances.read_pmed(bench / "orlib_pmed" / "pmed1.txt"), model=Model.CAPACITATED, splittable=True
    )
    assert least_cost(instance, instance.p) == pytest.approx(5819)


@pytest.mark.shared
def test_all_published_files_are_read_with_their_sizes(bench):
    with (bench / "KNOWN_VALUES.csv").open(encoding="utf-8") as stream:
        known = {(row["family"], row["instance"], row["p"]) for row in csv.DictReader(stream)}
    for read, folder, pattern in (
        (instances.read_pmed, "orlib_pmed", "pmed[1-9].txt"),
        (instances.read_lorena, "lorena_sjc", "*.dat"),
        (instances.read_lorena, "lorena_p3038", "*.dat"),
        (instances.read_pmedcap, "orlib_pmedcap", "*.txt"),
    ):
        for path in (bench / folder).glob(pattern):
            instance = read(path)
            assert (folder, instance.name, str(instance.p)) in known
    sizes = {"p1": (50, 10), "p56": (200, 30), "p71": (200, 30)}
    assert {name: instances.read_holmberg(bench / "sscflp_holmberg" / name).costs.shape for name in sizes} == sizes
    for name, shape in {"capa": (1000, 100), "cap71": (50, 16)}.items():
        assert instances.read_facilities(bench / "cflp_orlib" / f"{name}.txt", capacity=8000).costs.shape == shape
    assert len(instances.read_tsplib(bench / "tsplib" / "rl5934.tsp").costs.demand_xy) == 5934
    assert len(instances.read_mclp(bench / "mclp" / "B700.txt", radius=20).weights) == 700
    assert len(instances.read_mclp(bench / "mclp" / "SanFrancisco5137.txt", radius=500, degrees=True).weights) == 5137
    siting = bench / "kong_cflsap"
    blocks = instances.read_kong(siting / "zyc5.txt", adjacency=siting / "zy_connectivity.txt")
    assert (blocks.costs.shape, len(blocks.neighbours), blocks.weights.sum()) == ((324, 36), 809, 3873)
    zones = bench / "kong_sap"
    assert instances.read_kong(zones / "gys_41b.txt", adjacency=zones / "gys_connectivity.txt").costs.shape == (297, 41)
