import pytest
import shapely

from geoplan.ledger import NoDataError
from geoplan.ledger.indicators.catchments import INDICATORS
from geoplan.rules import State

READ = {each.name: each.read for each in INDICATORS}
SCHOOLS = [
    {"id": "a", "name": "一小", "stages": "p", "ownership": "public", "x": 0},
    {"id": "b", "name": "二小", "stages": "p", "ownership": "public", "x": 2000},
    {"id": "m", "name": "民办小学", "stages": "p", "ownership": "private", "x": 3000},
    {"id": "n", "name": "九年制", "stages": "pj", "ownership": "public", "x": 4000},
]
PEOPLE = [{"id": f"h{x}", "name": f"{x}米", "x": x, "people": 100 + x / 10, "area": "urban"} for x in (0, 1000, 3000)]


def zone(school, low, high, **columns):
    return {"school": school, "geometry": shapely.box(low, -500, high, 500)} | columns


def read(world, clause, name, zones, **options):
    w = world(population=PEOPLE, schools=SCHOOLS, zones=zones)
    asked = clause(name, **({"level": "primary"} | options))
    return {each.variant_en: each for each in READ[name](w, asked)}


def test_people_inside_a_zone_are_counted_and_the_others_named(world, clause):
    found = read(world, clause, "catchment_coverage", [zone("a", -500, 500), zone("二小", 500, 2000)])["primary"]
    # 100 and 200 inside, 400 outside
    assert found.value == pytest.approx(300 / 7)
    assert found.zh == "小学学区内人口 300 / 700 = 42.86 %；400人不在任何学区：3000米"
    assert found.rows == ("h3000",)


def test_everyone_in_a_zone_is_exactly_a_hundred_and_overlaps_count_once(world, clause):
    found = read(world, clause, "catchment_coverage", [zone("a", -500, 3500), zone("b", 500, 4000)])["primary"]
    assert (found.value, found.count) == (100.0, 0)


def test_a_private_schools_zone_does_not_count(world, clause):
    found = read(world, clause, "catchment_coverage", [zone("民办小学", -500, 3500)])["primary"]
    assert found.value == 0


def test_a_zone_counts_for_the_stages_that_it_names_or_that_its_school_has(world, clause):
    named = [zone("n", -500, 3500, stages="p")]
    found = read(world, clause, "catchment_coverage", named, level="compulsory")
    assert {stage: each.value for stage, each in found.items()} == {"primary": 100.0, "junior": 0.0}
    blank = [zone("n", -500, 3500)]
    assert read(world, clause, "catchment_coverage", blank, level="compulsory")["junior"].value == 100.0
    # a primary school's zone says nothing of junior pupils
    assert read(world, clause, "catchment_coverage", [zone("a", -500, 3500)], level="junior")["junior"].value == 0.0


def test_people_of_another_area_are_not_asked(world, clause):
    found = read(world, clause, "catchment_coverage", [zone("a", 0, 1)], scope="rural")
    assert next(iter(found.values())).state is State.NOT_APPLICABLE


def test_every_public_school_needs_a_zone_and_schools_may_share_one(world, clause):
    shared = read(world, clause, "catchment_exists", [zone("一小、b", 0, 1), zone("九年制", 1, 2)])["primary"]
    assert (shared.value, shared.state) == (0, State.MET)
    assert shared.zh == "公办小学 3 所，有学区 3 所"
    lacking = read(world, clause, "catchment_exists", [zone("a", 0, 1)])["primary"]
    assert (lacking.value, lacking.state, lacking.rows) == (2, State.NOT_MET, ("b", "n"))
    assert "无学区：二小、九年制" in lacking.zh


def test_zones_and_their_school_are_asked_for(world, clause):
    for ask in READ.values():
        with pytest.raises(NoDataError) as missing:
            list(ask(world(population=PEOPLE, schools=SCHOOLS), clause(level="primary")))
        assert missing.value.role == "zones"


def test_each_county_is_told_where_the_clause_binds_every_county(world, clause):
    districts = [{"id": "d", "name": "甲县", "geometry": shapely.box(-900, -900, 900, 900)}]
    w = world(population=PEOPLE, schools=SCHOOLS, zones=[zone("a", -500, 500)], districts=districts)
    asked = clause("catchment_coverage", level="primary", by_place=True)
    assert {each.place: each.value for each in READ["catchment_coverage"](w, asked)} == pytest.approx(
        {"": 100 / 7, "d": 100.0}
    )
