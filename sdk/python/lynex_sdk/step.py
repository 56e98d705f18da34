"""One step of an agent: an `agent_action` with its index, its state and what it changed, around what it calls."""

from __future__ import annotations

from typing import Any

from .client import Recorder
from .span import Span
from .values import Budget, plain


class Step(Span):
    """`with step("planner", action="search", state=state) as s:` tool calls and model calls inside are its children."""

    __slots__ = ("_state",)

    def __init__(
        self, recorder: Recorder, name: str, *, action: Any = None, state: Any = None, memory: Any = None,
        input: Any = None, thought: str | None = None,
    ) -> None:  # fmt: skip
        fields = {"action": action, "input": input, "thought": thought, "memory": memory}
        given = {field: value for field, value in fields.items() if value is not None}
        super().__init__(recorder, name, "agent_action", given)
        self._state = state

    def set(
        self, *, action: Any = None, state: Any = None, memory: Any = None, thought: str | None = None, **rest: Any
    ) -> Step:
        """As of a span; `state` and `memory` are those after the step."""
        for name, value in (("action", action), ("memory", memory), ("thought", thought)):
            if value is not None:
                self._fields[name] = value
        if state is not None:
            self._state = state
        super().set(**rest)
        return self

    def begin(self) -> None:
        super().begin()
        scope = self._scope
        if scope is not None and scope.run is not None:
            self._fields["step_index"] = scope.run.next_index()

    def end(self, error: BaseException | None = None) -> None:
        scope = self._scope
        if scope is not None and scope.run is not None and scope.sampled and self._state is not None and scope.event_id:
            settings = self._recorder.settings
            budget = Budget(settings.max_event_bytes // 4, settings.max_text)
            state = plain(self._state, budget)
            if type(state) is dict:
                self._fields.update(scope.run.told(state, scope.event_id))
            else:
                self._attributes["state"] = state
        super().end(error)
