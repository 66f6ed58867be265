"""A published map as its file in maps/ describes it, and its public notice in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from geoplan.errors import PublishError, near_match
from geoplan.files import bundled, own_or_bundled
from geoplan.tomlfile import TomlReader, read_toml

if TYPE_CHECKING:
    from pathlib import Path

_KEYS = ("title", "approval_number", "boundaries", "base", "sources")
_NOTICE_KEYS = ("from", "to", "channels")


@dataclass(frozen=True)
class Notice:
    """The public notice (公示) of a map.

    Attributes:
        start, end: its first and its last day.
        channels: how a reader answers: an address, a telephone number of the office, a letter box.
    """

    start: date
    end: date
    channels: tuple[str, ...]

    @property
    def days(self) -> int:
        """Days from the first to the last; the first one does not count."""
        return (self.end - self.start).days


@dataclass(frozen=True)
class MapFile:
    """One file of maps/.

    Attributes:
        approval_number: 审图号, '' without one.
        boundaries: whether district outlines are shown.
        base: roles drawn under everything else.
        notices: Chinese and English sentences at the head of the page.
        sources: where the data come from, as readers are told.
        notice: when it is on public notice and how readers answer; None where the file does not say.
    """

    name: str
    title: str
    approval_number: str
    boundaries: bool
    base: tuple[str, ...]
    notices: tuple[tuple[str, str], ...]
    sources: tuple[str, ...] = ()
    notice: Notice | None = None


def map_names(project_dir: Path | None = None) -> list[str]:
    """The maps at hand: the project's own and the bundled ones."""
    folders = [bundled("maps")] + ([project_dir / "maps"] if project_dir is not None else [])
    return sorted({path.stem for folder in folders for path in folder.glob("*.toml")})


def read_map(name: str, project_dir: Path | None = None) -> MapFile:
    """Read maps/<name>.toml, the project's own first.

    Raises:
        PublishError: no such map; the message lists the known ones.
        ConfigError: an unknown key or an impossible value; all are listed.
    """
    if name not in (known := map_names(project_dir)):
        raise PublishError(f"No map {name!r}. Known: {', '.join(known)}.{near_match(name, known)}")
    path = own_or_bundled(project_dir, f"maps/{name}.toml")
    raw, reader = read_toml(path), TomlReader(path)
    reader.known("", raw, ("map", "notices", "notice"))
    head = reader.table("map", raw.get("map", {}))
    reader.known("map.", head, _KEYS)
    notices = raw.get("notices", [])
    if not isinstance(notices, list):
        reader.faults.append(f"notices: expected tables, each headed [[notices]], found {notices!r}.")
        notices = []
    found = MapFile(
        name=name,
        title=reader.text("map.title", head.get("title", "")),
        approval_number=reader.text("map.approval_number", head.get("approval_number", "")),
        boundaries=reader.flag("map.boundaries", head.get("boundaries", True)),
        base=reader.texts("map.base", head.get("base", [])),
        notices=tuple(_sentence(reader, f"notices[{place}]", each) for place, each in enumerate(notices, start=1)),
        sources=reader.texts("map.sources", head.get("sources", [])),
        notice=_notice(reader, raw["notice"]) if "notice" in raw else None,
    )
    reader.raise_faults()
    return found


def notice_words(map_file: MapFile) -> tuple[tuple[str, str], ...]:
    """Notice and sources of a map as sentences, Chinese and English; none for what its file does not say."""
    found = []
    if (notice := map_file.notice) is not None:
        zh = "".join(
            (
                f"公示时间：{_zh(notice.start)}至{_zh(notice.end)}（{notice.days}日）。",
                f"意见反馈方式：{'；'.join(notice.channels)}。" if notice.channels else "",
            )
        )
        answer = f" Comments: {'; '.join(notice.channels)}." if notice.channels else ""
        found.append((zh, f"On public notice from {notice.start} to {notice.end} ({notice.days} days).{answer}"))
    if map_file.sources:
        found.append((f"数据来源：{'；'.join(map_file.sources)}。", f"Sources: {'; '.join(map_file.sources)}."))
    return tuple(found)


def _zh(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _notice(reader: TomlReader, value: object) -> Notice | None:
    table = reader.table("notice", value)
    if not isinstance(value, dict):
        return None
    reader.known("notice.", table, _NOTICE_KEYS)
    start, end = (_day(reader, f"notice.{key}", table.get(key)) for key in ("from", "to"))
    channels = reader.texts("notice.channels", table.get("channels", []))
    if start is None or end is None:
        return None
    if end < start:
        reader.faults.append(f"notice.to: {end} lies before notice.from {start}.")
    return Notice(start, end, tuple(each.strip() for each in channels if each.strip()))


def _day(reader: TomlReader, where: str, value: object) -> date | None:
    """A day, as text or as TOML's own date."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        reader.faults.append(f'{where}: expected a day such as "2026-12-01", found {value!r}.')
        return None


def _sentence(reader: TomlReader, where: str, value: object) -> tuple[str, str]:
    table = reader.table(where, value)
    reader.known(f"{where}.", table, ("zh", "en"))
    zh, en = (reader.text(f"{where}.{key}", table.get(key, "")) for key in ("zh", "en"))
    return zh, en
