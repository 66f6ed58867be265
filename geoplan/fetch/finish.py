"""The last step of a fetch: stored answers become one extract with its record, both whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geoplan.errors import FetchError
from geoplan.fetch.extract import Counts, write_extract
from geoplan.fetch.query import Kind, box_of
from geoplan.fetch.record import Origin
from geoplan.files import sha256, whole_or_nothing
from geoplan.inputs.limits import MAX_TEXT_BYTES, MB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from geoplan.fetch.area import Cell
    from geoplan.fetch.order import Order
    from geoplan.fetch.store import Store, Stored


def write_both(
    order: Order, leaves: tuple[Cell, ...], store: Store, query: Callable[[Cell], str]
) -> tuple[Origin, tuple[str, ...]]:
    """Join the answers of `leaves` and put extract and record into `order.out`.

    Args:
        order: names and folder.
        leaves: every cell, answered.
        store: holds the answers.
        query: of a cell.

    Returns:
        What the record says; and notes for people.

    Raises:
        FetchError: an answer is gone.
        PublishError: the folder cannot be written.
    """
    heads: list[tuple[str, str, str]] = []

    def answers() -> Iterator[Stored]:
        for cell in leaves:
            answer = store.get(query(cell))
            if answer is None:
                raise FetchError(f"{store.folder}: the answer of cell {cell} is gone. Run the same command again.")
            heads.append((answer.osm_base, answer.date, answer.endpoint))
            yield answer

    with whole_or_nothing(order.out) as scratch:
        file = scratch / f"{order.stem}.osm"
        counts = write_extract(answers(), file, bounds=order.area.bounds)
        moments = sorted(moment for moment, _, _ in heads if moment) or [""]
        origin = Origin(
            file=file.name, sha256=sha256(file), kinds=tuple(kind for kind in Kind if kind in order.kinds),
            area=order.area.words, bounds=order.area.bounds, cells=len(leaves),
            endpoints=tuple(sorted({endpoint for _, _, endpoint in heads})),
            query=query(leaves[0]).replace(box_of(leaves[0]), "({{bbox}})"),
            oldest=moments[0], newest=moments[-1], fetched=max(date for _, date, _ in heads), counts=counts,
        )  # fmt: skip
        (scratch / f"{order.stem}.source.toml").write_text(origin.as_toml(), encoding="utf-8", newline="\n")
    return origin, _notes(order.out / file.name, origin, counts)


def _notes(target: Path, origin: Origin, counts: Counts) -> tuple[str, ...]:
    notes = []
    if origin.oldest[:10] != origin.newest[:10]:
        notes.append(
            f"The cells are of {origin.oldest} … {origin.newest}; elements that differed between them: "
            f"{counts.changed:,}; the newer was taken. --fresh asks for all of them again."
        )
    if not counts.nodes:
        notes.append("The servers know nothing of this kind here: the extract is empty.")
    if (size := target.stat().st_size) > MAX_TEXT_BYTES:
        notes.append(
            f"The extract has {size / MB:,.0f} MB; .osm is read up to {MAX_TEXT_BYTES / MB:,.0f} MB. Convert it: "
            f"osmium cat {target.name} -o {target.stem}.osm.pbf"
        )
    return tuple(notes)
