import geopandas as gpd
import pytest
import shapely

import geoplan
from geoplan.errors import (
    InputError,
    MissingColumnError,
    MissingFileError,
    ProblemError,
    PublishError,
    RuleError,
    TravelError,
)
from geoplan.project import Project
from geoplan.scaffold import init_project
from geoplan.types import Severity, Stage, Travel

HOMES = [
    {"id": "h1", "people": 100, "x": 0, "y": 0},
    {"id": "h2", "people": 50, "x": 900, "y": 0},
    {"id": "h3", "people": 20, "x": 4000, "y": 0},
]
SCHOOLS = [{"id": "s1", "name": "一小", "stage": "九年一贯制", "capacity": 90, "x": 0, "y": 0}]
STREET = [{"id": "r1", "wkt": "LINESTRING(-100 0, 5000 0)"}]
SITES = [
    {"id": "c1", "name": "甲", "stage": "", "capacity": 90, "cost": 5, "x": 1000, "y": 0},
    {"id": "c2", "name": "乙", "stage": "小学", "capacity": 90, "cost": 5, "x": 4000, "y": 0},
]


def halves(**columns):
    shapes = [shapely.box(-500, -500, 500, 500), shapely.box(500, -500, 5000, 500)]
    rows = [{"id": each, "wkt": shape.wkt} for each, shape in zip("we", shapes, strict=True)]
    return [row | {key: values[i] for key, values in columns.items()} for i, row in enumerate(rows)]


@pytest.fixture
def town(open_project):
    def build(**more):
        return open_project(**({"population": HOMES, "schools": SCHOOLS} | more))

    return build


def test_the_package_offers_the_facade_and_its_one_error():
    assert geoplan.Project is Project
    assert issubclass(InputError, geoplan.GeoplanError)
    with pytest.raises(AttributeError, match="nothing"):
        _ = geoplan.nothing


def test_a_nine_year_school_serves_primary_and_junior_and_no_kindergarten(town):
    project = town()
    assert project.coverage("primary", radius_m=500).total.covered == 100
    assert project.coverage(Stage.JUNIOR, radius_m=1000).total.covered == 150
    kindergarten = project.coverage("kindergarten", radius_m=500)
    assert kindergarten.total.covered == 0
    assert "no-schools" in {finding.code for finding in kindergarten.findings}


def test_the_radius_of_the_profile_is_used_where_none_is_given(town):
    assert town().coverage("primary").as_dict()["radius_m"] == 500
    assert town().coverage("junior").as_dict()["radii"][0]["profile"] == "national"


def test_150_of_170_people_are_covered_at_a_kilometre(town):
    shown = town().coverage("primary", radius_m=1000).as_dict()
    assert (shown["people"], shown["people_covered"]) == (170, 150)
    assert shown["share_covered"] == pytest.approx(150 / 170, abs=1e-6)


@pytest.mark.parametrize("radius_m", [0, -5, float("nan")])
def test_a_radius_that_is_not_above_zero_is_refused(town, radius_m):
    with pytest.raises(ValueError, match="above 0"):
        town().coverage("primary", radius_m=radius_m)


def test_an_unknown_stage_is_refused(town):
    with pytest.raises(ValueError, match="primry"):
        town().coverage("primry")


def test_a_stage_without_any_radius_is_a_rule_error_with_two_remedies(town):
    with pytest.raises(RuleError, match=r"--radius-m.*radius_profiles"):
        town().coverage("senior")


def test_walking_without_roads_is_an_error_with_a_remedy(town):
    with pytest.raises(TravelError, match=r"\[layers.roads\].*--travel straight"):
        town().coverage("primary", travel="walk")
    assert town().travels == (Travel.STRAIGHT,)


def test_with_roads_proposals_are_made_on_foot_unless_the_project_says_otherwise(town):
    project = town(roads=STREET, sites=SITES)
    assert project.proposal_travel is Travel.WALK
    assert project.propose("primary", new=1).travel is Travel.WALK
    assert project.propose("primary", new=1, travel="straight").travel is Travel.STRAIGHT
    project = town(roads=STREET, sites=SITES, tail='[propose]\ntravel = "straight"')
    assert project.propose("primary", new=1).travel is Travel.STRAIGHT


