"""The published page: one HTML file with the map, its legend, tables, reasons and rules.

Folium makes the map object and the page frame; Leaflet and our own script are inlined. Data enter the page in
one place only, as a JSON block that is never code, and leave it only through `textContent` and canvas text.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import folium
from branca.element import Element, Figure, MacroElement
from folium.template import Template

from geoplan.errors import PublishError
from geoplan.publish.json_file import json_for_html
from geoplan.publish.offline import assert_offline, content_security_policy, inline_scripts, load_asset

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PAYLOAD_VERSION = 1
CANVAS_ABOVE_FEATURES = 2_000
# Each file is one noun of the page; later files use what earlier ones define.
APP_FILES = (
    "text", "language", "state", "data", "gaps", "store", "features", "symbols", "sheet", "scene", "lettering",
    "labels", "map", "pick", "gestures", "controls", "years", "seats", "summary", "legend", "card", "details", "ways",
    "home", "remarks", "scenarios", "why", "cells", "columns", "tables", "search", "masthead", "notes", "print",
    "address", "main",
)  # fmt: skip
_MAP_MARKER = "<!-- the map stands here -->"
_REQUIRED = (
    "title", "crs", "bounds", "measure", "stages", "travels", "districts", "places", "schools", "views",
)  # fmt: skip


def render_page(payload: Mapping[str, Any]) -> str:
    """The page as one string of HTML; the same payload always gives the same string.

    Args:
        payload: plain values as the publishing room collects them (see docs of the payload).

    Raises:
        PublishError: the payload is not one that this version understands, holds values that JSON cannot
            carry, or the finished page would refer to something outside itself.
    """
    _check(payload)
    features = len(payload["places"]["id"]) + len(payload["schools"]["id"])
    return assemble(payload, "page.html", [f"app/{name}.js" for name in APP_FILES], features=features)


def assemble(payload: Mapping[str, Any], body: str, scripts: Sequence[str], *, features: int) -> str:
    """A page with a map from its payload, its body and its scripts, all of `assets/`.

    Args:
        payload: has at least title, crs and bounds.
        features: how many things the map draws.

    Raises:
        PublishError: values that JSON cannot carry, or a page that would refer to something outside itself.
    """
    before, after = _asset_text(body).split(_MAP_MARKER)
    map_ = _map(payload, features)
    page = _Page(str(payload["title"]), styles=(_leaflet_css(), _asset_text("app.css")))
    page.add_html("before", before)
    page.add_html(map_.get_name(), "")  # the map's own element will take this place
    page.add_html("after", after)
    page.add_data(payload)
    page.add_html("code", f"<script>{_leaflet_code()}</script>\n<script>{_app_code(scripts)}</script>")
    page.add_child(map_)
    return page.finished()


def assemble_report(payload: Mapping[str, Any], body: str, scripts: Sequence[str]) -> str:
    """A page without a map; otherwise as `assemble`.

    Raises:
        PublishError: as for `assemble`.
    """
    page = _Page(str(payload["title"]), styles=(_asset_text("app.css"), _asset_text("report.css")))
    page.add_html("body", _asset_text(body))
    page.add_data(payload)
    page.add_html("code", f"<script>{_app_code(scripts)}</script>")
    return page.finished()


def _check(payload: Mapping[str, Any]) -> None:
    """Refuse a payload that would open as a broken page; every cause at once."""
    faults = [f"'{key}' is missing" for key in _REQUIRED if key not in payload]
    if payload.get("version") != PAYLOAD_VERSION:
        faults.append(f"version is {payload.get('version')!r}, expected {PAYLOAD_VERSION}")
    for name in ("districts", "places", "schools"):
        columns = payload.get(name, {})
        # a packed column has its values once and, in `at`, one number for each row
        lengths = {key: len(column["at"] if isinstance(column, dict) else column) for key, column in columns.items()}
        if len(set(lengths.values())) > 1:
            faults.append(f"the columns of {name} differ in length ({lengths})")
    if faults:
        raise PublishError(f"The page's data cannot be shown: {'; '.join(faults)}. Rebuild them with geoplan plan.")


def _map(payload: Mapping[str, Any], features: int) -> _OfflineMap:
    (lat0, lon0), (lat1, lon1) = [[float(value) for value in corner] for corner in payload["bounds"]]
    local = payload["crs"] == "local"
    map_ = _OfflineMap(
        location=[(lat0 + lat1) / 2, (lon0 + lon1) / 2],
        tiles=None,
        crs="Simple" if local else "EPSG3857",
        zoom_start=-3 if local else 11,
        zoom_control=False,
        prefer_canvas=features > CANVAS_ABOVE_FEATURES,
        zoom_snap=0.25,
        wheel_px_per_zoom_level=90,
        attribution_control=False,
    )
    map_._id = "geoplan"  # noqa: SLF001  folium gives random ids, and one payload must give one page
    map_.add_child(_Start())
    return map_


def _head(title: str, styles: Sequence[str]) -> str:
    """Character set first, then the policy before anything that it governs."""
    return "\n".join(
        (
            '<meta charset="utf-8">',
            _POLICY_SLOT,
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="referrer" content="no-referrer">',
            '<meta name="generator" content="geoplan">',
            f"<title>{escape(title)}</title>",
            *(f"<style>{css}</style>" for css in styles),
        )
    )


_POLICY_SLOT = "<!-- content security policy -->"


@cache
def _asset_text(name: str) -> str:
    return (files("geoplan.publish") / "assets" / name).read_text(encoding="utf-8")


def _leaflet_css() -> str:
    """Leaflet's styles without the pictures of markers and of a layer switch that this page does not use."""
    return re.sub(r"[^\n;{}]*url\([^)]*\);?", "", load_asset("leaflet.css").text)


