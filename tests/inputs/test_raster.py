"""People by cell: the sum of a raster is the sum of its rows, however it is added up or cut."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from shapely.geometry import box

from geoplan.inputs.cells import Cells, added_up, clipped

rasterio = pytest.importorskip("rasterio", reason="needs the extra raster")

WEST, NORTH, STEP = 114.48, 37.10, 0.005


@pytest.fixture
def grid(town):
    """grid(values, **options) -> people.tif of cells of 0.005° from the districts' north-western corner."""

    def write(values, *, crs="EPSG:4326", step=STEP, west=WEST, north=NORTH, toml="", **options):
        values = np.asarray(values, dtype=options.pop("dtype", "float32"))
        bands = values if values.ndim == 3 else values[None]
        with rasterio.open(
            town.folder / "people.tif", "w", driver="GTiff", width=bands.shape[2], height=bands.shape[1],
            count=len(bands), dtype=values.dtype, crs=crs, transform=rasterio.Affine(step, 0, west, 0, -step, north),
            **options,
        ) as file:  # fmt: skip
            file.write(bands)
        town.layer("population", f'path = "people.tif"\n{toml}')

    return write


def test_cells_with_people_become_boxes_and_keep_their_sum(town, grid):
    grid([[1, 2.5, 0], [4, -9999, 8]], nodata=-9999)
    frame = town.frame("population")
    assert list(frame["people"]) == [1, 2.5, 4, 8]
    assert list(frame.index) == ["cell 0, 0", "cell 0, 1", "cell 1, 0", "cell 1, 2"]
    assert set(frame.geom_type) == {"Polygon"}
    told = town.finding("raster-cells", "note").what
    assert told == "4 cells of 555 m hold 15.5 people; 1 cells have no data and hold nobody."


def test_cells_on_the_boundary_of_the_districts_are_split_by_area(districts, grid):
    # 20 × 12 cells; the districts reach over 12 × 20 cells of the grid, from its corner
    grid(np.ones((24, 16)))
    frame = districts.frame("population")
    assert frame["people"].sum() == pytest.approx(12 * 20, rel=1e-6)
    assert "240.0 people live in the districts" in districts.finding("raster-clipped", "note").what


def test_a_cell_between_two_districts_counts_in_both_by_its_share(districts, grid):
    grid(np.full((1, 1), 100.0), west=114.508, north=37.06, step=0.01)
    frame = districts.frame("population")
    assert sorted(frame["people"]) == pytest.approx([20, 80], rel=1e-6)
    assert list(frame.index) == ["cell 0, 0", "cell 0, 0 (2)"]


def test_cells_are_added_up_to_the_size_that_is_asked_for(town, grid):
    values = np.arange(35.0).reshape(5, 7)
    grid(values, toml="cell_m = 1200")
    frame = town.frame("population")
    assert frame["people"].sum() == pytest.approx(values.sum(), rel=1e-9)
    assert len(frame) == 6
    assert "6 cells of 1,665 m" in town.finding("raster-cells").what


def test_a_raster_in_metres_and_one_without_crs(town, grid):
    place = {"crs": "EPSG:4547", "step": 100.0, "west": 544_000.0, "north": 4_103_000.0}
    grid([[5, 6]], **place)
    assert town.frame("population").area.round().tolist() == [10_000, 10_000]
    grid([[5, 6]], **(place | {"crs": None}))
    assert town.codes() == ["no-crs"]
    grid([[5, 6]], **(place | {"crs": None}), toml='crs = "EPSG:4547"')
    assert town.frame("population")["people"].sum() == 11


def test_negative_cells_are_an_error_that_names_value_and_count_unless_left_out(town, grid):
    grid([[1, -9999, -9999], [3, -1, 2]])
    finding = town.finding("negative-people", "error")
    assert finding.what == "3 cells are below zero; the value -9999 stands in 2."
    assert finding.rows == ("cell 0, 1", "cell 0, 2", "cell 1, 1")
    grid([[1, -9999, -9999], [3, -1, 2]], toml='where = { people = [">=0"] }')
    assert town.frame("population")["people"].sum() == 6


def test_nan_and_infinity_hold_nobody(town, grid):
    grid([[1, np.nan, np.inf]])
    assert town.frame("population")["people"].tolist() == [1]
    assert "2 cells have no data" in town.finding("raster-cells").what


def test_several_bands_must_be_told_which(town, grid):
    grid(np.array([[[1.0]], [[7.0]]]))
    assert town.codes() == ["missing-layer-in-file"]
    grid(np.array([[[1.0]], [[7.0]]]), toml='layer = "2"')
    assert town.frame("population")["people"].tolist() == [7]