def test_a_proposal_takes_the_site_where_most_are_newly_served(town):
    plan = town(sites=SITES).propose("primary", new=1)
    assert plan.solution.new_sites == ("c1",)
    assert plan.people_newly_covered == 50
    assert town(sites=SITES).propose("primary", new=None).people_newly_covered == 70


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ({"new": 1, "min_load": 3}, "ask for seats"),
        ({"seats": True}, "say how many new sites"),
        ({"budget": 3}, "needs a number of new sites"),
        ({"new": 1, "budget": 3, "seats": True}, "does not go with --seats"),
        ({"new": 1, "budget": 3, "model": "set_cover"}, "does not go with --seats or set_cover"),
    ],
)
def test_wishes_that_contradict_each_other_are_refused_before_any_layer_is_read(town, monkeypatch, wishes, message):
    project = town(sites=SITES)
    monkeypatch.setattr(Project, "layers", property(lambda _: pytest.fail("a layer was read")))
    with pytest.raises(ProblemError, match=message):
        project.propose("primary", **wishes)


def test_a_site_with_a_stage_is_no_candidate_of_another(town):
    project = town(sites=SITES)
    assert len(project.propose("kindergarten", new=1).candidates) == 1
    with pytest.raises(ProblemError, match="2 new kindergarten"):
        project.propose("kindergarten", new=2)


def test_the_whole_plan_holds_every_stage_by_both_modes_with_numbers_that_agree(town):
    project = town(roads=STREET, sites=SITES, districts=halves(name=["西", "东"], area=["urban", "urban"]))
    plan = project.plan()
    assert [each.stage for each in plan.stages] == list(project.config.stages)
    for stage in plan.stages:
        assert [view.travel for view in stage.views] == [Travel.STRAIGHT, Travel.WALK]
        assert stage.basis.travel is Travel.WALK
    summary = plan.summary()
    for stage in summary["stages"]:
        for view in stage["coverage"]:
            assert view["before"]["people"] == summary["people"]
            assert view["people_in_gaps"] == view["before"]["people_assessed"] - view["before"]["people_covered"]
            assert view["after"]["people_covered"] >= view["before"]["people_covered"]
            assert sum(each["people"] for each in view["districts"]) == summary["people"]
        basis = stage["coverage"][1]
        gained = basis["after"]["people_covered"] - basis["before"]["people_covered"]
        assert stage["proposal"]["people_newly_covered"] == gained


def test_a_plan_asks_for_no_more_sites_than_there_are_and_says_so(town):
    plan = town(sites=SITES, tail="[propose]\nnew = 5").plan()
    assert "too-few-sites" in {finding.code for finding in plan.findings}


def test_the_plan_names_every_rule_that_a_figure_rests_on(town):
    plan = town().plan()
    assert {"CB-R-01", "CB-R-02", "NAT-R-02", "CB-R-03"} <= {rule.id for rule in plan.rules_in_force()}


def test_provenance_names_files_relative_to_the_project_and_no_machine_s_folder(town):
    project = town(sites=SITES)
    shown = project.plan().provenance.as_dict()
    assert set(shown["inputs_sha256"]) == {"project.toml", "population.csv", "schools.csv", "sites.csv"}
    assert set(shown["rules_sha256"]) == {"combined", "national"}
    assert str(project.config.folder) not in str(shown)


def test_two_projects_live_in_one_process(town):
    one, other = town(), town(population=HOMES[:1])
    assert one.coverage("primary", radius_m=1000).total.people == 170
    assert other.coverage("primary", radius_m=1000).total.people == 100
    assert one.coverage("primary", radius_m=1000).total.people == 170


def test_districts_without_names_get_the_people_who_live_in_them(town):
    project = town(districts=halves(area=["urban", "rural"]))
    found = {each: tally.people for each, _, tally in project.coverage("kindergarten", radius_m=500).by_district()}
    assert found == {"w": 100, "e": 70}


def test_a_missing_file_is_an_error_with_the_nearest_name(write_project):
    folder = write_project(population=HOMES, schools=SCHOOLS)
    (folder / "schools.csv").rename(folder / "schools1.csv")
    with pytest.raises(MissingFileError, match=r"schools\.csv.*Did you mean 'schools1\.csv'"):
        _ = Project.open(folder).layers


def test_a_missing_column_is_an_error_that_lists_what_was_found(open_project):
    homes = [{"id": "h", "peeple": 3, "x": 0, "y": 0}]
    with pytest.raises(MissingColumnError, match="peeple"):
        _ = open_project(population=homes, schools=SCHOOLS).layers


def test_check_lists_every_error_at_once_and_raises_nothing(open_project):
    homes = [{"id": "h", "people": -3, "x": 0, "y": 0}, {"id": "h", "people": 3, "x": 9, "y": 0}]
    schools = [{"id": "s", "stage": "大学堂", "x": 0, "y": 0}]
    found = open_project(population=homes, schools=schools).check()
    errors = {finding.code for finding in found if finding.severity is Severity.ERROR}
    assert {"negative-people", "duplicate-id", "school-without-stage"} <= errors


