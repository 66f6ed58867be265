"""One question to an Overpass server: a whole answer, or the fault named. Nothing is retried or stored here.

Why not osmnx's own downloader (osmnx 2.1, `osmnx._overpass`, read and tried): after 429 and 504 it waits 55 s and calls
itself again without end, and does not read Retry-After; an answer that the server broke off with a `remark` becomes a
graph like any other; its cache is written in place, so that Ctrl-C leaves half a file that fails ever after; it
replaces `socket.getaddrinfo` for the whole process, and where the name is resolved by a proxy only, it asks a public
DNS service; no answer is too large. Its settings are taken over all the same: the server, and `requests_kwargs`
(certificates, proxies, sign-in), so that who has set up osmnx need not do it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import requests
from urllib3.exceptions import ReadTimeoutError

from geoplan.errors import ConfigError
from geoplan.fetch.answer import Answer, Cure, FaultError, sound

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MB = 1_000_000
_BLOCK = 1 << 16
_USER_AGENT = "geoplan (school layout planning; fetches once, stores cells)"


@dataclass(frozen=True)
class Limits:
    """How long and how much.

    Attributes:
        connect_s: until a connection stands.
        silence_s: without a byte of the answer.
        answer_s: for one whole answer, so that a trickle ends as well.
        answer_bytes: of one answer, unpacked.
        server_s: what the server may compute; it answers with a remark beyond.
        server_bytes: what the server may hold in memory.
    """

    connect_s: float = 20.0
    silence_s: float = 200.0
    answer_s: float = 600.0
    answer_bytes: int = 64 * MB
    server_s: int = 180
    server_bytes: int = 536_870_912


DEFAULT_LIMITS = Limits()


def checked_endpoint(text: str) -> str:
    """The address of an Overpass interpreter; `/interpreter` is added to the address of an API.

    Raises:
        ConfigError: no http(s) address.
    """
    try:
        address = urlsplit(text.strip())
        good = address.scheme in {"http", "https"} and bool(address.hostname)
        _ = address.port  # a port that is none raises here
    except ValueError:
        good = False
    if not good or address.query or address.fragment:
        raise ConfigError(
            f"--endpoint: expected the http(s) address of an Overpass server, found {without_password(text)!r}; "
            "such as https://overpass-api.de/api/interpreter."
        )
    path = address.path.rstrip("/")
    return urlunsplit(address._replace(path=path if path.endswith("/interpreter") else path + "/interpreter"))


def without_password(endpoint: str) -> str:
    """An address as it may be printed and stored."""
    head, slashes, rest = endpoint.partition("//")
    place, slash, path = rest.partition("/")
    return f"{head}{slashes}{place.rpartition('@')[2]}{slash}{path}"


def ask(
    session: requests.Session,
    endpoint: str,
    query: str,
    limits: Limits,
    *,
    now: Callable[[], float],
    options: Mapping[str, Any] | None = None,
) -> Answer:
    """Post one query.

    Args:
        session: its environment (HTTP_PROXY, HTTPS_PROXY, NO_PROXY, REQUESTS_CA_BUNDLE) holds.
        endpoint: see `checked_endpoint`.
        query: Overpass QL.
        limits: see there.
        now: a clock in seconds, for the time of the whole answer.
        options: further keywords of `requests`, from `osmnx.settings.requests_kwargs`.

    Raises:
        FaultError: no whole and sound answer.
    """
    more = {"headers": {"User-Agent": _USER_AGENT}, "timeout": (limits.connect_s, limits.silence_s), **(options or {})}
    try:
        with session.post(endpoint, data={"data": query}, stream=True, allow_redirects=False, **more) as response:
            content = _content(response, limits, now)
        return sound(response, content)
    except requests.exceptions.ProxyError as fault:
        what = "the proxy (HTTP_PROXY, HTTPS_PROXY) cannot be reached, or refuses"
        raise FaultError(what, Cure.WAIT, reached=False) from fault
    except requests.exceptions.SSLError as fault:
        what = "the server's certificate is not accepted (behind a company's proxy set REQUESTS_CA_BUNDLE)"
        raise FaultError(what, Cure.NONE) from fault
    except requests.exceptions.ConnectTimeout as fault:
        what = f"no connection within {limits.connect_s:g} s"
        raise FaultError(what, Cure.WAIT, reached=False) from fault
    except requests.exceptions.ReadTimeout as fault:
        raise FaultError(f"silent for {limits.silence_s:g} s", Cure.WAIT) from fault
    except requests.exceptions.ChunkedEncodingError as fault:
        raise FaultError("the answer was cut off", Cure.WAIT) from fault
    except requests.exceptions.ConnectionError as fault:
        raise _broken(fault, limits) from fault
    except requests.exceptions.RequestException as fault:
        raise FaultError(f"the question could not be asked ({type(fault).__name__})", Cure.NONE) from fault


def _broken(fault: requests.exceptions.ConnectionError, limits: Limits) -> FaultError:
    """No connection, one that broke, or one that fell silent in the middle of the answer."""
    causes = _causes(fault)
    if any(isinstance(cause, ReadTimeoutError) for cause in causes):
        return FaultError(f"silent for {limits.silence_s:g} s", Cure.WAIT_THEN_SPLIT)
    last = causes[-1]
    # the outer errors repeat addresses, with their passwords; the system's own words do not
    words = last.strerror if isinstance(last, OSError) and last.strerror else type(last).__name__
    return FaultError(f"no connection ({words})", Cure.WAIT, reached=False)


def _causes(fault: BaseException) -> list[BaseException]:
    """The fault and what lies behind it, the innermost last."""
    found = [fault]
    while True:
        last = found[-1]
        behind = [getattr(last, "reason", None), *last.args, last.__cause__, last.__context__]
        inner = next((each for each in behind if isinstance(each, BaseException) and each not in found), None)
        if inner is None:
            return found
        found.append(inner)


def _content(response: requests.Response, limits: Limits, now: Callable[[], float]) -> bytes:
    """The body, read block by block: nothing larger or slower than allowed is kept.

    Raises:
        FaultError: too large, too slow.
    """
    began, parts, size = now(), [], 0
    for block in response.iter_content(_BLOCK):
        parts.append(block)
        size += len(block)
        if size > limits.answer_bytes:
            raise FaultError(f"the answer has more than {limits.answer_bytes / MB:,.0f} MB", Cure.SPLIT)
        if now() - began > limits.answer_s:
            raise FaultError(f"the answer was not whole after {limits.answer_s:g} s", Cure.SPLIT)
    return b"".join(parts)
