"""Reading query parameters: each fault is named, and all of them are answered together.

A reader never guesses: repeated, empty, unknown and misspelt parameters are refused (422) with the nearest known one.
"""

import difflib
import re
from collections.abc import Collection, Iterable
from typing import Final

from lynex.errors import Fault, InvalidInput

MAX_VALUES: Final = 100
MAX_VALUE_LENGTH: Final = 1024
_ECHOED: Final = 64
_WHOLE_NUMBER: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_AMOUNT: Final = re.compile(r"[0-9]{1,15}(\.[0-9]{1,12})?", re.ASCII)


def shown(value: str) -> str:
    """The value as a message may repeat it: escaped and at most 64 characters."""
    escaped = value.encode("unicode_escape", "surrogatepass").decode("ascii")
    return f"'{escaped}'" if len(escaped) <= _ECHOED else f"'{escaped[:_ECHOED]}…'"


def nearest(word: str, known: Iterable[str]) -> str:
    """` Did you mean 'model'?`, or nothing."""
    close = difflib.get_close_matches(word[:_ECHOED], list(known), n=1)
    return f" Did you mean '{close[0]}'?" if close else ""


class Parameters:
    """The parameters of one request, read by name; `check` raises every fault found so far."""

    def __init__(self, params: Iterable[tuple[str, str]], known: Collection[str]) -> None:
        self._values: dict[str, list[str]] = {}
        self._faults: list[Fault] = []
        for name, value in params:
            if name in known:
                self._values.setdefault(name, []).append(value)
            else:
                self.fault(name, "unknown_parameter", f"Unknown parameter {shown(name)}.{nearest(name, sorted(known))}")

    def fault(self, field: str, code: str, message: str) -> None:
        fault = Fault(field=field if len(field) <= _ECHOED else field[:_ECHOED] + "…", code=code, message=message)
        if fault not in self._faults and len(self._faults) < MAX_VALUES:
            self._faults.append(fault)

    def check(self) -> None:
        if not self._faults:
            return
        codes = {fault.code for fault in self._faults}
        raise InvalidInput(
            " ".join(fault.message for fault in self._faults[:3]),
            code=codes.pop() if len(codes) == 1 else None,
            faults=tuple(self._faults),
        )

    def many(self, name: str, *, code: str = "invalid_value") -> tuple[str, ...]:
        """All values of a parameter that may be repeated, each once, in a fixed order."""
        values = self._values.get(name, [])
        if len(values) > MAX_VALUES:
            self.fault(name, code, f"{name} is repeated {len(values)} times; at most {MAX_VALUES} values are allowed.")
            return ()
        for value in values:
            self._check_value(name, value, code)
        return tuple(sorted(set(values)))

    def one(self, name: str, *, code: str = "invalid_value", longest: int = MAX_VALUE_LENGTH) -> str | None:
        values = self._values.get(name)
        if values is None:
            return None
        if len(values) > 1:
            self.fault(name, code, f"{name} must be given once, not {len(values)} times.")
            return None
        return values[0] if self._check_value(name, values[0], code, longest) else None

    def choice(self, name: str, allowed: Collection[str], *, code: str) -> str | None:
        """One value from an allow-list."""
        value = self.one(name, code=code)
        if value is None or value in allowed:
            return value
        self.fault(name, code, self._not_allowed(name, value, allowed))
        return None

    def choices(self, name: str, allowed: Collection[str], *, code: str) -> tuple[str, ...]:
        """Any number of values from an allow-list."""
        values = self.many(name, code=code)
        for value in values:
            if value not in allowed:
                self.fault(name, code, self._not_allowed(name, value, allowed))
        return values

    def whole(self, name: str, low: int, high: int, default: int) -> int:
        """A whole number between `low` and `high`; the code of its fault is `invalid_<name>`."""
        code = f"invalid_{name}"
        text = self.one(name, code=code)
        if text is None:
            return default
        if _WHOLE_NUMBER.fullmatch(text) and low <= int(text) <= high:
            return int(text)
        self.fault(name, code, f"{name} must be a whole number {low}…{high}, not {shown(text)}.")
        return default

    def amount(self, name: str) -> float | None:
        """A number of at least 0; the code of its fault is `invalid_<name>`."""
        code = f"invalid_{name}"
        text = self.one(name, code=code)
        if text is None:
            return None
        if _AMOUNT.fullmatch(text):
            return float(text)
        self.fault(name, code, f"{name} must be a number such as 0, 250 or 0.05, not {shown(text)}.")
        return None

    def _check_value(self, name: str, value: str, code: str, longest: int = MAX_VALUE_LENGTH) -> bool:
        if not value:
            self.fault(name, code, f"{name} must not be empty; leave it out instead.")
        elif len(value) > longest:
            self.fault(name, code, f"{name} must have at most {longest} characters.")
        elif not value.isprintable() and any(not char.isprintable() and not char.isspace() for char in value):
            self.fault(name, code, f"{name} must not contain control characters: {shown(value)}.")
        else:
            return True
        return False

    @staticmethod
    def _not_allowed(name: str, value: str, allowed: Collection[str]) -> str:
        words = ", ".join(sorted(allowed)) if isinstance(allowed, (set, frozenset)) else ", ".join(allowed)
        return f"{name} must be one of {words}; not {shown(value)}.{nearest(value, allowed)}"
