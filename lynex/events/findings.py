"""What is wrong with a request: faults collected over all its events and answered in one go."""

import re
from typing import Final

import msgspec

from lynex.errors import Fault, Forbidden, InvalidInput

MAX_FAULTS: Final = 100
_MAX_QUOTED: Final = 64
_MAX_PARTS: Final = 500_000  # lists and objects looked at one by one in a request: about a second
_PLAIN_KEY: Final = re.compile(r"[A-Za-z_$][\w$-]*", re.ASCII)


class Findings:
    """The faults of a request, the first `MAX_FAULTS` in full and the rest counted."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.total = 0
        self.parts_left = _MAX_PARTS
        self._refused: set[int | None] = set()
        self._foreign: list[Fault] = []

    def add(self, field: str, code: str, message: str, index: int | None = None) -> None:
        self.total += 1
        self._refused.add(index)
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(Fault(field, code, message, index))

    def add_foreign(self, field: str, index: int | None) -> None:
        """An event that names another project than the key's; no word on whether that project exists."""
        if len(self._foreign) < MAX_FAULTS:
            message = "projectId is not the project of this key. Leave it out, or use the key of that project."
            self._foreign.append(Fault(field, "project_mismatch", message, index))

    def raise_if_any(self, events: int = 1) -> None:
        if self._foreign:
            raise Forbidden(self._foreign[0].message, code="project_mismatch", faults=tuple(self._foreign))
        if self.faults:
            codes = {fault.code for fault in self.faults}
            code = codes.pop() if len(codes) == 1 else None
            raise InvalidInput(self._sentence(events), code=code, faults=tuple(self.faults))

    def _sentence(self, events: int) -> str:
        first = self.faults[0]
        where = "" if first.index is None else f"Event {first.index}: "
        if self.total == 1:
            return where + first.message
        refused = len(self._refused)
        scope = f" in {refused} of {events} events" if events > 1 and None not in self._refused else ""
        unnamed = self.total - len(self.faults)
        more = f" {unnamed} or more are not listed." if unnamed else ""
        return f"{self.total} faults{scope}. The first: {where}{first.message}{more}"


class EnoughFaults(Exception):
    """An event has so many faults that looking for more would only take time."""


class EventFindings:
    """The faults of one event, at most one a place, until there are enough."""

    def __init__(self, findings: Findings, index: int | None) -> None:
        self._findings = findings
        self._places: set[str] = set()
        self.index = index

    def __bool__(self) -> bool:
        return bool(self._places)

    def add(self, field: str, code: str, message: str) -> None:
        if field not in self._places:
            self._places.add(field)
            self._findings.add(field, code, message, self.index)
        if len(self._places) >= MAX_FAULTS:
            raise EnoughFaults

    def may_visit(self, parts: int) -> bool:
        """Whether looking at that many more lists and objects is still in proportion."""
        self._findings.parts_left -= parts
        return self._findings.parts_left >= 0

    def add_foreign(self, field: str) -> None:
        self._places.add(field)
        self._findings.add_foreign(field, self.index)


def refuse(code: str, message: str, *, hint: str | None = None) -> InvalidInput:
    """The one fault of a request as a whole."""
    return InvalidInput(message, code=code, hint=hint, faults=(Fault("", code, message),))


def inside(path: str, key: str | int) -> str:
    """The path of a member: `body.tags[3]`, `body.tokens.input`, `body["odd key"]`."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    if _PLAIN_KEY.fullmatch(key) and len(key) <= _MAX_QUOTED:
        return f"{path}.{key}" if path else key
    return f"{path}[{quoted(key)}]"


def quoted(value: object) -> str:
    """The value as JSON, escaped to ASCII and cut at 64 characters: safe in a message, a log and a terminal."""
    if isinstance(value, str):
        text = '"' + value[:_MAX_QUOTED].encode("ascii", "backslashreplace").decode() + '"'
        text = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
    elif isinstance(value, dict):
        return "an object"
    elif isinstance(value, list):
        return "a list"
    elif value is None or isinstance(value, bool | float):
        text = msgspec.json.encode(value).decode()
    else:
        text = str(value)
    return text if len(text) <= _MAX_QUOTED else text[: _MAX_QUOTED - 1] + "…"
