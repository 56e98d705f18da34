"""Keeps other web sites from acting through a visitor's browser (CSRF), by the headers only the browser can set."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from lynex.errors import Forbidden

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def require_same_origin(headers: Mapping[bytes, bytes], public_url: str) -> None:
    """For unsafe requests with a cookie: the page that sends them must be ours. Raises `Forbidden`."""
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        if site != b"same-origin":
            raise _cross_site()
    elif b"origin" not in headers or not _is_ours(headers, public_url):
        raise _cross_site()


def refuse_other_sites(headers: Mapping[bytes, bytes], public_url: str) -> None:
    """Where no credentials are needed: programs may do anything, pages of other sites may not. Raises `Forbidden`."""
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        if site not in (b"same-origin", b"none"):
            raise _cross_site()
    elif b"origin" in headers and not _is_ours(headers, public_url):
        raise _cross_site()


def _is_ours(headers: Mapping[bytes, bytes], public_url: str) -> bool:
    scheme, origin = _place(headers[b"origin"].decode("latin-1"))
    if not origin:
        return False
    # A proxy may have ended TLS, so the scheme of the request is not known: the host decides.
    host = _place(f"{scheme}://{headers.get(b'host', b'').decode('latin-1')}")[1]
    return origin in (host, _place(public_url)[1])


def _place(url: str) -> tuple[str, str]:
    """Scheme and `host:port` with the port always named; the latter empty for anything else, such as `null`."""
    try:
        parts = urlsplit(url)
        port = parts.port if parts.port is not None else _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return "", ""
    if not parts.hostname or port is None:
        return parts.scheme, ""
    return parts.scheme, f"{parts.hostname}:{port}"


def _cross_site() -> Forbidden:
    return Forbidden(
        "This request was sent by a page of another site.",
        code="cross_site_request",
        hint="Programs should send an API key instead of the browser's cookie.",
    )
