"""DuckDB files (extra `duckdb`): one table or one SELECT, read only, with no way to other files or hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from geoplan.errors import MissingExtraError
from geoplan.inputs.extras import wanted_extra
from geoplan.inputs.findings import RefusedError, error
from geoplan.inputs.query import bad_query, no_such_table, raw_of_rows
from geoplan.inputs.vector import MAX_ROWS, check_count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoplan.inputs.raw import Raw, Request

_SAFE = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "memory_limit": "4GB",
    "threads": "2",
    "lock_configuration": "true",
}
_TABLES = """
SELECT table_schema || '.' || table_name FROM information_schema.tables
WHERE table_schema NOT IN ('information_schema', 'pg_catalog') ORDER BY 1
"""


def read_duckdb(request: Request) -> Raw:
    """`layer = "table"` or `sql = "SELECT …"` of a .duckdb; geometry as GEOMETRY, WKB, WKT or x and y.

    WKB says no CRS: set `crs`.

    Raises:
        RefusedError: no such table, not one SELECT, more than `MAX_ROWS` rows, cut, or DuckDB is not installed.
    """
    try:
        import duckdb  # noqa: PLC0415  optional
    except ImportError as fault:
        raise RefusedError(wanted_extra(request, MissingExtraError("DuckDB", "duckdb"))) from fault
    try:
        with duckdb.connect(str(request.path), read_only=True, config=_SAFE) as connection:
            query = _query(request, duckdb, connection)
            answer = connection.execute(f"SELECT * FROM ({query}) AS asked LIMIT {MAX_ROWS + 1}")  # noqa: S608
            described = [(str(column[0]), str(column[1])) for column in answer.description]
            rows = answer.fetchall()
    except duckdb.Error as fault:
        raise RefusedError(bad_query(request, str(fault).replace(str(request.path), request.source.path))) from fault
    check_count(request, len(rows))
    names = [name for name, _ in described]
    geometry = _geometry(described, rows)
    return raw_of_rows(request, names, rows, geometry, crs=None, files=(request.path,))


def _query(request: Request, duckdb: Any, connection: Any) -> str:  # noqa: ANN401  DuckDB is optional
    source = request.source
    if source.sql is not None:
        statements = connection.extract_statements(source.sql)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            what = "sql is not one SELECT."
            fix = f"Write one SELECT: sql in [layers.{source.role}]."
            raise RefusedError(error(source, "database-refused", what, why="Nothing else is ever run.", fix=fix))
        return str(statements[0].query).strip().rstrip(";")
    known = [str(row[0]) for row in connection.execute(_TABLES).fetchall()]
    wanted = source.layer if source.layer is not None or len(known) != 1 else known[0]
    fits = [name for name in known if wanted is not None and wanted in {name, name.partition(".")[2]}]
    if len(fits) != 1:
        raise RefusedError(no_such_table(request, wanted, known))
    schema, _, table = fits[0].partition(".")
    quoted = ".".join('"' + part.replace('"', '""') + '"' for part in (schema, table))
    return f"SELECT * FROM {quoted}"  # noqa: S608  a name out of the catalogue, quoted


def _geometry(described: Sequence[tuple[str, str]], rows: Sequence[Sequence[Any]]) -> str | None:
    """The column of type GEOMETRY, else the first BLOB whose values are all WKB."""
    for name, kind in described:
        if kind.upper().startswith("GEOMETRY"):
            return name
    for at, (name, kind) in enumerate(described):
        values = [row[at] for row in rows if row[at] is not None]
        if kind.upper() == "BLOB" and values:
            shapes = shapely.from_wkb([bytes(value) for value in values], on_invalid="ignore")
            if not shapely.is_missing(shapes).any():
                return name
    return None
