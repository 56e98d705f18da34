"""Events that name their parents, arranged as trees in the order they are read: a parent, then all that is below it.

Nothing is lost: an event whose parent is not there stands at the top, a circle of parents is cut at its first event.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

NOWHERE: Final = -1


class Arrangement(msgspec.Struct, frozen=True):
    """`order[i]` is the event at place i; `ends[i]` the place after all that is below it. `parents` are events too."""

    order: list[int]
    ends: list[int]
    parents: list[int]
    orphans: list[int]  # events whose parent is not there
    cut: list[int]  # events that are their own parent, or below themselves


def arranged(ids: Sequence[str], parent_ids: Sequence[str | None]) -> Arrangement:
    """The events in the order given, which their siblings keep."""
    known: dict[str, int] = {}
    for event, event_id in enumerate(ids):
        known.setdefault(event_id, event)
    parents, orphans = [NOWHERE] * len(ids), []
    for event, parent_id in enumerate(parent_ids):
        if parent_id is not None:
            parents[event] = known.get(parent_id, NOWHERE)
            if parents[event] == NOWHERE:
                orphans.append(event)
    cut = _cut_circles(parents)
    order, ends = _depth_first(parents)
    return Arrangement(order, ends, parents, orphans, cut)


def _cut_circles(parents: list[int]) -> list[int]:
    """Free the first event of each circle from its parent; answers which these are."""
    cut = []
    seen = [NOWHERE] * len(parents)  # by the walk from which event
    for start in range(len(parents)):
        event = start
        while event != NOWHERE and seen[event] == NOWHERE:
            seen[event] = start
            event = parents[event]
        if event != NOWHERE and seen[event] == start:
            first = _first_of_circle(parents, event)
            parents[first] = NOWHERE
            cut.append(first)
    return sorted(cut)


def _first_of_circle(parents: list[int], event: int) -> int:
    first, other = event, parents[event]
    while other != event:
        first, other = min(first, other), parents[other]
    return first


def _depth_first(parents: list[int]) -> tuple[list[int], list[int]]:
    children: dict[int, list[int]] = {}
    for event in range(len(parents) - 1, -1, -1):  # backwards: the first child is the last on the pile
        children.setdefault(parents[event], []).append(event)
    order: list[int] = []
    ends = [0] * len(parents)
    open_places: list[int] = []
    pile = children.get(NOWHERE, [])
    while pile:
        event = pile.pop()
        while open_places and order[open_places[-1]] != parents[event]:
            ends[open_places.pop()] = len(order)
        open_places.append(len(order))
        order.append(event)
        pile += children.get(event, ())
    for place in open_places:
        ends[place] = len(order)
    return order, ends
