"""What is said about the real layers beside the checkout: districts, points in them, and the census."""

from __future__ import annotations

import gzip
import io

import pandas as pd
import pytest
import shapely

from geoplan.inputs.totals import check_totals

pytestmark = pytest.mark.shared

COUNTIES = 'columns = { id = "district_adcode", name = "district_name" }'


def counties(town, shared, source):
    path = shared / "henan-hebei-admin" / f"counties_4cities_{source}_wgs84.geojson"
    town.layer("districts", f'path = "{path}"\n{COUNTIES}')


def townships(town, shared, datum):
    path = shared / "henan-hebei-admin" / "divisions2016_4cities_gcj02.csv.gz"
    columns = '{ id = "code", people = "=1", district = "adcode", lon = "lon_gcj02", lat = "lat_gcj02" }'
    where = '{ level = ["town"], lon_gcj02 = [">0"] }'
    town.layer("population", f'path = "{path}"\ndatum = "{datum}"\ncolumns = {columns}\nwhere = {where}')


def found(town, *roles):
    _, findings = town.check(roles=set(roles))
    return {finding.code: finding for finding in findings}


@pytest.mark.parametrize("source", ["tianditu", "amap"])
def test_both_sources_of_the_county_boundaries_are_clean_coverages(town, shared, source):
    counties(town, shared, source)
    town.tables["districts"] += "\nclean = true"
    codes = found(town, "districts")
    assert "already-clean" in codes
    assert not {"overlapping-districts", "gaps-between-districts", "boundary-slivers", "invalid-polygon"} & set(codes)


def test_anyang_county_lies_in_two_parts_on_the_map_of_the_state(town, shared):
    counties(town, shared, "tianditu")
    assert "a part of 安阳县 (410522) (498.51 km²) beside 文峰区" in found(town, "districts")["enclaves"].what


def test_the_finer_map_knows_the_enclaves_of_xinhe_and_zhongzhan(town, shared):
    counties(town, shared, "amap")
    finding = found(town, "districts")["enclaves"]
    assert "a part of 新河县 (130530) (1.85 km²) inside 南宫市 (130581)" in finding.what
    assert "ha) inside 博爱县 (410822); a part of 惠济区 (410108) (7.48 ha) inside 金水区 (410105)" in finding.what
    assert (finding.severity, finding.rows) == ("note", ("410522", "130530", "410803", "410108"))


@pytest.mark.parametrize(("source", "outside", "far"), [("tianditu", 6, 3), ("amap", 5, 5)])
def test_townships_outside_the_county_of_their_code_are_those_that_changed_county(town, shared, source, outside, far):
    counties(town, shared, source)
    townships(town, shared, "gcj02")
    finding = found(town, "districts", "population")["outside-own-district"]
    assert finding.count == outside
    assert f"{outside} of 448 population" in finding.what
    assert f"{far} of them by more than 500 m" in finding.what
    assert "410522107000 stands 4.2 km outside 安阳县 (410522), in 殷都区 (410505)" in finding.what


def test_two_offices_of_zhengzhou_stand_on_one_point(town, shared):
    counties(town, shared, "tianditu")
    townships(town, shared, "gcj02")
    assert found(town, "districts", "population")["same-place"].rows == ("410105014000 and 410105016000",)


def test_shanghai_names_doubled_schools_and_those_outside_their_district(town, shared):
    folder = shared / "shanghai"
    town.layer("districts", f'path = "{folder / "shanghai_districts_tianditu_wgs84.geojson"}"')
    town.layer("schools", f'path = "{folder / "shanghai_schools_poi.csv"}"')
    codes = found(town, "districts", "schools")
    assert codes["duplicate-school"].what.startswith("10 schools bear the name of another one within 200 m")
    assert codes["outside-own-district"].what.startswith(
        "46 of 4,198 schools that name their district stand outside it, 1 of them by more than 500 m: "
        "row 221 stands 664 m outside 徐汇区 (310104), in 闵行区 (310112)"
    )
    assert codes["school-outside-area"].what == "6 of 4,198 schools stand outside every district, 494 m at most."
    assert "overlapping-districts" not in codes
    assert "far-outside" not in codes


def test_liechtenstein_is_known_for_its_exclaves(town, shared):
    path = shared / "liechtenstein" / "liechtenstein.osm.pbf"
    town.layer("districts", f'path = "{path}"\nwhere = {{ admin_level = ["8"] }}')
    assert found(town, "districts")["enclaves"].count == 7
    town.layer("districts", f'path = "{path}"')
    finding = found(town, "districts")["overlapping-districts"]
    assert "Liechtenstein (relation/1155955) covers 13 of the others: two levels in one layer" in finding.what


