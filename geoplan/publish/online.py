"""A page for the office with 天地图 (Tianditu) under it: by the user's own key, which anybody can read in the file.

The published page itself stays offline. This one is a copy whose policy lets it ask the tile hosts and nobody else;
the lint refuses it.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from geoplan.errors import PublishError
from geoplan.publish.offline import content_security_policy, inline_scripts

if TYPE_CHECKING:
    from pathlib import Path

HOSTS = tuple(f"https://t{number}.tianditu.gov.cn" for number in range(8))
LAYERS = ("vec", "cva")
"""Base map and its lettering, in Web Mercator (`_w`)."""
CREDIT = "底图：天地图 Tianditu"
_KEY = re.compile(r"[0-9a-f]{32}")
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="[^"]*">')
_STARTED = "window.geoplanStart(map_geoplan);"


def require_key(key: str) -> None:
    """Refuse what cannot be a key.

    Raises:
        PublishError: it is not 32 hexadecimal characters.
    """
    if not _KEY.fullmatch(key):
        raise PublishError(
            "The key of Tianditu is 32 hexadecimal characters, as lbs.tianditu.gov.cn shows it; found "
            f"{len(key)} characters. Give your own key with --tianditu-key."
        )


def write_online(page: Path, key: str) -> Path:
    """Write `<name>-online.html` beside a published page.

    Args:
        page: a map that geoplan published.
        key: of Tianditu, 32 hexadecimal characters; it becomes readable in the file.

    Returns:
        The path of the new page.

    Raises:
        PublishError: no key, or a page without a map in degrees.
    """
    html = online_page(page.read_text(encoding="utf-8"), key)
    target = page.with_name(f"{page.stem}-online.html")
    scratch = target.with_name(f".{target.name}")
    scratch.write_text(html, encoding="utf-8", newline="\n")
    return scratch.replace(target)


def online_page(html: str, key: str) -> str:
    """A published page with Tianditu's tiles under its map; the same page and key give the same text.

    Raises:
        PublishError: as for `write_online`.
    """
    require_key(key)
    if _STARTED not in html or "crs: L.CRS.EPSG3857" not in html:
        raise PublishError(
            "The page has no map in degrees (a report, or a project in local metres): Tianditu has no place under it."
        )
    html = html.replace("</body>", f"<script>{_code(key)}</script>\n</body>", 1)
    policy = content_security_policy(inline_scripts(html))
    policy = policy.replace("img-src data:;", f"img-src data: {' '.join(HOSTS)};")
    return _POLICY.sub(f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">', html, count=1)


def _code(key: str) -> str:
    """Leaflet's tile layers, and the credit that the service asks for."""
    layers = "".join(
        f'L.tileLayer("https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0'
        f"&LAYER={layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}"
        f'&tk={key}", {{ subdomains: "01234567", maxZoom: 18, attribution: "{CREDIT}" }}).addTo(map_geoplan);\n'
        for layer in LAYERS
    )
    return f"\n{layers}"