def _leaflet_code() -> str:
    """Leaflet with its licence; without the pointer to a source map that a browser would try to fetch."""
    leaflet = load_asset("leaflet.js")
    licence = load_asset("leaflet-licence").text.replace("*/", "* /")
    code = re.sub(r"//# sourceMappingURL=\S*", "", leaflet.text)
    return f"/*\nLeaflet {leaflet.version}\n\n{licence}*/\n{code}"


def _app_code(scripts: Sequence[str]) -> str:
    """Our own files in one function, so that none of their names is global but the one that starts the page."""
    parts = "\n".join(_asset_text(name) for name in scripts)
    return f'(() => {{\n"use strict";\n{parts}\n}})();\n'


class _Raw(Element):  # type: ignore[misc]  # branca has no type information
    """Finished HTML. A plain branca Element would read it as a Jinja template, and run `{{ }}` from data."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self._html = html

    def render(self, **_kwargs: object) -> str:
        return self._html


class _Page(Figure):  # type: ignore[misc]  # branca has no type information
    """A page frame with a language, and with its last script inside the body."""

    _template = Template(
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n'
        "{% for child in this.header._children.values() %}{{ child.render() }}\n{% endfor %}"
        "</head>\n<body>\n"
        "{% for child in this.html._children.values() %}{{ child.render() }}\n{% endfor %}"
        "<script>{% for child in this.script._children.values() %}{{ child.render() }}\n{% endfor %}</script>\n"
        "</body>\n</html>\n"
    )

    def __init__(self, title: str, *, styles: Sequence[str]) -> None:
        super().__init__()
        self.header = Element()  # without the meta element that branca puts in; ours stands in the head
        self.header.add_child(_Raw(_head(title, styles)), name="head")

    def add_html(self, name: str, html: str) -> None:
        """Finished HTML at the end of the body."""
        self.html.add_child(_Raw(html), name=name)

    def add_data(self, payload: Mapping[str, Any]) -> None:
        """The payload; the only place where data become part of a page."""
        self.add_html("data", f'<script type="application/json" id="geoplan-data">{json_for_html(payload)}</script>')

    def finished(self) -> str:
        """The page with its policy, after a check that it needs nothing from outside."""
        html = str(self.render())
        policy = escape(content_security_policy(inline_scripts(html)))
        # The first occurrence is our own: the title, the only data before it, is escaped and cannot contain it.
        html = html.replace(_POLICY_SLOT, f'<meta http-equiv="Content-Security-Policy" content="{policy}">', 1)
        assert_offline(html)
        return html


class _OfflineMap(folium.Map):  # type: ignore[misc]  # folium has no type information
    """A folium map that calls nothing from the network and lets a reader zoom the page with two fingers."""

    default_js = ()
    default_css = ()
    _template = Template(
        """
        {% macro html(this, kwargs) %}<div class="folium-map" id={{ this.get_name()|tojson }}></div>{% endmacro %}
        {% macro script(this, kwargs) %}
        const {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {
          center: {{ this.location|tojson }}, crs: L.CRS.{{ this.crs }}, ...{{ this.options|tojavascript }}
        });
        {% endmacro %}
        """
    )


class _Start(MacroElement):  # type: ignore[misc]  # branca has no type information
    """Hands folium's map to our own script."""

    _template = Template(
        "{% macro script(this, kwargs) %}window.geoplanStart({{ this._parent.get_name() }});{% endmacro %}"
    )
