"""The schools of one stage, as points."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geoplan.coverage.boarding import BOARDING_SHARE, boarding_share
from geoplan.coverage.standing import stage_closings
from geoplan.demand import lies_in
from geoplan.demand.seats.register import serves
from geoplan.errors import InputError
from geoplan.types import Area

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from geoplan.demand import StageSeats, Units
    from geoplan.types import Layer, Layers, Stage


@dataclass(frozen=True, eq=False)
class Supply:
    """Schools that offer a stage, existing ones and, in a proposal, new ones behind them.

    Attributes:
        ids, names: shape (n,), in natural order of the id.
        xy: metres in the project CRS, shape (n, 2).
        is_public: 公办, shape (n,); all True where the layer does not tell (`knows_ownership` is False).
        seats: of this stage, nan where unknown: by the rule of the balance where `StageSeats` are handed in, else the
            capacity, whole for a school of several stages.
        district: index into the units' districts, -1 outside all.
        area: urban or rural, from the nearest populated place.
        boards: has beds for more than half of its pupils; False where the layer does not tell.
        proposed: does not stand yet.
    """

    stage: Stage
    ids: NDArray[np.object_]
    names: NDArray[np.object_]
    xy: NDArray[np.float64]
    is_public: NDArray[np.bool_]
    knows_ownership: bool
    seats: NDArray[np.float64]
    district: NDArray[np.int64]
    area: NDArray[np.object_]
    boards: NDArray[np.bool_]
    proposed: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        return f"Supply({len(self):,} {self.stage})"

    def only(self, keep: NDArray[np.bool_]) -> Supply:
        """The schools where `keep`, shape (n,), is True."""
        columns = ("ids", "names", "xy", "is_public", "seats", "district", "area", "boards", "proposed")
        return replace(self, **{column: getattr(self, column)[keep] for column in columns})

    def joined(self, other: Supply) -> Supply:
        """These schools and then the other ones."""
        return Supply(
            stage=self.stage,
            ids=np.concatenate([self.ids, other.ids]),
            names=np.concatenate([self.names, other.names]),
            xy=np.concatenate([self.xy, other.xy]),
            is_public=np.concatenate([self.is_public, other.is_public]),
            knows_ownership=self.knows_ownership,
            seats=np.concatenate([self.seats, other.seats]),
            district=np.concatenate([self.district, other.district]),
            area=np.concatenate([self.area, other.area]),
            boards=np.concatenate([self.boards, other.boards]),
            proposed=np.concatenate([self.proposed, other.proposed]),
        )


def existing_supply(
    layers: Layers, units: Units, stage: Stage, *, year: int | None = None, seats: StageSeats | None = None
) -> Supply:
    """The existing schools that offer `stage`: ordinary ones with a licence, and open in `year` where one is given.

    Args:
        seats: of every school of the layer, whatever its years; see `Supply.seats`.

    Raises:
        InputError: some of them stand nowhere; distances to the others alone would be no answer.
    """
    if layers.schools is None:
        return _no_schools(units, stage)
    frame = layers.schools.frame
    return _standing(layers.schools, frame[serves(frame, year)], units, stage, seats)


def planned_supply(
    layers: Layers,
    units: Units,
    stage: Stage,
    *,
    today: int | None,
    year: int | None,
    last: int | None,
    seats: StageSeats | None = None,
) -> Supply:
    """The schools of the layer that stand at the end of a year to come, closings and openings carried out.

    Schools close by their own `year_close` or by a project, and open by their own `year_open`; what proposals add is
    not here, nor are new schools that the projects name, for these have no place.

    Args:
        today: year of the data; None: opening is not asked, as in `existing_supply` without a year.
        year: None: once everything that the layers name is done.
        last: the plan's last year, by which also those close of which no year is told; None: `year` is None, too.
        seats: as in `existing_supply`.

    Raises:
        InputError: as `existing_supply`.
    """
    if layers.schools is None:
        return _no_schools(units, stage)
    frame = layers.schools.frame
    closes = stage_closings(layers)
    known = np.array([closes.get((str(key), stage), np.inf) for key in frame.index])
    known[np.isnan(known)] = -np.inf if last is None else last
    stands = serves(frame) & (np.isinf(known) & (known > 0) if year is None else known > year)
    if year is not None and today is not None and "year_open" in frame:
        opens = frame["year_open"].to_numpy(dtype=float)
        stands &= np.isnan(opens) | (opens <= year)
    return _standing(layers.schools, frame[stands], units, stage, seats)


def _no_schools(units: Units, stage: Stage) -> Supply:
    none = np.zeros(0, dtype=object)
    return new_supply(units, stage, ids=none, names=none, xy=np.zeros((0, 2)), seats=np.zeros(0))


def _standing(
    layer: Layer, frame: gpd.GeoDataFrame, units: Units, stage: Stage, known_seats: StageSeats | None
) -> Supply:
    """Those of the rows that offer the stage."""
    frame = frame[np.array([stage in offered for offered in frame["stages"]], dtype=bool)]
    xy = _places(layer, frame)
    capacity = frame["capacity"].to_numpy(dtype=float) if "capacity" in frame else np.full(len(frame), np.nan)
    ownership = frame["ownership"].to_numpy(dtype=object) if "ownership" in frame else np.full(len(frame), "")
    knows = bool((ownership != "").any())
    return _located(
        units,
        stage,
        ids=frame.index.to_numpy(dtype=object),
        names=frame["name"].to_numpy(dtype=object),
        xy=xy,
        is_public=(ownership == "public") if knows else np.ones(len(frame), dtype=bool),
        knows_ownership=knows,
        seats=capacity if known_seats is None else known_seats.array(stage, frame.index),
        boards=boarding_share(frame) > BOARDING_SHARE,
        proposed=False,
    )


def _places(schools: Layer, frame: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Row by row where each school stands, metres in the project CRS, shape (n, 2)."""
    shapes = np.asarray(frame.geometry.array, dtype=object) if "geometry" in frame else np.full(len(frame), None)
    # coordinates are listed without the points that are missing: row by row would be another school's
    nowhere = shapely.get_type_id(shapes) != shapely.GeometryType.POINT
    nowhere |= shapely.is_empty(shapes)
    if nowhere.any():
        raise InputError(
            f"{schools.file}: {int(nowhere.sum()):,} schools have no point, such as {frame.index[nowhere][0]}; every "
            "school needs one here. Add coordinates, or locate_from in [layers.schools]."
        )
    return np.column_stack([shapely.get_x(shapes), shapely.get_y(shapes)])


