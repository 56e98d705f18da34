"""Telling listeners: each gets what it wants, within its bounds, and is told what it missed."""

import asyncio

import pytest

from lynex.errors import Unavailable
from lynex.live import MAX_LISTENERS, Lagged, Live, Message


def message(seq, size=10, kind="log"):
    return Message(seq, {"type": kind}, b"x" * size)


async def taken(subscription):
    """Everything that waits."""
    return await subscription.take(1 << 20, 0.05)


def seqs(items):
    return [item.seq if isinstance(item, Message) else item for item in items]


async def test_listeners_get_their_project_and_what_matches():
    live = Live()
    assert not live.listening("a")
    everything, errors, other = (
        live.subscribe("a"),
        live.subscribe("a", lambda facts: facts["type"] == "error"),
        live.subscribe("b"),
    )
    assert live.listening("a") and live.listeners == 3
    live.announce("a", [message(1), message(2, kind="error")])
    assert seqs(await taken(everything)) == [1, 2]
    assert seqs(await taken(errors)) == [2]
    assert await taken(other) == []


@pytest.mark.parametrize(("limits", "size"), [({"max_messages": 3}, 10), ({"max_bytes": 30}, 10)])
async def test_a_slow_listener_is_told_how_much_it_missed_where_it_missed_it(limits, size):
    dropped = []
    live = Live(**limits, dropped=dropped.append)
    slow = live.subscribe("a")
    live.announce("a", [message(seq, size) for seq in range(1, 6)])
    assert sum(dropped) == 2
    assert seqs(await slow.take(1, 1)) == [1]
    live.announce("a", [message(6, size)])
    assert seqs(await taken(slow)) == [2, 3, Lagged(2), 6]
    live.announce("a", [message(seq, size) for seq in range(7, 12)])
    assert seqs(await taken(slow)) == [7, 8, 9, Lagged(2)]


async def test_closing_ends_streams_and_refuses_new_ones():
    live = Live()
    waiting = live.subscribe("a")
    ended = asyncio.create_task(taken(waiting))
    await asyncio.sleep(0)
    live.close()
    assert await ended == [] and waiting.is_over
    assert not live.listening("a")
    with pytest.raises(Unavailable, match="stopping"):
        live.subscribe("a")


async def test_the_number_of_listeners_has_a_bound():
    live = Live()
    held = [live.subscribe("a") for _ in range(MAX_LISTENERS)]
    with pytest.raises(Unavailable) as refused:
        live.subscribe("a")
    assert refused.value.code == "too_many_listeners"
    held[0].close()
    live.subscribe("a")
