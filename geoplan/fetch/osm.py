"""`fetch_osm`: an area in, one extract with its record out; whatever stops it, what was fetched is kept."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geoplan.errors import FetchError
from geoplan.fetch.answer import Answer, Cure, FaultError
from geoplan.fetch.estimate import Estimate, estimate, in_cells
from geoplan.fetch.finish import write_both
from geoplan.fetch.order import Fetched, Order
from geoplan.fetch.patience import Patience
from geoplan.fetch.query import query_for
from geoplan.fetch.store import FOLDER, Store
from geoplan.fetch.transport import DEFAULT_LIMITS, Limits, ask, checked_endpoint, without_password
from geoplan.types import silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from geoplan.fetch.area import Cell

    Told = Callable[[str], None]

_OPTIONS = ("auth", "cert", "proxies", "verify")


@dataclass(eq=False)
class _Run:
    """One fetch while it goes on."""

    order: Order
    limits: Limits
    patience: Patience
    told: Told
    endpoint: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    asked: int = 0
    received_mb: float = 0.0
    done: list[Cell] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = Store(self.order.out / FOLDER)

    def query(self, cell: Cell) -> str:
        return query_for(self.order.kinds, cell, seconds=self.limits.server_s, memory_bytes=self.limits.server_bytes)

    def leaves(self, cells: tuple[Cell, ...]) -> Iterator[Cell]:
        """The cells, or their quarters where a cell was found too heavy before."""
        for cell in cells:
            if self.store.is_split(self.query(cell)):
                yield from self.leaves(cell.quarters())
            else:
                yield cell


def fetch_osm(
    order: Order,
    *,
    limits: Limits = DEFAULT_LIMITS,
    patience: Patience | None = None,
    progress: Told = silent,
) -> Fetched:
    """Fetch what is not stored yet, join everything, and write the extract with its record.

    Args:
        order: what, where and whereto.
        limits: time and size of one answer.
        patience: how often to ask again.
        progress: hears the estimate, each cell, and every fault.

    Returns:
        The extract; it replaces an older one of the same name only when it is whole.

    Raises:
        FetchError: a cell could not be had. The others are stored; the same call goes on from there.
        ConfigError: no usable endpoint, or an area of too many cells.
        PublishError: the folder cannot be written.
    """
    run = _Run(order, limits, patience or Patience(), progress)
    cells = order.area.cells()
    run.endpoint, run.options = _server(order.endpoint)
    run.store.open()
    if order.fresh:
        _forget(run, cells)
    leaves = tuple(run.leaves(cells))
    missing = [cell for cell in leaves if run.store.get(run.query(cell)) is None]
    stored = len(leaves) - len(missing)
    progress(str(estimate(leaves, stored, missing, order.kinds)))
    if missing:
        _fetch(run, missing, stored)
    progress("joining the cells")
    origin, notes = write_both(order, tuple(run.leaves(cells)), run.store, run.query)
    names = order.out / origin.file, order.out / f"{order.stem}.source.toml"
    return Fetched(*names, origin, run.asked, stored, notes)


def estimated(order: Order, *, limits: Limits = DEFAULT_LIMITS) -> Estimate:
    """What `fetch_osm` would have to fetch; nothing is asked or written.

    Args:
        order, limits: as there.
    """
    run = _Run(order, limits, Patience(), silent)
    leaves = tuple(run.leaves(order.area.cells()))
    missing = [cell for cell in leaves if order.fresh or run.store.get(run.query(cell)) is None]
    return estimate(leaves, len(leaves) - len(missing), missing, order.kinds)


def _server(endpoint: str | None) -> tuple[str, dict[str, Any]]:
    """Where to ask, and how to sign in: what osmnx is set to, unless another server is named."""
    if endpoint is not None and "osmnx" not in sys.modules:
        return checked_endpoint(endpoint), {}  # nobody can have set it up, and it takes seconds to import
    from osmnx import settings  # noqa: PLC0415

    options = {key: value for key, value in settings.requests_kwargs.items() if key in _OPTIONS}
    return checked_endpoint(settings.overpass_url if endpoint is None else endpoint), options


def _forget(run: _Run, cells: tuple[Cell, ...]) -> None:
    """Drop the answers of the cells and of their parts."""
    for cell in cells:
        query = run.query(cell)
        if run.store.is_split(query):
            _forget(run, cell.quarters())
        run.store.drop(query)


def _fetch(run: _Run, missing: list[Cell], stored: int) -> None:
    """Ask for each missing cell, the south-west first; one that is too heavy is put in four."""
    import requests  # noqa: PLC0415  only where something is missing

    waiting = list(reversed(missing))
    with requests.Session() as session:
        while waiting:
            cell = waiting.pop()
            if run.asked:
                run.patience.clock.sleep(run.patience.between_s)
            try:
                answer = _ask(run, session, cell)
            except FaultError as fault:
                quarters = cell.quarters() if fault.cure is Cure.SPLIT else ()
                if not quarters:
                    raise _gave_up(run, cell, fault, stored, 1 + len(waiting)) from fault
                run.told(f"{cell}: {fault.what}; asked again in four parts")
                run.store.put_split(run.query(cell))
                waiting.extend(reversed(quarters))
                continue
            run.store.put(run.query(cell), answer, without_password(run.endpoint))
            run.done.append(cell)
            run.received_mb += len(answer.content) / 1e6
            run.told(_progress(run, stored, len(waiting)))


def _ask(run: _Run, session: Any, cell: Cell) -> Answer:  # noqa: ANN401  a requests.Session, imported late
    query, clock = run.query(cell), run.patience.clock

    def question() -> Answer:
        run.asked += 1
        return ask(session, run.endpoint, query, run.limits, now=clock.now, options=run.options)

    return run.patience.ask(question, lambda line: run.told(f"{cell}: {line}"))


def _progress(run: _Run, stored: int, waiting: int) -> str:
    have = stored + len(run.done)
    line = f"{have:,} of {in_cells(have + waiting)}, {run.received_mb:,.1f} MB"
    return f"{line}, about {run.received_mb / len(run.done) * waiting:,.1f} MB to come" if waiting else line


def _gave_up(run: _Run, cell: Cell, fault: FaultError, stored: int, left: int) -> FetchError:
    have = stored + len(run.done)
    fix = "Try later, or another server with --endpoint"
    if fault.cure is Cure.SPLIT:
        fix = "Ask for fewer kinds with --what, or another server with --endpoint"
    elif not fault.reached:
        fix = "Check the connection, the proxy (HTTP_PROXY, HTTPS_PROXY, NO_PROXY) and --endpoint"
    again = " (without --fresh)" if run.order.fresh else ""
    return FetchError(
        f"{without_password(run.endpoint)}, cell {cell}: {fault.what}. "
        f"{have:,} of {in_cells(have + left)} are stored in {run.store.folder}; nothing else was written. "
        f"{fix}; the same command{again} goes on from there."
    )
