"""Pages that work with no network: verified third-party files, a strict policy, and a check that it holds.

A page for a public hearing is opened from a memory stick. So everything is inlined, the browser is told to
connect to nothing, and `assert_offline` refuses a page that still refers to anything outside itself.
"""

from __future__ import annotations

import base64
import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from importlib.resources import files
from typing import TYPE_CHECKING

from geoplan.errors import PublishError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Attributes from which a browser loads something on its own, without a click.
_LOADING_ATTRIBUTES = frozenset(
    {
        "src", "srcset", "imagesrcset", "data", "poster", "background", "action", "formaction", "manifest",
        "ping", "archive", "codebase", "classid", "longdesc", "profile", "usemap", "xlink:href", "srcdoc",
    }
)  # fmt: skip
_LINK_SCHEMES = ("http:", "https:", "mailto:", "tel:", "#")
_NESTING_TAGS = frozenset({"iframe", "frame", "object", "embed", "applet", "base", "portal"})
_CODE_TYPES = frozenset({"", "module", "text/javascript", "application/javascript"})
_CONNECTING_CODE = re.compile(
    r"\bfetch\s*\(|\bimport\s*\(|\bimport\s*[\"'{*]|\bXMLHttpRequest\b|\bWebSocket\b|\bEventSource\b"
    r"|\bsendBeacon\b|\bimportScripts\b|\bnew\s+(?:Shared)?Worker\b|\bRTCPeerConnection\b"
    r"|[#@]\s*sourceMappingURL="
)
_CSS_REFERENCE = re.compile(
    r"(?:url|src)\(\s*(['\"]?)(.*?)\1\s*\)|image-set\(\s*(['\"])(.*?)\3", re.DOTALL | re.IGNORECASE
)
_CSS_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?|\\(.)", re.DOTALL)
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True)
class Asset:
    """One third-party file of `assets/manifest.toml`, verified."""

    name: str
    version: str
    licence: str
    source: str
    text: str


@cache
def load_asset(name: str) -> Asset:
    """The third-party file of that name, after its digest was compared with the manifest.

    Raises:
        PublishError: the manifest does not list it, the file is missing, or its content has changed.
    """
    folder = files("geoplan.publish") / "assets"
    entries = tomllib.loads((folder / "manifest.toml").read_text(encoding="utf-8"))["asset"]
    entry = next((entry for entry in entries if entry["name"] == name), None)
    if entry is None:
        raise PublishError(f"assets/manifest.toml does not list '{name}'. Add it with its version and sha256.")
    try:
        content = (folder / entry["file"]).read_bytes()
    except OSError as error:
        raise PublishError(f"assets/{entry['file']} cannot be read. Reinstall geoplan.") from error
    verify_digest(content, expected=entry["sha256"], name=f"assets/{entry['file']}")
    # a browser reads every line end as \n, and the policy's digests are of what it reads
    text = content.decode("utf-8").replace("\r\n", "\n")
    return Asset(name, entry["version"], entry["licence"], entry["source"], text)


def verify_digest(content: bytes, *, expected: str, name: str) -> None:
    """Refuse content that is not what the manifest names.

    Raises:
        PublishError: the SHA-256 digests differ.
    """
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise PublishError(
            f"{name} is not the file of the manifest: sha256 is {found}, expected {expected}. "
            "Restore it from the source package that assets/manifest.toml names, or reinstall geoplan."
        )


def content_security_policy(scripts: Iterable[str]) -> str:
    """A policy under which only these scripts run and nothing is ever loaded or sent.

    Scripts are named by their digest, so that code which came in with data would not run even if the
    page's own escaping failed.
    """
    digests = (base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() for code in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in dict.fromkeys(digests)) or "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def assert_offline(html: str) -> None:
    """Refuse a page that refers to anything outside itself, links for people excepted.

    Raises:
        PublishError: a reference, connecting code or a missing policy was found; the message lists them all.
    """
    page = _read(html)
    found = [*page.found, *page.code_findings(), *page.style_findings(), *page.policy_findings()]
    if found:
        shown = "; ".join(found[:10]) + (f"; and {len(found) - 10} more" if len(found) > 10 else "")
        raise PublishError(
            f"The page is not self-contained: {shown}. Inline each of them, or drop it, before publishing."
        )


