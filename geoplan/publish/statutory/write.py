"""The set written: every file of it together, or none."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from geoplan.errors import MissingExtraError, PublishError
from geoplan.files import whole_or_nothing
from geoplan.publish.atlas import places_of, write_atlas
from geoplan.publish.figures import figures_of, write_figures
from geoplan.publish.geopackage import write_layers
from geoplan.publish.json_file import write_json
from geoplan.publish.manifest import manifest
from geoplan.publish.office import write_explanation, write_text
from geoplan.publish.qgis_project import write_project
from geoplan.publish.shapefile import write_shapefiles
from geoplan.publish.statutory.data import set_layers
from geoplan.publish.statutory.planned import planned_schools
from geoplan.publish.statutory.printed import write_printed
from geoplan.publish.statutory.tables import imprint_of, statutory_tables
from geoplan.types import silent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from geoplan.publish.atlas import PrintedSheet
    from geoplan.publish.edition import Edition
    from geoplan.publish.figures.figure import Figure
    from geoplan.publish.statutory.states import PlannedSchool

TABLES, TEXT, EXPLANATION = "tables.xlsx", "text.docx", "explanation.docx"
GEOPACKAGE, PROJECT, SHAPEFILES = "geoplan.gpkg", "geoplan.qgs", "shapefile"
FIGURES, MANIFEST = "figures.json", "manifest.json"


@dataclass(frozen=True)
class SetWish:
    """What the set shall hold beside atlas, tables, GeoPackage and QGIS project.

    Attributes:
        word: text and explanation as Word.
        shapefile: also Shapefiles.
        processes: so many draw the atlas at a time; see `write_atlas`.
    """

    word: bool = True
    shapefile: bool = False
    processes: int = 1

    def require(self) -> None:
        """Refuse at once what could only fail after minutes.

        Raises:
            MissingExtraError: Word is wanted, and docxtpl is not installed.
        """
        if self.word and find_spec("docxtpl") is None:
            raise MissingExtraError("docxtpl (文本、说明书 Word; or go without: --no-word)", "word")


def write_set(
    edition: Edition,
    out: Path,
    *,
    wish: SetWish | None = None,
    check: Callable[[Sequence[Path]], object] | None = None,
    progress: Callable[[str], None] = silent,
) -> Path:
    """Write the statutory set of an edition to `out`; the same edition gives the same bytes.

    Files that an earlier set wrote there and this one does not have are removed.

    Args:
        check: looks at the finished files before they replace older ones; what it raises leaves `out` as it was.
        progress: told of every step.

    Returns:
        The path of the manifest.

    Raises:
        PublishError: no Chinese font, or the folder cannot be written.
        MissingExtraError: Word is wanted, and its library is not installed.
    """
    wish = wish if wish is not None else SetWish()
    before = _files_of(out / MANIFEST)
    with whole_or_nothing(out) as scratch:
        schools = planned_schools(edition)
        _tables_and_data(edition, schools, scratch, wish, progress)
        progress("数字 / figures")
        figures = figures_of(edition)
        places = _texts(edition, figures, scratch, wish, progress)
        for key, where in _atlas(edition, schools, figures, scratch, wish, progress).items():
            places[key] = (*places.get(key, ()), *where)
        write_figures(edition, figures, scratch / FIGURES, places=places)
        written = sorted(path for path in scratch.rglob("*") if path.is_file())
        progress("清单 / manifest")
        write_json(_manifest(edition, written), scratch / MANIFEST)
        if check is not None:
            progress("公开前检查 / checking before publication")
            check([*written, scratch / MANIFEST])
        names = {path.relative_to(scratch).as_posix() for path in written}
    _remove(out, before - names)
    return out / MANIFEST


def _tables_and_data(
    edition: Edition,
    schools: Sequence[PlannedSchool],
    folder: Path,
    wish: SetWish,
    progress: Callable[[str], None],
) -> None:
    plan = edition.plan
    progress("附表 / tables")
    imprint = imprint_of(edition)
    write_printed(statutory_tables(edition, schools, edition.closures), folder / TABLES, imprint)
    progress("数据 / GeoPackage")
    layers = set_layers(edition, schools)
    write_layers(layers, folder / GEOPACKAGE)
    progress("QGIS 工程 / QGIS project")
    write_project(
        layers,
        folder / PROJECT,
        geopackage=GEOPACKAGE,
        title=imprint.project,
        crs=plan.layers.crs,
        stages=[each.stage for each in plan.stages],
    )
    if wish.shapefile:
        progress("Shapefile")
        write_shapefiles(layers, folder / SHAPEFILES)


def _texts(
    edition: Edition, figures: Mapping[str, Figure], folder: Path, wish: SetWish, progress: Callable[[str], None]
) -> dict[str, tuple[str, ...]]:
    """Write the texts; says where they print each figure."""
    places: dict[str, tuple[str, ...]] = {}
    for name, write in ((TEXT, write_text), (EXPLANATION, write_explanation)):
        if wish.word:
            progress(f"文本 / {name}")
            for key, where in write(edition, figures, folder / name).items():
                places[key] = (*places.get(key, ()), *where)
    return places


def _atlas(
    edition: Edition,
    schools: Sequence[PlannedSchool],
    figures: Mapping[str, Figure],
    folder: Path,
    wish: SetWish,
    progress: Callable[[str], None],
) -> dict[str, tuple[str, ...]]:
    """Draw the atlas; says which of its sheets print each figure."""
    pupils = edition.pupils
    drawn: list[PrintedSheet] = []
    write_atlas(
        edition.plan,
        folder,
        map_file=edition.map_file,
        balance=None if pupils is None else pupils.balance,
        forecast=() if pupils is None else pupils.forecasts,
        zones=edition.zones,
        years=() if pupils is None else pupils.years,
        schools=schools,
        figures=figures,
        processes=wish.processes,
        progress=progress,
        told=drawn.append,
    )
    return places_of(drawn)


def _manifest(edition: Edition, files: Sequence[Path]) -> dict[str, Any]:
    found = manifest(edition.plan, files, map_name=edition.map_file.name)
    ledger = edition.ledger
    found["set"] = {
        "approval_number": edition.map_file.approval_number,
        "ledger": None if ledger is None else {"profile": ledger.profile.id, "as_of": ledger.as_of},
        "zones": [
            {"stage": book.found.stage.value, "status": book.found.plan.status.value, "gap": book.found.plan.gap}
            for book in edition.zones
        ],
        "left_out": [finding.code for finding in edition.findings if finding.code.startswith("no-")],
    }
    return found


def _files_of(manifest_file: Path) -> set[str]:
    """Names of the files of the set that stands there, as its manifest tells; none where there is no such manifest."""
    try:
        found = json.loads(manifest_file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return set()
    named = found.get("outputs_sha256") if isinstance(found, dict) and "set" in found else None
    return set(named) if isinstance(named, dict) else set()


def _remove(out: Path, names: set[str]) -> None:
    """Remove files of an earlier set; never one outside the folder, whatever its manifest says."""
    root = out.resolve()
    for name in sorted(names):
        path = (root / name).resolve()
        if path.is_relative_to(root) and path.is_file():
            try:
                path.unlink()
            except OSError as error:
                raise PublishError(
                    f"{path} belongs to an earlier set and cannot be removed: {error.strerror}. Remove it by hand."
                ) from error