def new_supply(
    units: Units,
    stage: Stage,
    *,
    ids: NDArray[np.object_],
    names: NDArray[np.object_],
    xy: NDArray[np.float64],
    seats: NDArray[np.float64],
) -> Supply:
    """Proposed schools; they are taken to be public."""
    return _located(
        units,
        stage,
        ids=ids,
        names=names,
        xy=xy,
        is_public=np.ones(len(ids), dtype=bool),
        knows_ownership=True,
        seats=seats,
        boards=np.zeros(len(ids), dtype=bool),
        proposed=True,
    )


def _located(
    units: Units,
    stage: Stage,
    *,
    ids: NDArray[np.object_],
    names: NDArray[np.object_],
    xy: NDArray[np.float64],
    is_public: NDArray[np.bool_],
    knows_ownership: bool,
    seats: NDArray[np.float64],
    boards: NDArray[np.bool_],
    proposed: bool,
) -> Supply:
    points = np.asarray(shapely.points(xy), dtype=object)
    district = lies_in(units.district_shapes, points)
    area = np.full(len(ids), Area.URBAN.value, dtype=object)
    if len(ids):
        row, found = shapely.STRtree(units.geometry).query_nearest(points)
        nearest = np.full(len(ids), len(units), dtype=np.int64)
        np.minimum.at(nearest, row, found)
        area = units.area[nearest]
    return Supply(
        stage=stage,
        ids=ids,
        names=names,
        xy=xy,
        is_public=is_public,
        knows_ownership=knows_ownership,
        seats=seats,
        district=district,
        area=area,
        boards=boards,
        proposed=np.full(len(ids), proposed),
    )