def test_check_raises_nothing_where_people_are_to_be_spread_and_no_district_holds_them(open_project):
    homes = [{"id": "h", "weight": 3, "x": 0, "y": 0}]
    project = open_project(population=homes, schools=SCHOOLS, options={"population": 'spread = { by = "weight" }'})
    assert any(finding.severity is Severity.ERROR for finding in project.check())


def test_check_of_a_good_project_has_no_error_and_leaves_the_layers_ready(town):
    project = town()
    assert Severity.ERROR not in {finding.severity for finding in project.check()}
    assert len(project.layers.population) == 3


def test_a_map_that_does_not_exist_is_refused_and_nothing_is_written(town, tmp_path):
    with pytest.raises((PublishError, ImportError)):
        town().publish("no-such-map", out=tmp_path / "out")
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]


def test_init_writes_a_template_and_three_folders_and_never_over_an_old_one(tmp_path):
    target = init_project(tmp_path / "city")
    assert {path.name for path in target.parent.iterdir()} == {"project.toml", "layers", "data", "maps"}
    target.write_text("mine")
    with pytest.raises(PublishError, match="exists already"):
        init_project(tmp_path / "city")
    assert target.read_text() == "mine"


def test_the_repr_fits_one_line_and_names_the_project(town):
    assert "'test'" in repr(town())
    assert "\n" not in repr(town().coverage("primary"))


def served_village(open_project, **more):
    """One place, at its own school, and no sites layer."""
    return open_project(
        population=[{"id": "p", "people": 100, "x": 0, "y": 0}],
        schools=[{"id": "s", "stage": "primary", "x": 0, "y": 0}],
        head={"stages": '["primary"]'},
        **more,
    )


def test_a_plan_where_everyone_is_served_already_is_optimal_with_nothing_to_build(open_project):
    proposal = served_village(open_project).plan().stages[0].proposal
    assert (proposal.solution.status.value, proposal.solution.gap, len(proposal.sites)) == ("optimal", 0, 0)
    as_needed = served_village(open_project).propose("primary")
    assert (as_needed.solution.status.value, as_needed.solution.objective) == ("optimal", 0)


def test_a_polygon_across_town_and_country_loses_nobody(open_project):
    def layer(columns, *boxes):
        shapes = [shapely.box(500_000 + west, 4_100_000, 500_000 + east, 4_101_000) for west, east in boxes]
        return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4547")

    found = open_project(
        districts=layer({"id": ["A", "B"], "name": ["A", "B"], "area": ["urban", "rural"]}, (0, 600), (600, 1000)),
        population=layer({"id": ["p"], "people": [1000]}, (0, 1000)),
        schools=layer({"id": ["s"], "stage": ["kindergarten"]}, (490, 510)),
        head={"crs": '"EPSG:4547"'},
    ).coverage("kindergarten")
    assert found.total.assessed == pytest.approx(1000)
    assert found.total.covered == pytest.approx(1000)


def test_a_stage_without_a_radius_is_left_out_of_the_plan_and_said_so(open_project):
    plan = open_project(
        population=[{"id": "p", "people": 100, "area": "rural", "x": 0, "y": 0}],
        schools=[{"id": "s", "stage": "kindergarten", "x": 0, "y": 0}],
        head={"stages": '["kindergarten", "primary"]'},
    ).plan()
    assert [stage.stage.value for stage in plan.stages] == ["kindergarten"]
    assert "no-radius" in {finding.code for finding in plan.findings}


def test_generated_sites_do_not_depend_on_the_order_of_rows_without_ids(open_project):
    homes = [{"people": 50, "x": x, "y": 0} for x in (3000, 9000, 6000)]
    school = [{"id": "s", "stage": "primary", "x": 0, "y": 0}]
    one, other = (
        open_project(population=rows, schools=school).propose("primary", new=1, radius_m=500).sites[0].xy
        for rows in (homes, homes[::-1])
    )
    assert one == other


def test_the_number_of_sites_that_a_model_decides_itself_is_said(open_project):
    found = open_project(
        population=[{"id": f"p{x}", "people": 10, "x": x, "y": 0} for x in (3000, 9000)],
        schools=[{"id": "s", "stage": "primary", "x": 0, "y": 0}],
    ).propose("primary", new=1, model="set_cover", radius_m=500)
    assert len(found.sites) == 2
    assert "count-decided-by-model" in {finding.code for finding in found.findings}
