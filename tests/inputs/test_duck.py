"""DuckDB files: one table or one SELECT, and no way to anything else."""

from __future__ import annotations

import pytest
import shapely
from shapely.geometry import Point

SCHOOLS = {"id": ["s1", "s2"], "学校名称": ["邢台市第一幼儿园", "二中"], "学段": ["幼儿园", "初中"]}


@pytest.fixture
def duck(town):
    """A database with schools as WKB, WKT and columns."""
    duckdb = pytest.importorskip("duckdb", reason="needs the extra duckdb")
    with duckdb.connect(str(town.folder / "city.duckdb")) as connection:
        columns = 'id VARCHAR, "学校名称" VARCHAR, "学段" VARCHAR, lon DOUBLE, lat DOUBLE, geom BLOB'
        connection.execute(f"CREATE TABLE schools ({columns})")
        places = [Point(114.50, 37.05), Point(114.52, 37.06)]
        for row in zip(*SCHOOLS.values(), [114.50, 114.52], [37.05, 37.06], map(shapely.to_wkb, places), strict=True):
            connection.execute("INSERT INTO schools VALUES (?, ?, ?, ?, ?, ?)", row)
        connection.execute("CREATE TABLE other (id INTEGER)")
    return town


@pytest.mark.parametrize(
    "toml",
    [
        'layer = "schools"\ncrs = "EPSG:4326"',
        'layer = "main.schools"\ncrs = "EPSG:4326"',
        'sql = "SELECT * EXCLUDE (geom) FROM schools"',
        (
            "crs = 'EPSG:4326'\n"
            "sql = \"SELECT id, 学校名称, 学段, 'POINT(' || lon || ' ' || lat || ')' AS wkt FROM schools\""
        ),
    ],
)
def test_a_duckdb_is_read_by_table_or_by_select(duck, toml):
    duck.layer("schools", f'path = "city.duckdb"\n{toml}')
    frame = duck.frame("schools")
    assert list(frame["name"]) == SCHOOLS["学校名称"]
    assert frame.to_crs(4326).geometry.x.tolist() == pytest.approx([114.50, 114.52])
    assert "sha256" in duck.finding("database-read", "note").what


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('population.csv')",
        "COPY schools TO 'out.csv'",
        "DROP TABLE schools",
        "SELECT 1; DROP TABLE schools",
        "INSTALL spatial",
        "SELECT * FROM schools) AS a; COPY schools TO 'out.csv' --",
    ],
)
def test_a_duckdb_is_asked_one_select_that_reaches_no_other_file(duck, sql, monkeypatch):
    monkeypatch.chdir(duck.folder)
    duck.layer("schools", f'path = "city.duckdb"\nsql = "{sql}"')
    assert duck.codes() == ["database-refused"]
    assert not (duck.folder / "out.csv").exists()


def test_a_duckdb_without_the_table_lists_those_it_has(duck):
    duck.layer("schools", 'path = "city.duckdb"\nlayer = "scools"')
    finding = duck.finding("missing-layer-in-file", "error")
    assert "main.other, main.schools" in finding.what