def inline_scripts(html: str) -> list[str]:
    """The code of every script that a browser would run, in order, exactly as it stands in the page."""
    return [code for kind, code in _read(html).scripts if kind in _CODE_TYPES]


def _read(html: str) -> _References:
    page = _References()
    page.feed(html)
    page.close()
    return page


def _is_inside(reference: str) -> bool:
    """True for references that need no network: data, a place in the page, or nothing at all."""
    plain = reference.strip().lower()
    return not plain or plain.startswith(("data:", "#"))


def _css_references(css: str) -> Iterator[str]:
    """Everything that a style sheet would load, as text for a message."""
    plain = _CSS_ESCAPE.sub(
        lambda match: chr(min(int(match[1], 16), 0x10FFFF)) if match[1] else match[2], _CSS_COMMENT.sub("", css)
    )
    yield from ("@import in a style" for _ in re.finditer(r"@import", plain, re.IGNORECASE))
    for match in _CSS_REFERENCE.finditer(plain):
        reference = match[2] if match[2] is not None else match[4]
        if not _is_inside(reference):
            yield f"url({reference[:80]}) in a style"


class _References(HTMLParser):
    """Collects what a page refers to; data blocks are text to it, as they are to a browser."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.scripts: list[tuple[str, str]] = []
        self.styles: list[str] = []
        self.policy = ""
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in _NESTING_TAGS:
            self.found.append(f"<{tag}>")
        if tag == "meta":
            self._meta(values)
        for name, value in values.items():
            self._attribute(tag, name, value)
        self._inside = tag if tag in {"script", "style"} else ""
        if tag == "script":
            self.scripts.append((values.get("type", "").strip().lower(), ""))
        if tag == "style":
            self.styles.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)  # HTML ignores the slash: <script/> opens a script all the same

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002  the base class names it
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            kind, code = self.scripts[-1]
            self.scripts[-1] = (kind, code + data)
        elif self._inside == "style":
            self.styles[-1] += data

    def _meta(self, values: dict[str, str]) -> None:
        directive = values.get("http-equiv", "").strip().lower()
        if directive == "refresh":
            self.found.append("<meta http-equiv=refresh>")
        if directive == "content-security-policy":
            self.policy = values.get("content", "")

    def _attribute(self, tag: str, name: str, value: str) -> None:
        plain = value.strip().lower()
        if name.startswith("on"):
            self.found.append(f"code in the attribute {name} of <{tag}>")
        elif name == "href" and tag in {"a", "area"}:
            if plain and not plain.startswith(_LINK_SCHEMES):
                self.found.append(f"<{tag} href={value[:80]}>")
        elif (name == "href" or name in _LOADING_ATTRIBUTES) and not _is_inside(value):
            self.found.append(f"<{tag} {name}={value[:80]}>")
        elif name == "style":
            self.styles.append(value)

    def code_findings(self) -> list[str]:
        code = (code for kind, code in self.scripts if kind in _CODE_TYPES)
        return [f"{match[0]} in a script" for text in code for match in _CONNECTING_CODE.finditer(text)]

    def style_findings(self) -> list[str]:
        return [reference for css in self.styles for reference in _css_references(css)]

    def policy_findings(self) -> list[str]:
        directives = [directive.split() for directive in self.policy.split(";")]
        if ["default-src", "'none'"] in directives and not any(
            directive[:1] == ["connect-src"] for directive in directives
        ):
            return []
        return ["no Content-Security-Policy with default-src 'none'"]
