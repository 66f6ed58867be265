"""The tiny town (tiny.py) with what a statutory set needs: classes and pupils, land, projects, a plot, a programme.

School | stage        | classes | pupils | cap | project
K1     | kindergarten | 4       | 130    | 30  | over the cap: 32.5
K2     | kindergarten | 3       | 80     | 30  | V1 closes it in 2027
K3     | kindergarten | 1       | 6      | 30  | a handful of children: hidden, and with it the next smallest
A1     | primary      | 6       | 240    | 45  | V2 adds 6 classes and 270 seats in 2026
N9     | primary + junior | 9   | 400    |     | V3 (finished before the data) changes nothing
J1     | junior       | 6       | 300    | 50  | V4 moves it in 2028: 9 classes, 450 seats
                                                  V5 builds a new primary school in D2, 2029, cost 900; V6 is cancelled
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

from geoplan.project import Project

_spec = importlib.util.spec_from_file_location("geoplan_tiny_set", Path(__file__).with_name("tiny.py"))
tiny = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(tiny)

FIGURES = {
    "K1": (4, 130, 1300, 650), "K2": (3, 80, 900, 500), "K3": (1, 6, 100, 80), "A1": (6, 240, 6000, 2400),
    "N9": (9, 400, 9000, 4000), "J1": (6, 300, 9000, 4500),
}  # fmt: skip
PROJECTS = (
    ("V1", "撤并K2", "城关镇", "幼儿园", "撤销", "", "", "2027", "未开工", "", "K2", ""),
    ("V2", "扩建A1", "城关镇", "小学", "扩建", "6", "270", "2026", "在建", "XX-P-01", "A1", "500"),
    ("V3", "已建成", "城关镇", "小学", "扩建", "6", "270", "2023", "已完成", "", "N9", "1"),
    ("V4", "迁建J1", "D2", "初中", "迁建", "9", "450", "2028", "未开工", "", "J1", "800"),
    ("V5", "=HYPERLINK(1)新建小学", "D2", "小学", "新建", "12", "540", "2029", "未开工", "", "", "900"),
    ("V6", "已取消", "D2", "小学", "新建", "12", "540", "2029", "取消", "", "", "7"),
)
HEADER = "id,name,district,stage,action,classes,seats,finish,status,clause,school,cost"


def write(folder, **options):
    """The project's files."""
    tiny.write(folder, **options)
    rows = []
    for key, name, stage, owner, i, j in tiny.SCHOOLS:
        x, y = tiny.at(i, j)
        rows.append((key, name, stage, owner, *FIGURES[key], f"POINT({x} {y})"))
    tiny._csv(  # noqa: SLF001  the town's own writer
        folder / "schools.csv", ["id,name,stage,ownership,classes,enrolment,site_area_m2,floor_area_m2,wkt"], rows
    )
    tiny._csv(folder / "projects.csv", [HEADER], PROJECTS)  # noqa: SLF001
    (west, south), (east, north) = tiny.at(1.9, 2.9), tiny.at(2.1, 3.1)
    ring = ", ".join(f"{x} {y}" for x, y in ((west, south), (east, south), (east, north), (west, north), (west, south)))
    tiny._csv(  # noqa: SLF001
        folder / "parcels.csv",
        ["id,name,area_m2,status,wkt"],
        [("L1", "教育用地", 40000, "预留", f"POLYGON(({ring}))")],
    )
    more = '\n[layers.projects]\npath = "projects.csv"\n[layers.parcels]\npath = "parcels.csv"\ncrs = "EPSG:4547"\n'
    text = (folder / "project.toml").read_text(encoding="utf-8")
    (folder / "project.toml").write_text(text + more, encoding="utf-8")
    return folder


def project(folder, **options):
    """The project, opened."""
    return Project.open(write(folder, **options))
