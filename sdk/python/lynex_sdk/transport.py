"""One batch over HTTP, and what the answer means for it. Knows nothing of buffers, retries or threads."""

from __future__ import annotations

import datetime
import gzip
import json
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Final

from .version import VERSION

_PATH: Final = "/api/v1/events/batch"
_WORTH_PACKING: Final = 1024
_LONGEST_WAIT: Final = 300.0  # seconds a server may ask us to wait


@dataclass(frozen=True)
class Answer:
    """`kind`: sent; refused (the events in `faults` are bad, by index); too_large; denied (the key); retry; dropped."""

    kind: str
    reason: str = ""
    wait: float | None = None  # seconds the server asks for
    faults: dict[int, str] = field(default_factory=dict)


class Transport:
    """Used by one thread. Keeps its connection alive."""

    def __init__(self, endpoint: str, api_key: str, timeout: float) -> None:
        self._url = endpoint + _PATH
        self._timeout = timeout
        self._headers = {
            "X-API-Key": api_key,
            "Content-Type": "application/json",
            "User-Agent": f"lynex-sdk-python/{VERSION}",
        }
        # Not at the top, as a host that only imports us should not wait; not in the worker, as a fork could then catch
        # the library, or the codec every connection needs, half imported.
        import urllib3

        "".encode("idna")
        self._timeout_of = urllib3.Timeout
        self._pool = urllib3.PoolManager(num_pools=1, maxsize=1, retries=False)

    def send(self, events: list[bytes], timeout: float | None = None) -> Answer:
        """Never raises. `events` are JSON texts; `timeout` in seconds where less than the usual is left."""
        body = b'{"events":[' + b",".join(events) + b"]}"
        headers = self._headers
        if len(body) >= _WORTH_PACKING:
            body = gzip.compress(body, 1)
            headers = {**headers, "Content-Encoding": "gzip"}
        try:
            limit = self._timeout if timeout is None else max(0.05, min(timeout, self._timeout))
            response = self._pool.request(
                "POST", self._url, body=body, headers=headers, redirect=False,
                timeout=self._timeout_of(total=limit),
            )  # fmt: skip
            return understood(response.status, response.headers, response.data)
        except Exception as fault:  # the network's thousand faults, of proxies and TLS too: "again later"
            return Answer("retry", f"cannot reach {self._url}: {type(fault).__name__}: {fault}")

    def close(self) -> None:
        self._pool.clear()


def understood(status: int, headers: Any, data: bytes) -> Answer:
    """What an answer says about the batch."""
    if status in (200, 202):
        return Answer("sent")
    problem = _problem(data)
    said = f"{status}: {problem.get('detail') or problem.get('title') or 'no reason given'}"
    if status == 422:
        faults = _faults(problem)
        return Answer("refused", said, faults=faults) if faults else Answer("dropped", said)
    if status == 413:
        return Answer("too_large", said)
    if status in (401, 403):
        return Answer("denied", said)
    if status in (408, 425, 429) or status >= 500:
        return Answer("retry", said, wait=_wait(headers))
    return Answer("dropped", said)


def _problem(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _faults(problem: dict[str, Any]) -> dict[int, str]:
    """The first fault of each event that has one."""
    faults: dict[int, str] = {}
    for one in problem.get("errors") or ():
        if isinstance(one, dict) and isinstance(one.get("index"), int):
            where = one.get("field")
            faults.setdefault(one["index"], f"{where}: {one.get('message')}" if where else str(one.get("message")))
    return faults


def _wait(headers: Any) -> float | None:
    """Retry-After, in seconds or as a date."""
    text = headers.get("Retry-After") if headers is not None else None
    if not text:
        return None
    try:
        return min(max(float(text), 0.0), _LONGEST_WAIT)
    except ValueError:
        pass
    try:
        left = parsedate_to_datetime(text) - datetime.datetime.now(datetime.UTC)
        return min(max(left.total_seconds(), 0.0), _LONGEST_WAIT)
    except (TypeError, ValueError):
        return None
