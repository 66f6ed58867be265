"""Where to fetch: boxes, districts with a margin, and the cells they take."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from shapely.geometry import box

from geoplan.errors import ConfigError, InputError
from geoplan.fetch import area_of, area_of_districts
from geoplan.fetch.area import Cell
from geoplan.types import Layer


def districts(crs="EPSG:4547"):
    frame = gpd.GeoDataFrame(
        {"name": ["襄都区", "信都区", "开发区"]},
        geometry=[box(546_000, 4_096_000, 552_000, 4_102_000), box(552_000, 4_096_000, 640_000, 4_102_000), None],
        index=["d1", "d2", "d3"],
        crs=crs,
    )
    return Layer("districts", frame, "districts.gpkg")


def test_a_box_that_ends_on_the_grid_takes_no_cell_beside_it():
    assert [str(cell) for cell in area_of("114.5,37,114.6,37.05").cells()] == [
        "114.5,37,114.55,37.05",
        "114.55,37,114.6,37.05",
    ]


def test_a_point_like_box_takes_one_cell_also_south_and_west_of_zero():
    assert [str(cell) for cell in area_of("-0.01,-0.02,-0.009,-0.019").cells()] == ["-0.05,-0.05,0,0"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("114,37,115", "expected W,S,E,N"),
        ("a,b,c,d", "expected W,S,E,N"),
        ("114.6,37.1,114.4,37.0", "Was 114.4,37,114.6,37.1 meant?"),
        ("37.0,114.4,37.1,114.6", "Latitude seems to stand first"),
        ("nan,0,1,1", "expected W,S,E,N"),
        ("114,37,114,38", "is empty"),
    ],
)
def test_a_box_that_is_none_is_refused_with_what_was_expected(text, words):
    with pytest.raises(ConfigError) as caught:
        area_of(text)
    assert words in str(caught.value)


def test_a_country_is_refused_before_its_cells_are_counted_one_by_one():
    with pytest.raises(ConfigError, match="4,000 are fetched at most"):
        area_of("73,18,135,53").cells()


def test_one_district_by_name_or_id_with_its_margin():
    one = area_of_districts(districts(), "襄都区", margin_m=1_000.0)
    same = area_of_districts(districts(), "d1", margin_m=1_000.0)
    assert shapely.equals(one.shape, same.shape)
    west, south, east, north = one.bounds
    assert (east - west) * 111_320 * 0.8 == pytest.approx(8_000, rel=0.01)
    assert (north - south) * 110_960 == pytest.approx(8_000, rel=0.01)


def test_a_long_district_takes_only_the_cells_along_it():
    cells = area_of_districts(districts(), "信都区", margin_m=0.0).cells()
    assert 40 <= len(cells) <= 66  # 88 km by 6 km
    assert list(cells) == sorted(cells)


def test_an_unknown_district_is_told_with_a_near_one():
    with pytest.raises(InputError, match=r"no district is called '襄都县'. Did you mean '襄都区'"):
        area_of_districts(districts(), "襄都县", margin_m=0.0)


def test_a_district_without_outline_and_a_local_project_need_a_box():
    with pytest.raises(InputError, match="开发区 has no outline"):
        area_of_districts(districts(), "开发区", margin_m=0.0)
    with pytest.raises(InputError, match="local metres"):
        area_of_districts(districts(crs=None), None, margin_m=0.0)


def test_the_quarters_of_a_cell_fill_it_and_end_at_a_sixteenth():
    cell = Cell(0, 740, 2289)
    quarters = cell.quarters()
    assert shapely.union_all([box(*each.bounds) for each in quarters]).equals(box(*cell.bounds))
    assert sum(each.area_km2 for each in quarters) == pytest.approx(cell.area_km2, rel=1e-6)
    assert Cell(4, 1, 1).quarters() == ()
