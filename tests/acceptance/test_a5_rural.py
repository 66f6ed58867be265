"""A5 of the acceptance page: boarding junior schools, the half hour, and a teaching point that must stay."""

import math

import pytest

from geoplan.coverage import (
    ClosureVerdict,
    Remedy,
    existing_supply,
    far_settlements,
    journeys,
    routes_of,
    simulate_closure,
)
from geoplan.coverage.gaps import find_gaps
from geoplan.demand import build_demand
from geoplan.ledger.indicators.rural import remedy_citation
from geoplan.rules import load_profile
from geoplan.types import Stage, Travel

ZZ_196 = "004_37f57ac8b3229a3d.txt:196"


def township(distance_m, *, centre="rural", villages=8):
    """28,000 people: a seat of 12,000 with villages of 2,000 all around it."""
    angles = [2 * math.pi * at / villages for at in range(villages)]
    homes = [{"id": "seat", "people": 28_000 - 2000 * villages, "x": 0, "y": 0, "area": centre}]
    return homes + [
        {"id": f"v{at}", "people": 2000, "x": distance_m * math.cos(a), "y": distance_m * math.sin(a), "area": "rural"}
        for at, a in enumerate(angles)
    ]


def junior(beds):
    return [{"id": "j", "stage": "junior", "x": 0, "y": 0, "enrolment": 1200, "boarding_beds": beds}]


@pytest.mark.parametrize("distance_m", [4500, 6000, 9000])
@pytest.mark.parametrize("centre", ["rural", "urban"])
def test_round_a_boarding_junior_school_no_village_is_a_gap(open_project, distance_m, centre):
    project = open_project(population=township(distance_m, centre=centre), schools=junior(800))
    assert sum(row["people"] for row in township(distance_m)) == 28_000
    coverage = project.coverage("junior", radius_m=1000)
    assert find_gaps(coverage) == ()
    assert coverage.total.uncovered == 0
    exempt = 16_000 if centre == "urban" else 28_000
    assert any(f"{exempt:,} rural people" in finding.what for finding in coverage.findings)


def test_where_nobody_is_in_a_gap_no_new_school_is_proposed(open_project):
    project = open_project(population=township(6000), schools=junior(800))
    proposal = project.propose("junior", radius_m=1000)
    assert len(proposal.after.supply) == 1


def test_the_same_school_without_beds_leaves_every_village_in_a_gap(open_project):
    coverage = open_project(population=township(6000), schools=junior(0)).coverage("junior", radius_m=1000)
    assert coverage.total.uncovered == 16_000
    assert len(find_gaps(coverage)) == 8


def test_a_boarding_primary_school_changes_nothing(open_project):
    schools = [junior(1200)[0] | {"stage": "primary"}]
    assert open_project(population=township(6000), schools=schools).coverage("primary", radius_m=1000).total.uncovered


def bent_road(length_m):
    """A road of that length between two points that are nearer to each other."""
    return [{"id": "r", "wkt": f"LINESTRING(0 0, 0 {length_m / 3}, {length_m / 3} {length_m / 3}, {length_m / 3} 0)"}]


def village(open_project, length_m, *, stops=False):
    end = {"x": length_m / 3, "y": 0}
    layers = {
        "population": [{"id": "v", "name": "王庄", "people": 320, "area": "rural"} | end],
        "schools": [{"id": "p", "name": "中心小学", "stage": "primary", "x": 0, "y": 0}],
        "roads": bent_road(length_m),
    }
    if stops:
        layers["stops"] = [{"id": "a", "kind": "bus", "x": 0, "y": 0}, {"id": "b", "kind": "bus"} | end]
    project = open_project(**layers)
    demand = build_demand(project.units, Stage.PRIMARY, 2000.0)
    supply = existing_supply(project.layers, project.units, Stage.PRIMARY)
    return journeys(project.engine(Travel.WALK), demand.xy, supply, routes=routes_of(project.layers.stops)), demand


@pytest.mark.parametrize(("length_m", "on_foot", "by_bus"), [(3000, 45, 9), (6000, 90, 18), (9900, 148.5, 29.7)])
def test_a_village_too_far_on_foot_passes_with_a_bus_and_the_clause_is_cited(open_project, length_m, on_foot, by_bus):
    found, demand = village(open_project, length_m)
    assert found.minutes == pytest.approx([on_foot])
    assert not found.within.any()
    found, demand = village(open_project, length_m, stops=True)
    assert found.minutes == pytest.approx([by_bus])
    assert found.within.all()
    (settlement,) = far_settlements(found, demand, demand.people > 0, citation=ZZ_196)
    assert settlement.in_place is Remedy.BUS
    assert "公交/校车" in settlement.zh
    assert ZZ_196 in settlement.zh


def test_a_village_at_half_an_hour_needs_no_remedy(open_project):
    found, demand = village(open_project, 2000)
    assert found.within.all()
    assert far_settlements(found, demand, demand.people > 0) == ()


def test_the_clause_on_remedies_stands_in_the_profile_of_zhengzhou():
    class World:
        profile = load_profile("zhengzhou")

    assert remedy_citation(World()) == ZZ_196


@pytest.mark.parametrize(("next_m", "verdict"), [(3000, "保留"), (2001, "保留"), (2000, "可撤并"), (1000, "可撤并")])
def test_closing_a_teaching_point_with_twelve_pupils(open_project, next_m, verdict):
    project = open_project(
        population=[
            {"id": "v", "people": 260, "pupils_primary": 12, "x": 0, "y": 0, "area": "rural"},
            {"id": "w", "people": 3000, "pupils_primary": 180, "x": next_m, "y": 0, "area": "rural"},
        ],
        schools=[
            {"id": "t", "name": "李庄教学点", "stage": "primary", "kind": "教学点", "enrolment": 12, "x": 0, "y": 0},
            {
                "id": "p",
                "name": "中心小学",
                "stage": "primary",
                "kind": "完全小学",
                "enrolment": 180,
                "x": next_m,
                "y": 0,
            },
        ],
    )
    demand = build_demand(project.units, Stage.PRIMARY, 2000.0)
    supply = existing_supply(project.layers, project.units, Stage.PRIMARY)
    closure = simulate_closure(project.engine(Travel.STRAIGHT), demand, supply, "t", enrolled={"t": 12.0, "p": 180.0})
    assert closure.verdict.zh == verdict
    assert closure.pupils == 12
    assert closure.beyond == (12 if closure.verdict is ClosureVerdict.KEEP else 0)
    public = closure.as_dict()
    assert (public["pupils"], public["verdict"]) == ("12", closure.verdict.value)
    steps = {step["id"]: step["zh"] for step in public["checklist"]}
    assert "听证" in steps["hearing"]
    assert "河北省要求公示一个月" in steps["publication"]
    # a count only: nothing in it lists children
    assert not any(isinstance(value, list) and len(value) == 12 for value in public.values())
