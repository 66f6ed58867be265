"""A real PostgreSQL with PostGIS, started in a folder of its own, as a planning bureau's server."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

PASSWORD = "geheim-Passw0rt-秘"  # noqa: S105  of a cluster that lives for one test run
BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
SQL = """
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE SCHEMA edu;
CREATE TABLE edu."学校" (id text, "学校名称" text, "学段" text, "学位" numeric, built date, geom geometry(Point, 4547));
INSERT INTO edu."学校" VALUES
 ('s1', '邢台市第一幼儿园', '幼儿园', 360, '2011-09-01',
  ST_Transform(ST_SetSRID(ST_MakePoint(114.50, 37.05), 4326), 4547)),
 ('s2', '二中', '初中', 900, NULL, ST_Transform(ST_SetSRID(ST_MakePoint(114.52, 37.06), 4326), 4547));
CREATE VIEW edu.kindergartens AS SELECT * FROM edu."学校" WHERE "学段" = '幼儿园';
CREATE TABLE edu.plots (id text, geom geometry(CurvePolygonZ, 4326));
INSERT INTO edu.plots VALUES ('p1', ST_GeomFromText(
 'CURVEPOLYGON Z (CIRCULARSTRING Z (114.50 37.05 1, 114.51 37.06 1, 114.52 37.05 1, 114.51 37.04 1, 114.50 37.05 1))',
 4326));
CREATE TABLE edu.mixed (id text, "学段" text, geom geometry);
INSERT INTO edu.mixed VALUES ('a', '小学', ST_SetSRID(ST_MakePoint(114.5, 37), 4326)),
                             ('b', '小学', ST_SetSRID(ST_MakePoint(5e5, 4e6), 4547));
CREATE TABLE edu.roster (id text, "学段" text, lon float, lat float);
INSERT INTO edu.roster VALUES ('r1', '小学', 114.5, 37.05);
"""

pytest.importorskip("sqlalchemy", reason="needs the extra postgis")
pytest.importorskip("psycopg", reason="needs the extra postgis")


def _skip_reason():
    if not BINARIES:
        return "needs PostgreSQL (Debian: postgresql)"
    version = BINARIES[-1].parts[-3]
    if not list(Path(f"/usr/share/postgresql/{version}/extension").glob("postgis.control")):
        return f"needs PostGIS (Debian: postgresql-{version}-postgis-3)"
    if os.geteuid() == 0 and shutil.which("runuser") is None:
        return "PostgreSQL does not run as root, and there is no runuser"
    return ""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The address of a cluster of its own, without password; PGPASSWORD is set by the test."""
    if reason := _skip_reason():
        if os.environ.get("CI"):
            pytest.fail(reason)  # CI installs it
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("pg")
    for parent in (folder, *folder.parents):
        if parent.stat().st_mode & 0o005 != 0o005:
            parent.chmod(0o755)  # the user postgres has to get in
    root = os.geteuid() == 0
    if root:
        shutil.chown(folder, "postgres")
    as_user = ["runuser", "-u", "postgres", "--"] if root else []
    binaries, data = BINARIES[-1].parent, folder / "data"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    secret = folder / "password"
    secret.write_text(PASSWORD, encoding="utf-8")
    if root:
        shutil.chown(secret, "postgres")
    settings = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"

    def run(*command, **options):
        return subprocess.run(
            [*as_user, *map(str, command)], check=True, capture_output=True, cwd=folder, timeout=60, **options
        )

    run(binaries / "initdb", "-D", data, "-U", "geoplan", "-A", "scram-sha-256", "--pwfile", secret, "-E", "UTF8",
        "--locale=C", "--no-sync")  # fmt: skip
    # its log goes to a file: pg_ctl would otherwise keep the pipe open, and run() wait for its end
    run(binaries / "pg_ctl", "-D", data, "-o", settings, "-w", "-l", folder / "log", "start")
    try:
        address = f"postgresql://geoplan@127.0.0.1:{port}/postgres"
        run(binaries / "psql", "-v", "ON_ERROR_STOP=1", "-q", address, "-c", SQL,
            env={**os.environ, "PGPASSWORD": PASSWORD})  # fmt: skip
        yield address
    finally:
        run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop")


@pytest.fixture
def base(town, server, monkeypatch):
    """The town, whose schools are asked from the server."""
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    monkeypatch.setenv("HOME", str(town.folder))

    def ask(toml, role="schools"):
        town.layer(role, f'path = "{server}"\n{toml}')
        return town

    town.ask = ask
    return town


