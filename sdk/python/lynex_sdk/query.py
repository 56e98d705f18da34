"""Asking a server: `Client(endpoint, api_key).events(model="gpt-4o")` goes over its pages one by one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeVar
from urllib.parse import quote

from .settings import DEFAULT_ENDPOINT
from .version import VERSION

Item = dict[str, Any]
T = TypeVar("T")
_PAGE: Final = 200


class ServerError(Exception):
    """What the server said: `status`, `code`, and the sentence."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code


class Items:
    """A list that is fetched while it is gone over; start again and it is asked for again."""

    def __init__(self, client: Client, path: str, params: Mapping[str, Any], limit: int | None) -> None:
        self._client = client
        self._path = path
        self._params = params
        self._limit = limit

    def __iter__(self) -> Iterator[Item]:
        cursor, left = None, self._limit
        while left is None or left > 0:
            page = self._client.get(self._path, {**self._params, "cursor": cursor, "limit": min(_PAGE, left or _PAGE)})
            for item in page["items"]:
                yield item
                if left is not None:
                    left -= 1
            cursor = page.get("next")
            if cursor is None:
                return

    def to_list(self) -> list[Item]:
        return list(self)

    def to_arrow(self) -> Any:
        """A `pyarrow.Table`, one column for each field; nested ones with dots. Needs pyarrow."""
        import pyarrow

        return pyarrow.Table.from_pylist(_rows(self))

    def to_pandas(self) -> Any:
        """A `pandas.DataFrame`. Needs pandas."""
        import pandas  # type: ignore[import-untyped,import-not-found,unused-ignore]

        return pandas.DataFrame(_rows(self))

    def to_polars(self) -> Any:
        """A `polars.DataFrame`. Needs polars."""
        import polars  # type: ignore[import-not-found,unused-ignore]

        return polars.DataFrame(_rows(self), infer_schema_length=None)


class Client:
    """Reads with a key of scope read. Raises `ServerError`, and urllib3's errors where the server is not reached."""

    def __init__(self, endpoint: str | None = None, api_key: str | None = None, *, timeout: float = 30.0) -> None:
        import urllib3

        self._endpoint = (endpoint or os.environ.get("LYNEX_ENDPOINT") or DEFAULT_ENDPOINT).rstrip("/")
        self._headers = {"User-Agent": f"lynex-sdk-python/{VERSION}"}
        key = api_key or os.environ.get("LYNEX_API_KEY")
        if key:
            self._headers["X-API-Key"] = key
        self._pool = urllib3.PoolManager(retries=urllib3.Retry(2, redirect=0), timeout=timeout)

    def events(self, *, limit: int | None = None, **filters: Any) -> Items:
        """Newest first. Filters as the API has them: type, model, status, user_id, session_id, trace_id, tag, text …;
        `from_` and `to` as times (`-7d`); a list means any of its values."""
        return Items(self, "/api/v1/events", filters, limit)

    def event(self, event_id: str) -> Item:
        """One event with its whole body."""
        return self.get(f"/api/v1/events/{quote(event_id, safe='')}")

    def traces(self, *, limit: int | None = None, **filters: Any) -> Items:
        return Items(self, "/api/v1/traces", filters, limit)

    def trace(self, trace_id: str) -> Item:
        return self.get(f"/api/v1/traces/{quote(trace_id, safe='')}")

    def sessions(self, *, limit: int | None = None, **filters: Any) -> Items:
        return Items(self, "/api/v1/sessions", filters, limit)

    def stats(self, **filters: Any) -> Item:
        """Requests, errors, tokens, cost and latency of a range."""
        return self.get("/api/v1/stats/overview", filters)

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Item:
        """Any path of the API."""
        fields = [
            (name.rstrip("_"), str(one))
            for name, value in (params or {}).items()
            if value is not None
            for one in (value if isinstance(value, (list, tuple)) else (value,))
        ]
        response = self._pool.request("GET", self._endpoint + path, fields=fields, headers=self._headers)
        try:
            answer = json.loads(response.data)
        except ValueError:
            answer = {}
        if response.status >= 400:
            detail = str(answer.get("detail") or answer.get("title") or "no reason given")
            raise ServerError(response.status, str(answer.get("code", "")), detail)
        return answer  # type: ignore[no-any-return]


def _rows(items: Items) -> list[Item]:
    return [_flat(item) for item in items]


def _flat(item: Mapping[str, Any], prefix: str = "") -> Item:
    """Nested objects as `body.model.request`; metadata stays one JSON text, as its keys differ from row to row."""
    row: Item = {}
    for name, value in item.items():
        place = f"{prefix}{name}"
        if isinstance(value, Mapping):
            if name == "metadata":
                row[place] = json.dumps(value, ensure_ascii=False)
            else:
                row.update(_flat(value, f"{place}."))
        else:
            row[place] = value
    return row
