"""A dict that forgets: it remembers `capacity` to twice as many entries, those not asked for longest go first."""

from typing import Generic, TypeVar

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Generations(Generic[_Key, _Value]):
    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._young: dict[_Key, _Value] = {}
        self._old: dict[_Key, _Value] = {}

    def get(self, key: _Key) -> _Value | None:
        """What is remembered; asking keeps it for longer."""
        value = self._young.get(key)
        if value is None and self._old:
            value = self._old.pop(key, None)
            if value is not None:
                self.put(key, value)
        return value

    def put(self, key: _Key, value: _Value) -> _Value:
        if len(self._young) >= self._capacity:
            self._old, self._young = self._young, {}
        self._young[key] = value
        return value
