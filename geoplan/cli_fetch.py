"""`geoplan fetch`: public data for those with internet. No logic of its own."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoplan.terminal import JsonOption, OutOption, Progress, ProjectArgument, print_json, say

if TYPE_CHECKING:
    from geoplan.config import ProjectConfig
    from geoplan.fetch import Area, Fetched, Kind
    from geoplan.fetch.estimate import Estimate

app = typer.Typer(
    help="Fetch public data (needs internet; every other command works from files).", no_args_is_help=True
)
_DEFAULT = ("roads", "barriers")
_ALL = "all"
_LONGEST_NAME = 200
"""Bytes; file systems allow 255, and endings are put behind it."""


@app.callback()
def _group() -> None:
    """Keep `osm` a command of its own, although it is the only one so far."""


@app.command()
def osm(
    project: ProjectArgument = None,
    *,
    bbox: Annotated[
        str | None, typer.Option("--bbox", help="W,S,E,N in degrees, in place of the project's districts.")
    ] = None,
    district: Annotated[str | None, typer.Option("--district", help="Only this district, by name or id.")] = None,
    margin_m: Annotated[
        float, typer.Option("--margin-m", min=0.0, max=50_000.0, help="So far beyond the districts, in metres.")
    ] = 3_000.0,
    what: Annotated[
        list[str] | None,
        typer.Option(
            "--what", "-w", help="roads, barriers, schools, buildings or all; repeatable; by default roads, barriers."
        ),
    ] = None,
    endpoint: Annotated[
        str | None, typer.Option("--endpoint", help="Another Overpass server, or one of your own.")
    ] = None,
    out: OutOption = None,
    name: Annotated[str, typer.Option("--name", help="Of the extract, without ending.")] = "",
    fresh: Annotated[bool, typer.Option("--fresh", help="Ask again for what is stored.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how much there is to fetch.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Roads, barriers, schools, buildings of OpenStreetMap as one .osm file. Interrupted, it goes on where it was."""
    from geoplan.fetch import Order, estimated, fetch_osm  # noqa: PLC0415  heavy

    kinds = _kinds(what or _DEFAULT)
    config = _config(project, needed=bbox is None)
    area = _area(config, bbox, district, margin_m)
    folder = out if out is not None else (config.folder if config is not None else Path()) / "data"
    order = Order(area, kinds, folder, _name(name), endpoint, fresh)
    if dry_run:
        _print_estimate(estimated(order), as_json=as_json)
        return
    try:
        with Progress(quiet=as_json) as step:
            fetched = fetch_osm(order, progress=step)
    except KeyboardInterrupt:
        say("geoplan: the cells fetched so far are stored; the same command goes on from there.")
        raise
    _print(fetched, config, as_json=as_json)


def _kinds(words: list[str] | tuple[str, ...]) -> tuple[Kind, ...]:
    from geoplan.errors import ConfigError, near_match  # noqa: PLC0415  only here
    from geoplan.fetch import Kind  # noqa: PLC0415  heavy

    known = [str(kind) for kind in Kind]
    asked = [part.strip() for word in words for part in word.split(",")]
    for word in asked:
        if word not in {*known, _ALL}:
            told = ", ".join([*known, _ALL])
            raise ConfigError(f"--what: unknown {word!r}; known: {told}.{near_match(word, [*known, _ALL])}")
    return tuple(kind for kind in Kind if _ALL in asked or kind in asked)


def _name(name: str) -> str:
    from geoplan.errors import ConfigError  # noqa: PLC0415  only here

    if name != Path(name).name or name.startswith(".") or any(ord(sign) < 32 for sign in name):
        raise ConfigError(f"--name: expected a plain file name without folder and ending, found {name!r}.")
    if (length := len(name.encode())) > _LONGEST_NAME:
        raise ConfigError(f"--name: expected a name of {_LONGEST_NAME} bytes at most, found one of {length}.")
    return name.removesuffix(".osm")


def _config(folder: Path | None, *, needed: bool) -> ProjectConfig | None:
    """The project named, else the one in the working directory; the bundled demo is never fetched into."""
    from geoplan.config import PROJECT_FILE, read_project  # noqa: PLC0415  only here
    from geoplan.errors import ConfigError  # noqa: PLC0415

    if folder is not None or (Path.cwd() / PROJECT_FILE).is_file():
        return read_project(folder if folder is not None else Path.cwd())
    if needed:
        raise ConfigError(
            f"There is no {PROJECT_FILE} here. Name a project: geoplan fetch osm FOLDER; or say where to fetch: "
            "--bbox W,S,E,N in degrees."
        )
    return None


def _area(config: ProjectConfig | None, bbox: str | None, district: str | None, margin_m: float) -> Area:
    from geoplan.errors import ConfigError  # noqa: PLC0415  only here
    from geoplan.fetch import area_of, area_of_districts  # noqa: PLC0415  heavy
    from geoplan.inputs import load_layers  # noqa: PLC0415  heavy

    if bbox is not None:
        if district is not None:
            raise ConfigError("--bbox and --district say where to fetch in two ways; give one of them.")
        return area_of(bbox)
    assert config is not None  # noqa: S101  _config saw to it
    if "districts" not in config.layers:
        raise ConfigError(
            f"{config.folder.name}/project.toml has no [layers.districts]: say --bbox W,S,E,N in degrees."
        )
    districts = load_layers(config, roles=("districts",)).districts
    assert districts is not None  # noqa: S101  it is in the project
    return area_of_districts(districts, district, margin_m=margin_m)


def _print_estimate(estimate: Estimate, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(estimate))
    else:
        say(f"{estimate}")


def _print(fetched: Fetched, config: ProjectConfig | None, *, as_json: bool) -> None:
    from geoplan.fetch.record import as_named  # noqa: PLC0415  heavy

    origin = fetched.origin
    path = as_named(fetched.file, None if config is None else config.folder)
    lines = origin.to_paste(path)
    if as_json:
        print_json({**fetched.as_dict(), "project_toml": lines})
        return
    for each in fetched.notes:
        say(f"note: {each}")
    counts = origin.counts
    say(
        f"\n{fetched.file}: {counts.nodes:,} nodes, {counts.ways:,} ways, {counts.relations:,} relations; "
        f"{origin.cells:,} cells, {fetched.stored:,} of them stored before\n"
        f"来源 / origin:  {fetched.record}\n署名 / credit:  {origin.credit}\n\n"
        "写入 project.toml / to paste into project.toml:"
    )
    typer.echo(lines)
