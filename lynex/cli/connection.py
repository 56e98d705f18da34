"""How the commands find the server (`run/server.json` in the data directory, or endpoint and key) and speak with it."""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2
import msgspec

from lynex.cli.exit_codes import ExitCode
from lynex.cli.stop import Stop
from lynex.data_directory import server_file

_TIMEOUT: Final = httpx2.Timeout(30.0, connect=5.0)
_MOST_FAULTS: Final = 20  # shown; the rest is counted
_TRIES_TO_SEND: Final = 10
_TRIES_TO_READ: Final = 3  # a server that has just started needs a moment
_LONGEST_WAIT: Final = 30.0  # seconds between two tries


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server is, and what lets us in."""

    url: str
    credential: str
    is_local: bool  # the token of this machine, which must name a project


def find_server(endpoint: str | None, api_key: str | None, data_dir: Path) -> Server:
    """An endpoint given wins; else the server that runs on this machine with `data_dir`. Raises Stop.

    LYNEX_API_KEY is the key of an application; it counts only with an endpoint, since on this machine we need none.
    """
    if endpoint:
        return Server(endpoint.rstrip("/"), api_key or os.environ.get("LYNEX_API_KEY", ""), is_local=False)
    file = server_file(data_dir)
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        url, token, pid = str(found["url"]), str(found["token"]), int(found["pid"])
    except FileNotFoundError:
        raise _not_running(f"No Lynex server is running on {data_dir}.") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Stop(
            ExitCode.NOT_RUNNING, f"Cannot read {file}: {error}.", "Is the server run by another user?"
        ) from error
    if not _is_alive(pid):
        raise _not_running(f"No Lynex server is running on {data_dir}: the last one (pid {pid}) is gone.")
    return Server(url, api_key or token, is_local=api_key is None)


class Connection:
    """The HTTP API of one server, for one project. Every failure becomes a `Stop` that says what happened."""

    def __init__(self, server: Server, project: str | None = None, reach: str = "") -> None:
        self.server = server
        self.reach = reach  # the options that lead another command here, with a space before
        self._project = project
        headers = {"User-Agent": "lynex-cli"}
        if server.credential:
            headers["Authorization"] = f"Bearer {server.credential}"
        # trust_env: a proxy for the outside world has no business between two processes of one machine
        self._client = httpx2.Client(
            base_url=server.url, headers=headers, timeout=_TIMEOUT, trust_env=not server.is_local
        )

    def close(self) -> None:
        self._client.close()

    @property
    def project(self) -> str:
        """The project in question: the one named, or the only one there is."""
        if self._project is None:
            self._project = self._only_project()
        return self._project

    @property
    def named_project(self) -> str | None:
        """The project in question, if one was named."""
        return self._project

    def get(self, path: str, params: Mapping[str, Any] | None = None, *, in_project: bool = True) -> Any:
        asked = self._with_project(params, in_project)
        return _patiently(lambda: self._ask("GET", path, params=asked), tries=_TRIES_TO_READ)

    def post(
        self, path: str, body: object = None, params: Mapping[str, Any] | None = None, *, in_project: bool = True
    ) -> Any:
        return self._tell("POST", path, body, params, in_project)

    def patch(
        self, path: str, body: object, params: Mapping[str, Any] | None = None, *, in_project: bool = True
    ) -> Any:
        return self._tell("PATCH", path, body, params, in_project)

    def delete(self, path: str, params: Mapping[str, Any] | None = None, *, in_project: bool = True) -> Any:
        return self._ask("DELETE", path, params=self._with_project(params, in_project))

    def send(self, events: Sequence[Mapping[str, Any]]) -> Any:
        """Send a batch, waiting as long as the server asks where it cannot take it now. The ids make that safe."""
        return _patiently(lambda: self.post("/api/v1/events/batch", {"events": events}), tries=_TRIES_TO_SEND)

    def all_items(self, path: str, params: Mapping[str, Any], most: int | None, *, page: int = 1000) -> Iterator[Any]:
        """The items of a list, page after page, at most `most`."""
        left, cursor = most, None
        while left is None or left > 0:
            limit = page if left is None else min(page, left)
            asked = {**params, "limit": limit} | ({"cursor": cursor} if cursor else {})
            answer = self.get(path, asked)
            yield from answer["items"]
            left = None if left is None else left - len(answer["items"])
            cursor = answer.get("next")
            if not cursor or not answer["items"]:
                return

    @contextmanager
    def live(self, params: Mapping[str, Any], last_id: str | None) -> Iterator[Iterator[httpx2.ServerSentEvent]]:
        """The live stream; silence longer than three heartbeats counts as a lost server."""
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last_id} if last_id else {})
        timeout = httpx2.Timeout(50.0, connect=5.0)
        asked = self._with_project(params, True)
        with (
            self._told_failures(),
            self._client.stream("GET", "/api/v1/live", params=asked, headers=headers, timeout=timeout) as answer,
        ):
            if answer.status_code >= 400:
                answer.read()
                raise refusal(answer)
            yield iter(httpx2.EventSource(answer))

    def _tell(self, method: str, path: str, body: object, params: Mapping[str, Any] | None, in_project: bool) -> Any:
        data = msgspec.json.encode(body if body is not None else {})
        headers = {"Content-Type": "application/json"}
        return self._ask(method, path, params=self._with_project(params, in_project), content=data, headers=headers)

    def _ask(self, method: str, path: str, **request: Any) -> Any:
        with self._told_failures():
            answer = self._client.request(method, path, **request)
        if answer.status_code >= 400:
            raise refusal(answer)
        return msgspec.json.decode(answer.content) if answer.content else None

    def _with_project(self, params: Mapping[str, Any] | None, in_project: bool) -> dict[str, Any]:
        given = {name: value for name, value in (params or {}).items() if value is not None}
        if in_project and (self._project or self.server.is_local):
            given["project_id"] = self.project
        return given

    def _only_project(self) -> str:
        projects = self.get("/api/v1/projects", in_project=False)["items"]
        if len(projects) == 1:
            return str(projects[0]["id"])
        if not projects:
            raise Stop(ExitCode.REFUSED, "There is no project yet.", "Make one: lynex projects create NAME")
        names = ", ".join(f"{one['id']} ({one['name']})" for one in projects[:10])
        raise Stop(ExitCode.USAGE, f"There are {len(projects)} projects: {names}.", "Name one with --project.")

    @contextmanager
    def _told_failures(self) -> Iterator[None]:
        try:
            yield
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            raise _not_running(f"No Lynex server answers at {self.server.url}.") from error
        except httpx2.TimeoutException as error:
            message = f"{self.server.url} did not answer in time."
            raise Stop(ExitCode.UNAVAILABLE, message, "It may be busy or stuck; look at its log.") from error
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
            message = f"{self.server.url} is not the address of a server."
            raise Stop(ExitCode.USAGE, message, "Write it as http://host:port.") from error
        except httpx2.TransportError as error:
            raise Stop(ExitCode.UNAVAILABLE, f"The connection to {self.server.url} was lost: {error}") from error


def _patiently(ask: Callable[[], Any], *, tries: int) -> Any:
    """Ask again where the server says when, at most `tries` times."""
    for _ in range(tries - 1):
        try:
            return ask()
        except Stop as stop:
            if stop.retry_after is None:
                raise
            time.sleep(min(stop.retry_after, _LONGEST_WAIT))
    return ask()


def refusal(answer: httpx2.Response) -> Stop:
    """What the server's problem document says, for a person."""
    try:
        problem = msgspec.json.decode(answer.content, type=dict[str, Any])
    except msgspec.DecodeError:
        problem = {}
    code = ExitCode.UNAVAILABLE if answer.status_code >= 500 else ExitCode.REFUSED
    detail = str(problem.get("detail") or problem.get("title") or f"The server answered {answer.status_code}.")
    faults = problem.get("errors") or []
    lines = [_fault_line(fault) for fault in faults[:_MOST_FAULTS] if fault.get("message") != detail]
    if len(faults) > _MOST_FAULTS:
        lines.append(f"and {len(faults) - _MOST_FAULTS} more")
    request = problem.get("request_id")
    name = " · ".join(
        filter(None, [f"{answer.status_code} {problem.get('code', '')}".strip(), request and f"request {request}"])
    )
    wait = answer.headers.get("retry-after", "")
    retry_after = float(wait) if wait.isascii() and wait.isdigit() else None
    return Stop(code, detail, str(problem.get("hint") or ""), (*lines, name), retry_after=retry_after)


def _fault_line(fault: Mapping[str, Any]) -> str:
    index = fault.get("index")
    where = " ".join(filter(None, ["" if index is None else f"event {index}", str(fault.get("field") or "")]))
    return f"{where}: {fault.get('message')}" if where else str(fault.get("message"))


def _not_running(message: str) -> Stop:
    return Stop(
        ExitCode.NOT_RUNNING, message, "Start one with `lynex serve`, or name one with --endpoint and --api-key."
    )


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
