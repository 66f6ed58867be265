"""The two sides of a match by name: schools and places taken apart, each with its district as far as it is known."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from geoplan.crs import WGS84
from geoplan.inputs.homes import home_district, named_district
from geoplan.inputs.name_places import bare_place, place_names
from geoplan.inputs.name_scores import Named, folded_address
from geoplan.inputs.names import plain_name, school_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from geoplan.inputs.draft import Draft
    from geoplan.inputs.name_places import PlaceNames
    from geoplan.inputs.name_sources import Places

    Positions = NDArray[np.int64]


def sides(draft: Draft, places: Places, districts: Draft | None) -> tuple[list[Named], list[Named], list[str]]:
    """Schools and places by their parts, each with its district; and the names of the districts.

    Args:
        draft: schools, with the columns name, stages, district, township and address.
        districts: in their own CRS; without them, names that both tables say are districts.

    Returns:
        Schools, places, and names by the positions that `Named.district` has; a place outside all of them has one
        beyond the last.
    """
    frame = draft.frame
    ids, names = _district_names(frame, places.frame, districts)
    homes = _positions(places.frame["district"], ids, names)
    own = _positions(frame["district"], ids, names)
    towns = [
        str(town) or (str(district) if home < 0 else "")
        for town, district, home in zip(frame["township"], frame["district"], own, strict=True)
    ]
    known = place_names(names, [*towns, *places.frame["township"]], [*frame["name"], *places.frame["name"]])
    theirs = _named(places.frame, places.frame["township"].tolist(), _by_polygon(homes, places, districts), known)
    return _with_homes(_named(frame, towns, own, known), theirs, names, districts), theirs, names


def _district_names(frame: pd.DataFrame, places: pd.DataFrame, districts: Draft | None) -> tuple[list[str], list[str]]:
    """Ids and names of the districts; without the layer, those names that both tables say."""
    if districts is not None:
        return [str(key) for key in districts.frame.index], [str(name) for name in districts.frame["name"]]
    both = sorted(set(frame["district"]) & set(places["district"]) - {""})
    return both, both


def _positions(said: Iterable[str], ids: Sequence[str], names: Sequence[str]) -> Positions:
    """Of the district that each row names, by id or name, or without its suffix: 浦东 is 浦东新区."""
    said = list(said)
    exact = named_district(said, ids, names)
    stems = named_district([bare_place(each) for each in said], [], [bare_place(each) for each in names])
    return np.where(exact >= 0, exact, stems)


def _by_polygon(homes: Positions, places: Places, districts: Draft | None) -> Positions:
    """Places that name no district have the one that they stand in; those outside all of them one beyond the last."""
    if districts is None or not districts.has_geometry or districts.crs is None:
        return homes
    areas = np.asarray(gpd.GeoSeries(districts.geometry, crs=districts.crs).to_crs(WGS84), dtype=object)
    inside = home_district(np.asarray(shapely.points(places.lonlat), dtype=object), areas)
    inside[inside < 0] = len(areas)
    return np.where(homes >= 0, homes, inside)


def _named(frame: pd.DataFrame, towns: Sequence[str], homes: Positions, known: PlaceNames) -> list[Named]:
    rows = zip(frame.index, frame["name"], frame["stages"], homes, towns, frame["address"], strict=True)
    return [
        Named(str(key), school_name(name, known), tuple(stages), int(home), bare_place(town), folded_address(address))
        for key, name, stages, home, town, address in rows
    ]


def _with_homes(
    schools: Sequence[Named], places: Sequence[Named], names: Sequence[str], districts: Draft | None
) -> list[Named]:
    """Schools that name no district have that of their name, of their township, or the only one there is.

    A district without polygon lends its schools none, unless places name it: its land lies in its neighbours' polygons.
    """
    by_name = {plain_name(name): position for position, name in enumerate(names)}
    towns: dict[str, Counter[int]] = defaultdict(Counter)
    for place in places:
        if place.township and 0 <= place.district < len(names):
            towns[place.township][place.district] += 1
    open_land = _without_polygon(districts) - {place.district for place in places}
    found = []
    for school in schools:
        home = school.district if school.district >= 0 else _told(school, by_name, towns)
        if home < 0 and len(names) == 1:
            home = 0
        found.append(replace(school, district=-1 if home in open_land else home))
    return found


def _told(school: Named, by_name: dict[str, int], towns: dict[str, Counter[int]]) -> int:
    """The district that a school's name says, or that its township lies in; -1 for none."""
    said = [by_name[place] for place in school.name.places if place in by_name]
    within = towns[school.township] if school.township in towns else Counter()
    return said[-1] if said else next(iter(within)) if len(within) == 1 else -1


def _without_polygon(districts: Draft | None) -> set[int]:
    if districts is None or not districts.has_geometry:
        return set()
    return {int(place) for place in np.flatnonzero(shapely.is_missing(districts.geometry))}