def test_zhengzhou_units_overlap_and_can_be_cleaned_without_moving_a_pupil(town, shared):
    path = shared / "zhengzhou-zy-kong" / "zy_units_local.gpkg"
    town.project = 'crs = "local"'
    town.layer("districts", f'path = "{path}"\ncolumns = {{ id = "ID" }}')
    town.layer("population", f'path = "{path}"\ncounts = "pupils"')
    codes = found(town, "districts", "population")
    assert codes["overlapping-districts"].what == (
        "6 pairs of districts overlap, by 383.3 m² at most, 0.7% of the smaller one at most."
    )
    assert "62: 151,239 → 151,239 m² (Ring Self-intersection)" in codes["invalid-polygon"].what
    town.tables["districts"] += "\nclean = true"
    layers, findings = town.check(roles={"districts", "population"})
    codes = {finding.code: finding for finding in findings}
    assert shapely.coverage_is_valid(layers.districts.frame.geometry.to_numpy())
    assert "24 of 324 districts changed their area" in codes["topology-cleaned"].what
    assert "3,873 pupils before cleaning, 3,873 after; 0 rows" in codes["joined-after-cleaning"].what
    assert not {"overlapping-districts", "boundary-slivers"} & set(codes)


@pytest.fixture
def census(shared):
    """People of each county with a polygon, 2020, by code."""
    table = pd.read_csv(shared / "henan-hebei-admin" / "census2020_county_4cities.csv", dtype={"区划代码": str})
    return dict(zip(table["区划代码"], table["人口数_合计"].astype(int), strict=True))


def test_ten_kilometre_cells_miss_the_census_by_county_and_the_sums_say_where(town, shared, census):
    """WorldPop in cells of 10 km: a cell lies on several counties, so only the sum comes near."""
    counties(town, shared, "tianditu")
    cells = gzip.decompress((shared / "henan-hebei-admin" / "worldpop_10km_2020_bbox.csv.gz").read_bytes())
    people = pd.read_csv(io.BytesIO(cells)).rename(columns={"pop2020": "people"})
    town.write("population.csv", people.assign(id=range(len(people))).to_csv(index=False))
    layers, _ = town.check(roles={"districts", "population"})
    ids = [key for key in layers.districts.frame.index if key in census]
    assert len(ids) == 49
    official = "\n".join(f'"{key}" = {census[key]}' for key in ids)
    totals = f'[totals]\nsource = "七普 2020"\ntolerance = 0.05\n[totals.by_district.people]\n{official}'
    town.tables["districts"] += f"\n{totals}"
    town.tables["districts"] = town.tables.pop("districts")  # the last table of the file
    layers, findings = town.check(roles={"districts", "population"})
    check = check_totals(town.config(), layers)
    by_place = {row.place: row for row in check.rows}
    assert sum(row.official for row in check.rows if row.official) == sum(census[key] for key in ids)
    assert by_place[""].found == pytest.approx(150_820_435, rel=1e-6)
    assert by_place["-"].found == pytest.approx(122_829_809, rel=1e-6)
    inside = by_place[""].found - by_place["-"].found
    assert inside == pytest.approx(sum(census[key] for key in ids), rel=0.1)
    differing = {row.place for row in check.differing}
    assert len(differing) > 40
    finding = next(each for each in findings if each.code == "total-differs")
    assert finding.count == len(differing)
    assert f"By district {len(differing)} of 49 differ (七普 2020, tolerance 5.0%)" in finding.what


def test_the_people_of_the_demo_are_those_of_the_census_in_every_county_with_a_polygon(town, shared, census):
    from geoplan.files import bundled

    demo = bundled("data") / "demo"
    town.layer("districts", f'path = "{demo / "districts.gpkg"}"')
    town.layer("population", f'path = "{demo / "population.gpkg"}"')
    town.tables.pop("schools")
    layers, _ = town.check(roles={"districts", "population"})
    ids = list(layers.districts.frame.index)
    official = "\n".join(f'"{key}" = {census[key]}' for key in ids)
    town.tables["population"] += f'\n[totals]\nsource = "七普 2020"\n[totals.by_district.people]\n{official}'
    layers, _ = town.check(roles={"districts", "population"})
    check = check_totals(town.config(), layers)
    assert [(row.label, row.found, row.official) for row in check.differing] == [("河北邢台经济开发区", 0, 182_585)]
    assert sum(1 for row in check.rows if row.agrees) == 18