def test_pupils_may_be_in_the_cells(town, grid):
    grid([[3.0]], toml='counts = "pupils"')
    assert town.frame("population")["people"].tolist() == [3]


def test_a_raster_far_from_the_districts_is_an_error(districts, grid):
    grid([[1.0]], west=100.0)
    assert "far-away" in districts.codes()


def test_a_raster_is_no_layer_of_schools(town, grid):
    grid([[1.0]])
    town.layer("schools", 'path = "people.tif"')
    assert "wrong-geometry-type" in town.codes()


@pytest.mark.parametrize("bytes_left", [4, 200])
def test_a_cut_raster_is_an_error(town, grid, bytes_left):
    grid(np.ones((50, 50)))
    path = town.folder / "people.tif"
    path.write_bytes(path.read_bytes()[:bytes_left])
    assert town.codes() == ["unreadable-file"]


def test_a_raster_of_many_cells_needs_districts_or_is_refused(town, grid, monkeypatch):
    monkeypatch.setattr("geoplan.inputs.raster.MAX_CELLS", 1000)
    grid(np.ones((100, 100)))
    assert town.codes() == ["too-large"]
    town.save("districts.gpkg", {"id": ["d"], "name": ["甲"]}, [box(WEST, NORTH - 0.1, WEST + 0.1, NORTH)])
    town.layer("districts", 'path = "districts.gpkg"')
    assert town.frame("population")["people"].sum() == pytest.approx(400, rel=1e-6)


counts = st.floats(0, 1e6, width=32)


@given(
    arrays.arrays(np.float64, st.tuples(st.integers(1, 12), st.integers(1, 12)), elements=counts),
    st.integers(1, 6),
    st.integers(0, 9),
    st.integers(0, 9),
)
def test_adding_up_keeps_the_sum_and_the_grid(values, factor, row, column):
    cells = Cells(500_000, 4_100_000, 100, 100, row, column)
    summed, coarse = added_up(values, cells, factor)
    assert summed.sum() == pytest.approx(values.sum(), rel=1e-9)
    assert coarse.width == 100 * factor
    fine = shapely.total_bounds(cells.boxes(*(axis.ravel() for axis in np.indices(values.shape))))
    whole = shapely.total_bounds(coarse.boxes(*(axis.ravel() for axis in np.indices(summed.shape))))
    assert (whole[:2] <= fine[:2]).all()
    assert (whole[2:] >= fine[2:]).all()


@given(
    arrays.arrays(np.float64, (6, 6), elements=counts),
    st.lists(st.tuples(*[st.floats(-1, 7)] * 2, *[st.floats(0.1, 5)] * 2), min_size=1, max_size=4),
)
def test_cutting_keeps_the_sum_even_where_districts_overlap(values, corners):
    cells = Cells(0, 6, 1, 1)
    boxes = cells.boxes(*(axis.ravel() for axis in np.indices(values.shape)))
    areas = np.array([box(x, y, x + width, y + height) for x, y, width, height in corners])
    parts, people, kept, outside = clipped(boxes, values.ravel(), areas)
    assert people.sum() + outside == pytest.approx(values.sum(), rel=1e-9, abs=1e-9)
    assert (people >= 0).all()
    assert len(parts) == len(kept)
    union = shapely.union_all(areas)
    inside = shapely.area(shapely.intersection(boxes, union))
    assert people.sum() == pytest.approx((values.ravel() * inside).sum(), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("words", ["Elevation a.s.l.", "SRTM 30 m", "高程"])
def test_a_raster_that_calls_itself_heights_is_a_warning_that_quotes_it(town, grid, words):
    grid([[30, 40], [50, 60]])
    with rasterio.open(town.folder / "people.tif", "r+") as file:
        file.set_band_description(1, words)
    told = town.finding("raster-not-people", "warning")
    assert "its name or description says" in told.what
    assert "WorldPop" in told.fix


def test_metres_are_no_unit_of_people(town, grid):
    grid([[30, 40], [50, 60]])
    with rasterio.open(town.folder / "people.tif", "r+") as file:
        file.set_band_unit(1, "metre")
    assert "its unit is 'metre'" in town.finding("raster-not-people", "warning").what


def test_more_people_than_in_any_city_are_doubted_and_a_dense_block_is_not(town, grid):
    grid(np.full((40, 40), 15_000.0))  # 555 m cells: 48,700 people per km² over 490 km²
    assert "more than in any city" in town.finding("raster-not-people", "warning").what
    grid(np.full((40, 40), 5_000.0))
    assert "raster-not-people" not in town.codes("warning")
    grid(np.full((4, 4), 15_000.0))  # 5 km² may be so dense
    assert "raster-not-people" not in town.codes("warning")
