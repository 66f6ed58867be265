"""PostGIS through SQLAlchemy and psycopg (extra `postgis`): one table or one SELECT, read only.

The address in project.toml holds no password (see `geoplan.config_layers`): libpq takes it from PGPASSWORD or from
~/.pgpass, so that it can stand in no message, finding or manifest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyproj import CRS
from pyproj.exceptions import CRSError as ProjError

from geoplan.errors import MissingExtraError
from geoplan.inputs.extras import wanted_extra
from geoplan.inputs.findings import RefusedError, error
from geoplan.inputs.query import bad_query, no_such_table, raw_of_rows
from geoplan.inputs.vector import MAX_ROWS, check_count

if TYPE_CHECKING:
    from geoplan.inputs.raw import Raw, Request
    from geoplan.types import Finding

_CONNECT_SECONDS = 10
_STATEMENT_MS = 600_000
_BLOCK_ROWS = 20_000
_GEOMETRY = ("geometry", "geography")
_TABLES = """
SELECT n.nspname || '.' || c.relname
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND n.nspname NOT LIKE 'pg\\_%%' AND has_table_privilege(c.oid, 'SELECT')
  AND c.relname NOT IN ('spatial_ref_sys', 'geometry_columns', 'geography_columns')
ORDER BY 1
"""


def read_postgis(request: Request) -> Raw:
    """`layer = "schema.table"` or `sql = "SELECT …"` of the server at `path`.

    Geometry comes as its own type says, curves as lines, in two dimensions, with the CRS of its SRID.

    Raises:
        RefusedError: the server does not answer or refuses, no such table, more than `MAX_ROWS` rows, or SQLAlchemy
            or psycopg is not installed.
    """
    try:
        import psycopg  # noqa: F401, PLC0415  optional
        import sqlalchemy as sa  # noqa: PLC0415
    except ImportError as fault:
        missing = MissingExtraError("SQLAlchemy with psycopg", "postgis")
        raise RefusedError(wanted_extra(request, missing)) from fault
    try:
        address = sa.make_url(request.source.path).set(drivername="postgresql+psycopg")
        settings = f"-c default_transaction_read_only=on -c statement_timeout={_STATEMENT_MS}"
        arguments = {"connect_timeout": _CONNECT_SECONDS, "options": settings}
        engine = sa.create_engine(address, connect_args=arguments, poolclass=sa.pool.NullPool)
        with engine.connect() as connection:
            return _read(request, connection)
    except sa.exc.DBAPIError as fault:
        raise RefusedError(_refused(request, fault)) from fault
    except (sa.exc.SQLAlchemyError, ValueError) as fault:
        raise RefusedError(bad_query(request, fault)) from fault


def _read(request: Request, connection: Any) -> Raw:  # noqa: ANN401  SQLAlchemy is optional
    query = _query(request, connection)
    columns = _columns(connection, query)
    geometry = next((name for name, kind in columns if kind in _GEOMETRY), None)
    quoted = [_quoted(name) for name, _ in columns]
    if geometry is not None:
        place = [name for name, _ in columns].index(geometry)
        # a geography knows no curves; a geometry may hold them, and GEOS does not
        cast = f"{quoted[place]}::geometry"
        quoted[place] = f"ST_AsEWKB(ST_Force2D(ST_CurveToLine({cast}))) AS {quoted[place]}"
    select = f"SELECT {', '.join(quoted)} FROM ({query}) AS asked LIMIT %(most)s"  # noqa: S608  one SELECT, read only
    streamed = connection.execution_options(stream_results=True, max_row_buffer=_BLOCK_ROWS)
    rows: list[Any] = []
    answer = streamed.exec_driver_sql(select, {"most": MAX_ROWS + 1})
    for block in answer.partitions(_BLOCK_ROWS):
        rows.extend(block)
    check_count(request, len(rows))
    names = [name for name, _ in columns]
    crs = None if geometry is None else _crs(request, connection, rows, names.index(geometry))
    return raw_of_rows(request, names, rows, geometry, crs=crs)


def _query(request: Request, connection: Any) -> str:  # noqa: ANN401
    """The project's own SELECT, or one over its table; `%` is doubled, for psycopg takes a single one for itself."""
    if request.source.sql is not None:
        return request.source.sql.strip().rstrip(";").replace("%", "%%")
    known = [str(row[0]) for row in connection.exec_driver_sql(_TABLES, {})]
    wanted = request.source.layer
    fits = [name for name in known if wanted is not None and wanted in {name, name.partition(".")[2]}]
    if len(fits) != 1:
        raise RefusedError(no_such_table(request, wanted, known))
    schema, _, table = fits[0].partition(".")
    return f"SELECT * FROM {_quoted(schema)}.{_quoted(table)}"  # noqa: S608  a name out of the catalogue, quoted


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""').replace("%", "%%") + '"'


def _columns(connection: Any, query: str) -> list[tuple[str, str]]:  # noqa: ANN401
    """Name and type of the query's columns. The parameter makes it an extended query: a single statement only."""
    select = f"SELECT * FROM ({query}) AS asked LIMIT %(none)s"  # noqa: S608
    answer = connection.exec_driver_sql(select, {"none": 0})
    described = [(column.name, int(column.type_code)) for column in answer.cursor.description]
    answer.close()
    kinds = connection.exec_driver_sql(
        "SELECT oid::int8, typname FROM pg_catalog.pg_type WHERE oid = ANY(%(oids)s)",
        {"oids": sorted({code for _, code in described})},
    )
    named = {int(code): str(kind) for code, kind in kinds}
    return [(name, named.get(code, "")) for name, code in described]


def _crs(request: Request, connection: Any, rows: list[Any], place: int) -> CRS | None:  # noqa: ANN401
    """The CRS of the rows' SRID by the database's own table; several in one layer are an error."""
    import shapely  # noqa: PLC0415

    srids = {
        int(srid) for srid in shapely.get_srid(shapely.from_wkb([bytes(row[place]) for row in rows if row[place]]))
    }
    if len(srids) > 1:
        what = f"The rows are in several CRS: SRID {', '.join(str(srid) for srid in sorted(srids))}."
        raise RefusedError(error(request.source, "unknown-crs", what, fix="Transform them: sql with ST_Transform."))
    if not srids - {0}:
        return None
    known = connection.exec_driver_sql(
        "SELECT auth_name, auth_srid, srtext FROM spatial_ref_sys WHERE srid = %(srid)s", {"srid": srids.pop()}
    ).first()
    if known is None:
        return None
    try:
        return CRS.from_authority(known[0], known[1]) if known[0] else CRS.from_wkt(known[2])
    except ProjError:
        return CRS.from_wkt(known[2])


def _refused(request: Request, fault: Any) -> Finding:  # noqa: ANN401
    """No connection and no permission are told apart from a query that is wrong."""
    told = str(fault.orig).strip()
    if "password" in told or "authentication" in told:
        return error(
            request.source,
            "database-refused",
            f"The server does not let this user in: {told.splitlines()[0]}",
            why="project.toml holds no passwords.",
            fix="Set PGPASSWORD, or write host:port:database:user:password into ~/.pgpass (mode 0600).",
        )
    if getattr(fault, "connection_invalidated", False) or "connection" in told.casefold():
        return error(
            request.source,
            "database-refused",
            f"The server does not answer: {told.splitlines()[0]}",
            fix="Check host, port and network (psql opens the same address), or export the table as GeoPackage.",
        )
    return bad_query(request, told)
