"""Which roll-ups count: those of agents whose calls nobody reported (semconv.md 3.3, rule 1).

A roll-up counts when no call is below it; of roll-ups within each other, the outermost. A duplicate below it counts as
a call: the call itself stands elsewhere in the trace. So does an orphan with a call that began while it ran: the span
between them may be what never arrived.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from lynex.query.arrangement import NOWHERE, Arrangement

_CALLS: Final = frozenset(("call", "duplicate"))
ROLLUP: Final = "rollup"


def promoted(
    tree: Arrangement, scopes: Sequence[str | None], starts: Sequence[int], durations: Sequence[float | None]
) -> list[int]:
    """The events whose roll-ups count. `starts` in µs, `durations` in ms."""
    in_order = [scopes[event] for event in tree.order]
    calls = [0, *accumulate(scope in _CALLS for scope in in_order)]
    adrift = [place for place in _tops_adrift(tree) if calls[tree.ends[place]] > calls[place]]
    found, place = [], 0
    while place < len(in_order):
        end = tree.ends[place]
        event = tree.order[place]
        if in_order[place] != ROLLUP or calls[end] > calls[place]:
            place += 1
            continue
        finish = starts[event] + (durations[event] or 0) * 1000
        may_hold = (top for top in adrift if not top <= place < tree.ends[top])
        if not any(starts[event] <= starts[tree.order[top]] <= finish for top in may_hold):
            found.append(event)
        place = end
    return found


def _tops_adrift(tree: Arrangement) -> list[int]:
    orphans = set(tree.orphans)
    return [place for place, event in enumerate(tree.order) if tree.parents[event] == NOWHERE and event in orphans]
