"""Remarks of readers, brought back: a layer, an answer table that keeps the office's answers, and a summary."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from geoplan.files import sha256, whole_or_nothing
from geoplan.publish.geopackage import write_layers
from geoplan.publish.json_file import write_json
from geoplan.publish.qgis import Category, LayerStyle, Mark
from geoplan.publish.remarks_answers import COLUMNS, OWN, SHEETS, Answers, answer_sheet, read_answers
from geoplan.publish.remarks_join import join_remarks
from geoplan.publish.remarks_read import read_remarks
from geoplan.publish.report import SEVERITY_ZH
from geoplan.publish.sheets import Column, Sheet
from geoplan.publish.tables import write_workbook
from geoplan.types import silent

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from geoplan.config import ProjectConfig
    from geoplan.demand import Units
    from geoplan.publish.remarks_join import Joined
    from geoplan.types import Finding, Layers

FORMAT = "geoplan-remarks/1"
TABLE, LAYER, SUMMARY = "remarks.xlsx", "remarks.gpkg", "remarks.json"
NOBODY = "（未指明）/ not given"


@dataclass(frozen=True, eq=False)
class RemarkBook:
    """Everything of one run.

    Attributes:
        rows: of the answer table, by the English names of its columns; those of earlier runs first.
        counts: how many remarks, by `stage`, `district`, `concerns` and `status`.
    """

    config: ProjectConfig
    layers: Layers
    joined: tuple[Joined, ...]
    answers: Answers
    findings: tuple[Finding, ...]
    rows: tuple[Mapping[str, str], ...] = ()
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def collect(
    paths: Iterable[Path],
    config: ProjectConfig,
    layers: Layers,
    units: Units,
    *,
    versions: Collection[str],
    answered: Path | None = None,
) -> RemarkBook:
    """Read remarks, join them to the project, and put the answers that were already given beside them.

    Args:
        paths: files and folders with remarks.
        versions: versions of the plan that were published.
        answered: the answer table of an earlier run, or None.

    Raises:
        PublishError: the answer table cannot be read; it is then not overwritten.
    """
    post = read_remarks(paths, is_local=layers.is_local)
    joined = join_remarks(post, layers, units, versions)
    answers = read_answers(answered) if answered is not None else Answers()
    joined = answers.parted(joined)
    rows = answers.merged(joined, layers)
    counts = {key: _counted(row[key] or NOBODY for row in rows) for key in ("stage", "district", "concerns", "status")}
    return RemarkBook(config, layers, joined, answers, tuple(post.findings), rows, counts)


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items(), key=lambda pair: (-pair[1], pair[0])))


def write_remarks(book: RemarkBook, out: Path, *, progress: Callable[[str], None] = silent) -> Path:
    """Write `remarks.xlsx`, `remarks.gpkg` and `remarks.json`; all of them, or none.

    Returns:
        The path of the answer table.

    Raises:
        PublishError: the folder cannot be written.
    """
    with whole_or_nothing(out) as scratch:
        progress("意见汇总与答复表 / answer table")
        sheets = (answer_sheet(book.rows, book.answers), summary_sheet(book), notes_sheet(book.findings))
        write_workbook(
            sheets, scratch / TABLE, title=f"{book.config.name}：意见汇总与答复表", author=book.config.author
        )
        progress("意见图层 / layer of remarks")
        write_layers([(_style(), remark_frame(book))], scratch / LAYER)
        written = sorted(path for path in scratch.iterdir() if path.is_file())
        write_json(
            {
                "format": FORMAT,
                "project": book.config.name,
                "remarks": len(book.rows),
                "by": {key: dict(counts) for key, counts in book.counts.items()},
                "findings": [finding.as_dict() for finding in book.findings],
                "outputs_sha256": {path.name: sha256(path) for path in written},
            },
            scratch / SUMMARY,
        )
    return out / TABLE


def remark_frame(book: RemarkBook) -> gpd.GeoDataFrame:
    """Every remark of the table as a point in the project's CRS; without a position its geometry is null."""
    xy = {each.remark.id: each.xy for each in book.joined} | book.answers.positions(book.layers)
    fields = {key: [row[key] for row in book.rows] for key in (*(column.en for column in COLUMNS), *OWN)}
    points = [None if (at := xy.get(row["id"])) is None else shapely.Point(*at) for row in book.rows]
    crs = book.layers.crs
    frame = gpd.GeoDataFrame(fields, geometry=gpd.GeoSeries(points, crs=crs), crs=crs)
    return frame.rename(columns={name: name.replace(" ", "_") for name in fields})


def _style() -> LayerStyle:
    title = "公众意见 / Remarks"
    mark = Mark("#7b3294", "circle", size_mm=3.2)
    return LayerStyle("remarks", title, "point", "", (Category("", title, (mark,)),))


def summary_sheet(book: RemarkBook) -> Sheet:
    """汇总: how many remarks by stage, district, school or site, and state of the answer."""
    names = {"stage": "学段 / stage", "district": "片区 / district", "concerns": "学校或选址 / school or site",
             "status": "状态 / status"}  # fmt: skip
    rows = [("全部 / all", "", len(book.rows))]
    rows += [(names[key], word, count) for key, counts in book.counts.items() for word, count in counts.items()]
    columns = (Column("分组", "group", width=24), Column("内容", "value", width=40), Column("条数", "remarks", "count"))
    return Sheet(SHEETS[1], columns, tuple(rows))


def notes_sheet(findings: Sequence[Finding]) -> Sheet:
    """核查: what was noticed while reading."""
    columns = (
        Column("类别", "kind", width=16),
        Column("文件", "file", width=30),
        Column("编号", "id", width=14),
        Column("说明", "what", "lines", 80),
    )
    rows = tuple(
        (f"{SEVERITY_ZH[each.severity.value]} / {each.severity.value}", each.file, ", ".join(each.rows),
         f"{each.what} {each.fix}".strip())
        for each in findings
    )  # fmt: skip
    return Sheet(SHEETS[2], columns, rows)
