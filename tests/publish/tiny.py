"""A town that can be counted by hand: thirty places on a grid of 1 km, 100 people in each.

j=4   .  .  .  .  .  K2        D1 (urban): columns 0-2      D2 (rural): columns 3-5
j=3   .  .  S1 .  .  .         kindergartens: radius 1,500 m straight, so a school covers its own place and the
j=2   S2 .  .  .  .  .         eight around it
j=1   .  .  .  .  .  .         primary schools: 500 m, in town only, so a school covers its own place
j=0   K1 K3 .  .  S3 .
   i= 0  1  2  3  4  5         A1 stands at K1, N9 (primary and junior) at K3, J1 (junior) at K2; S4 is excluded
"""

from __future__ import annotations

from geoplan.project import Project

ORIGIN = (497_000.0, 4_100_000.0)
SCHOOLS = (
    ("K1", "=1+1", "幼儿园", "公办", 0, 0),
    ("K2", "<b>\"&'</b>", "幼儿园", "公办", 5, 4),
    ("K3", "@SUM(1)", "幼儿园", "民办", 1, 0),
    ("A1", "+cmd|' /C calc'!A0", "小学", "公办", 0, 0),
    ("N9", "-2", "九年一贯制学校", "公办", 1, 0),
    ("J1", "三中", "初中", "公办", 5, 4),
)
SITES = (
    ("S1", "闲置一号", "闲置校舍", "", 2, 3),
    ("S2", "预留二号", "预留用地", "", 0, 2),
    ("S3", "预留三号", "预留用地", "", 4, 0),
    ("S4", "滑坡四号", "预留用地", "地质灾害", 3, 1),
)
PROJECT = """
[project]
name = "小镇 & <测试>"
profile = "combined"
stages = ["kindergarten", "primary"]
crs = "{crs}"
data_date = "2024-09-01"
author = "=author"
notices = ["本项目数据为合成数据。"]

[propose]
travel = "straight"
new = {{ kindergarten = {new}, primary = 0 }}

[layers.districts]
path = "districts.csv"{layer_crs}
[layers.schools]
path = "schools.csv"{layer_crs}
[layers.population]
path = "population.csv"{layer_crs}{counts}
[layers.sites]
path = "sites.csv"{layer_crs}
"""
ROADS = '[layers.roads]\npath = "roads.csv"{layer_crs}\n'


def at(i, j, *, is_local=False):
    """Project coordinates of a place of the grid."""
    x, y = (0.0, 0.0) if is_local else ORIGIN
    return x + 500 + 1000 * i, y + 500 + 1000 * j


def write(folder, *, is_local=False, roads=False, counts="people", each=100, new=1, polygon_rows=(), years=()):
    """The project's files; `each` is the count at every place, `polygon_rows` are places given as squares.

    With `years` the new schools open in these years.
    """
    folder.mkdir(parents=True, exist_ok=True)

    def point(i, j):
        x, y = at(i, j, is_local=is_local)
        return f"POINT({x} {y})"

    def square(i0, j0, i1, j1):
        (west, south), (east, north) = at(i0, j0, is_local=is_local), at(i1, j1, is_local=is_local)
        ring = ((west, south), (east, south), (east, north), (west, north), (west, south))
        return "POLYGON((" + ", ".join(f"{x} {y}" for x, y in ring) + "))"

    _csv(folder / "districts.csv", ["id,name,area,wkt"], [
        ("D1", "城关镇", "urban", square(-0.5, -0.5, 2.5, 4.5)),
        ("D2", "=D2", "rural", square(2.5, -0.5, 5.5, 4.5)),
    ])  # fmt: skip
    schools = [(each_id, name, stage, owner, 90, point(i, j)) for each_id, name, stage, owner, i, j in SCHOOLS]
    _csv(folder / "schools.csv", ["id,name,stage,ownership,capacity,wkt"], schools)
    places = [
        (f"P{j * 6 + i + 1:02d}", f"{i}-{j}村", each, 4, 6,
         square(i - 0.1, j - 0.1, i + 0.1, j + 0.1) if j * 6 + i + 1 in polygon_rows else point(i, j))
        for j in range(5) for i in range(6)
    ]  # fmt: skip
    _csv(folder / "population.csv", ["id,name,people,pupils_kindergarten,pupils_primary,wkt"], places)
    sites = [(each_id, name, kind, excluded, 270, point(i, j)) for each_id, name, kind, excluded, i, j in SITES]
    _csv(folder / "sites.csv", ["id,name,kind,excluded,capacity,wkt"], sites)
    across = [(f"R{j}", f"LINESTRING({point(0, j)[6:-1]}, {point(5, j)[6:-1]})") for j in range(5)]
    along = [(f"C{i}", f"LINESTRING({point(i, 0)[6:-1]}, {point(i, 4)[6:-1]})") for i in range(6)]
    _csv(folder / "roads.csv", ["id,wkt"], across + along)
    layer_crs = "" if is_local else '\ncrs = "EPSG:4547"'
    text = PROJECT.format(
        crs="local" if is_local else "EPSG:4547",
        layer_crs=layer_crs,
        counts=f'\ncounts = "{counts}"' if counts != "people" else "",
        new=new,
    )
    text += f"[programme]\nyears = {list(years)}\n" if years else ""
    (folder / "project.toml").write_text(text + (ROADS.format(layer_crs=layer_crs) if roads else ""), encoding="utf-8")
    return folder


def plan(folder, **options):
    """The plan of the tiny town, from files in `folder`."""
    return Project.open(write(folder, **options)).plan()


def _csv(path, header, rows):
    quoted = [",".join('"' + str(value).replace('"', '""') + '"' for value in row) for row in rows]
    path.write_text("\n".join(header + quoted) + "\n", encoding="utf-8")
