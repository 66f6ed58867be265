"""Pieces of the road network that hang together with nothing else, and who lives and learns on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geoplan.types import Finding, Severity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geoplan.travel.walk import Walk

SHOWN = 5


@dataclass(frozen=True)
class Piece:
    """One connected piece of the network.

    Attributes:
        number: 0 for the longest.
        length_m: of its roads, each arterial once.
        edges: how many.
        people: who stand on it.
        schools: how many stand on it.
        xy: a point on it, metres, to find it on a map.
    """

    number: int
    length_m: float
    edges: int
    people: float
    schools: int
    xy: tuple[float, float]


def component_of(walk: Walk, xy: NDArray[np.float64]) -> NDArray[np.int64]:
    """The piece on which each point stands, shape (n,); -1 where it reaches no road.

    Args:
        walk: the engine.
        xy: shape (n, 2), metres.
    """
    edge = walk.stand(xy).edge
    piece = np.full(len(edge), -1, dtype=np.int64)
    on = edge >= 0
    piece[on] = walk.network.component[walk.network.edge_node[edge[on], 0]]
    return piece


def pieces(
    walk: Walk,
    homes: NDArray[np.float64],
    people: NDArray[np.float64],
    schools: NDArray[np.float64],
) -> tuple[Piece, ...]:
    """Every piece, the longest first.

    Args:
        walk: the engine.
        homes: shape (n, 2), metres.
        people: shape (n,).
        schools: shape (s, 2), metres.
    """
    network = walk.network
    of_edge = network.component[network.edge_node[:, 0]]
    count = int(network.component.max(initial=-1)) + 1
    home, school = component_of(walk, homes), component_of(walk, schools)
    length = np.bincount(of_edge, weights=network.edge_m * network.share, minlength=count)
    edges = np.bincount(of_edge, minlength=count)
    on_it = np.bincount(home[home >= 0], weights=people[home >= 0], minlength=count)
    taught = np.bincount(school[school >= 0], minlength=count)
    first = np.unique(of_edge, return_index=True)[1]
    place = network.node_xy[network.edge_node[first, 0]]
    return tuple(
        Piece(
            each, float(length[each]), int(edges[each]), float(on_it[each]), int(taught[each]),
            (float(place[each, 0]), float(place[each, 1])),
        )
        for each in range(count)
    )  # fmt: skip


def island_findings(found: tuple[Piece, ...], *, file: str, joined_m: float) -> tuple[Finding, ...]:
    """The table of pieces as a note, and a warning where people or schools stand on an island.

    Args:
        found: from `pieces`.
        file: of the roads layer.
        joined_m: what `join_m` is already.
    """
    if len(found) < 2:  # one piece has no islands
        return ()
    islands = found[1:]
    ordered = sorted(islands, key=lambda piece: (-piece.people, -piece.schools, -piece.length_m))
    table = "; ".join(_row(piece) for piece in (found[0], *ordered[:SHOWN]))
    more = f"; and {len(ordered) - SHOWN:,} more" if len(ordered) > SHOWN else ""
    findings = [
        Finding(
            Severity.NOTE,
            "road-pieces",
            f"{len(found):,} pieces of the walking network: {table}{more}.",
            layer="roads",
            file=file,
            count=len(found),
        )
    ]
    people, schools = sum(piece.people for piece in islands), sum(piece.schools for piece in islands)
    if people or schools:
        used = [piece for piece in islands if piece.people or piece.schools]
        km = sum(piece.length_m for piece in used) / 1000
        findings.append(
            Finding(
                Severity.WARNING,
                "people-on-islands",
                f"{people:,.0f} people and {schools:,} schools stand on {len(used):,} pieces of road ({km:,.1f} km) "
                "that are not connected with the longest one.",
                why="On foot they reach only what stands on their own piece.",
                fix="Look there for missing bridges, gates, paths and crossings"
                + (", or join small gaps: join_m = 5 in [layers.roads]." if not joined_m else "."),
                layer="roads",
                file=file,
                count=len(islands),
            )
        )
    return tuple(findings)


def _row(piece: Piece) -> str:
    x, y = piece.xy
    return (
        f"{piece.number}: {piece.length_m / 1000:,.1f} km, {piece.people:,.0f} people, {piece.schools:,} schools, "
        f"at {x:.0f}, {y:.0f}"
    )


def island_people(
    walk: Walk, homes: NDArray[np.float64], people: NDArray[np.float64], *, file: str
) -> tuple[Finding, ...]:
    """A warning on people who stand on an island, or reach no road at all.

    Args:
        walk: the engine.
        homes: shape (n, 2), metres.
        people: shape (n,).
        file: of the roads layer.
    """
    piece = component_of(walk, homes)
    on, off = people[piece > 0].sum(), people[piece < 0].sum()
    findings = []
    for code, count, what, where in (
        ("people-on-islands", on, "stand on pieces of road that are not connected with the longest one", piece > 0),
        ("people-without-road", off, "reach no road within 2 km without crossing a barrier", piece < 0),
    ):
        if count > 0:
            findings.append(Finding(
                Severity.WARNING, code, f"{count:,.0f} people {what}.",
                why="On foot they reach few schools or none.",
                fix="Look there for missing roads, bridges, gates and crossings (geoplan check lists the pieces).",
                layer="roads", file=file, count=int(np.count_nonzero(where & (people > 0))),
            ))  # fmt: skip
    return tuple(findings)
