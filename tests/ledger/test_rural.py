import pytest

from geoplan.ledger import NoDataError
from geoplan.ledger.indicators.rural import INDICATORS, remedy_citation
from geoplan.rules import State

READ = {each.name: each.read for each in INDICATORS}
ZZ_196 = "004_37f57ac8b3229a3d.txt"


def homes(*rows, area="rural"):
    return [{"id": f"v{i}", "name": f"村{i}", "x": x, "people": n, "area": area} for i, (x, n) in enumerate(rows)]


def primaries(**points):
    """x by id; ids that begin with t are teaching points."""
    return [
        {"id": key, "name": f"{key}校", "stages": "p", "x": x, "kind": "教学点" if key.startswith("t") else "完全小学"}
        for key, x in points.items()
    ]


def kept(world, clause, people, schools, **closing):
    rows = [row | {"year_close": closing[row["id"]]} if row["id"] in closing else row for row in schools]
    found = list(READ["teaching_points_kept"](world(population=people, schools=rows), clause("teaching_points_kept")))
    assert len(found) == 1
    return found[0]


VALLEY = homes((0, 90), (3000, 800), (4000, 60))
SCHOOLS = primaries(t1=0, p1=3000, t2=4000)


def test_teaching_points_that_stand_are_counted_with_those_that_nobody_could_do_without(world, clause):
    found = kept(world, clause, VALLEY, SCHOOLS)
    assert (found.value, found.state, found.rows) == (0, State.MET, ())
    assert found.zh == "教学点2个，保留2个，其中1个撤并后有学生超过30分钟、应予保留；已撤或拟撤0个"


def test_closing_one_that_leaves_children_beyond_half_an_hour_fails_the_clause(world, clause):
    found = kept(world, clause, VALLEY, SCHOOLS, t1=2024.0)
    assert (found.value, found.state, found.rows) == (1, State.NOT_MET, ("t1",))
    assert found.zh.endswith("已撤或拟撤1个，其中不应撤：t1校")


def test_closing_one_with_a_school_near_by_keeps_the_clause(world, clause):
    assert kept(world, clause, VALLEY, SCHOOLS, t2=2024.0).state is State.MET


def test_a_closed_point_is_no_next_school_for_another(world, clause):
    # two neighbours closed together leave the village with nothing, though each had the other
    found = kept(world, clause, homes((0, 90)), primaries(t1=0, t2=1000, p1=9000), t1=2024.0, t2=2024.0)
    assert found.rows == ("t1", "t2")


def test_a_layer_without_teaching_points_is_not_asked(world, clause):
    assert kept(world, clause, VALLEY, primaries(p1=0)).state is State.NOT_APPLICABLE


def test_the_kind_of_school_is_asked_for(world, clause):
    schools = [{"id": "p", "stages": "p", "x": 0}]
    with pytest.raises(NoDataError) as missing:
        list(READ["teaching_points_kept"](world(population=VALLEY, schools=schools), clause("x")))
    assert (missing.value.role, missing.value.columns) == ("schools", ("kind",))


def remedy(world, clause, people, schools, **roles):
    asked = clause("access_remedy", level="primary", scope="rural", source=ZZ_196, line="196")
    (found,) = READ["access_remedy"](world(population=people, schools=schools, **roles), asked)
    return found


def test_a_village_with_a_bus_is_helped_and_the_clause_is_cited(world, clause):
    stops = [{"x": 0, "kind": "bus"}, {"x": 3000, "kind": "bus"}]
    found = remedy(world, clause, homes((3000, 320)), primaries(p1=0), stops=stops)
    assert (found.value, found.state, found.count) == (0, State.MET, 0)
    assert "1个农村居民点步行超过30分钟，1个已有寄宿、公交或校车" in found.zh
    assert f"乘公交9分钟，以公交/校车解决（{ZZ_196}:196）" in found.zh


def test_a_village_without_one_is_named_with_what_would_work(world, clause):
    stops = [{"x": 0, "kind": "bus"}, {"x": 9000, "kind": "bus"}]
    found = remedy(world, clause, homes((3000, 320), (1000, 50)), primaries(p1=0), stops=stops)
    assert (found.value, found.state, found.rows) == (1, State.NOT_MET, ("v0",))
    assert "可采取：公交、校车、新建学校" in found.zh


def test_without_stops_a_far_village_is_no_data_and_a_near_one_is_met(world, clause):
    far = remedy(world, clause, homes((3000, 320)), primaries(p1=0))
    assert (far.state, far.value) == (State.NO_DATA, 1)
    assert "没有公交站点图层" in far.zh
    assert remedy(world, clause, homes((2000, 320)), primaries(p1=0)).state is State.MET


def test_townspeople_and_closed_schools_do_not_count(world, clause):
    people = [*homes((3000, 320)), {"id": "u", "x": 9000, "people": 5, "area": "urban"}]
    schools = primaries(p1=3000, p2=0)
    assert remedy(world, clause, people, schools).state is State.MET
    schools[0]["year_close"] = 2023.0
    assert remedy(world, clause, people, schools).count == 1


def test_each_stage_of_the_clause_has_its_own_reading(world, clause):
    schools = [{"id": "n", "stages": "pj", "x": 0, "boarding_beds": 700.0, "enrolment": 900.0}]
    w = world(population=homes((3000, 320)), schools=schools)
    found = {each.variant_en: each for each in READ["access_remedy"](w, clause("access_remedy", level="compulsory"))}
    assert {stage: each.state for stage, each in found.items()} == {"primary": State.NO_DATA, "junior": State.MET}
    assert "寄宿制" in found["junior"].zh


def test_the_clause_on_remedies_is_found_in_the_profile(world, clause):
    assert remedy_citation(world(clause("access_remedy", source=ZZ_196, line="196"))) == f"{ZZ_196}:196"
    assert remedy_citation(world()) == ""


@pytest.mark.parametrize("name", list(READ))
def test_people_are_asked_for(world, clause, name):
    with pytest.raises(NoDataError) as missing:
        list(READ[name](world(schools=SCHOOLS), clause(name)))
    assert missing.value.role == "population"