@pytest.mark.parametrize(
    "toml",
    [
        'layer = "edu.学校"',
        'layer = "学校"',
        """sql = 'SELECT * FROM edu."学校" WHERE id LIKE $$s%$$ AND id <> $$a:b$$ ORDER BY id;'""",
    ],
)
def test_a_table_or_a_select_is_read_with_its_crs(base, toml):
    frame = base.ask(toml).frame("schools")
    assert list(frame["name"]) == ["邢台市第一幼儿园", "二中"]
    assert list(frame["stages"]) == [("kindergarten",), ("junior",)]
    assert list(frame["capacity"]) == [360, 900]
    lonlat = frame.to_crs(4326).geometry
    assert lonlat.x.tolist() == pytest.approx([114.50, 114.52], abs=1e-9)
    assert "2 rows, 6 columns; sha256" in base.finding("database-read", "note").what


def test_a_view_is_read_as_a_table(base):
    assert list(base.ask('layer = "edu.kindergartens"').frame("schools").index) == ["s1"]


def test_curves_become_lines_and_heights_are_dropped(base):
    frame = base.ask('layer = "edu.plots"', role="parcels").frame("parcels")
    assert frame.geom_type.tolist() == ["Polygon"]
    assert not frame.has_z.any()


def test_a_table_without_geometry_may_hold_coordinates(base):
    assert base.ask('layer = "edu.roster"').frame("schools").to_crs(4326).geometry.x.tolist() == pytest.approx([114.5])


def test_rows_in_several_crs_are_an_error(base):
    assert "4326, 4547" in base.ask('layer = "edu.mixed"').finding("unknown-crs", "error").what


def test_a_table_that_is_not_there_is_an_error_with_the_list(base):
    finding = base.ask('layer = "edu.学效"').finding("missing-layer-in-file", "error")
    assert "edu.kindergartens" in finding.what
    assert "Did you mean 'edu.学校'?" in finding.what
    assert "Which table?" in base.ask("").finding("missing-layer-in-file").what


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE edu.roster",
        "SELECT 1; DROP TABLE edu.roster",
        "SELECT 1) AS asked; DROP TABLE edu.roster; --",
        "COPY edu.roster TO PROGRAM 'touch /tmp/geoplan-was-here'",
        "INSERT INTO edu.roster SELECT 'x' RETURNING id",
        "WITH gone AS (DELETE FROM edu.roster RETURNING *) SELECT * FROM gone",
        "SELECT nothing FROM edu.roster",
        "SELECT set_config('transaction_read_only', 'off', false), lo_create(0)",
    ],
)
def test_nothing_but_one_select_is_run_and_nothing_is_written(base, sql):
    assert base.ask(f'sql = "{sql}"').codes() == ["database-refused"]
    assert list(base.ask('layer = "edu.roster"').frame("schools").index) == ["r1"]


def test_more_rows_than_memory_holds_are_refused(base, monkeypatch):
    monkeypatch.setattr("geoplan.inputs.vector.MAX_ROWS", 999)
    monkeypatch.setattr("geoplan.inputs.postgis.MAX_ROWS", 999)
    assert base.ask('sql = "SELECT generate_series(1, 100000000) AS id"').codes() == ["too-large"]


def test_the_password_comes_from_pgpass_too(base, server, monkeypatch):
    monkeypatch.delenv("PGPASSWORD")
    file = base.folder / "pgpass"
    file.write_text(f"*:*:*:*:{PASSWORD}\n", encoding="utf-8")
    file.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(file))
    assert len(base.ask('layer = "edu.学校"').frame("schools")) == 2


@pytest.mark.parametrize("secret", [None, "wrong-秘密"])
def test_a_wrong_password_is_refused_and_stands_nowhere(base, secret, monkeypatch):
    if secret is None:
        monkeypatch.delenv("PGPASSWORD")
    else:
        monkeypatch.setenv("PGPASSWORD", secret)
    finding = base.ask('layer = "edu.学校"').finding("database-refused", "error")
    assert "does not let this user in" in finding.what
    assert secret is None or secret not in str(finding.as_dict())


def test_no_finding_holds_the_password(base):
    _, findings = base.ask('layer = "edu.学校"').check()
    assert PASSWORD not in str([finding.as_dict() for finding in findings])
    layers, _ = base.check()
    assert PASSWORD not in repr(layers) + layers.schools.file


def test_a_server_that_does_not_answer_is_an_error(town, monkeypatch):
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    town.layer("schools", 'path = "postgresql://geoplan@127.0.0.1:1/none"\nlayer = "a.b"')
    finding = town.finding("database-refused", "error")
    assert "does not answer" in finding.what
    assert PASSWORD not in str(finding)
