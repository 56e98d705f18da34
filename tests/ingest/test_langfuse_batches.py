"""What is remembered between the batches of an SDK, and what when the journal says no."""

import msgspec
import pytest

from lynex.errors import Unavailable
from lynex.ingest.langfuse_batches import LangfuseBatches


class Door:
    """Takes events in, or refuses them all."""

    def __init__(self):
        self.events = {}
        self.is_shut = False

    async def accept_batch(self, project_id, key_id, data, *, backfill=False):
        if self.is_shut:
            raise Unavailable("The disk is full.")
        for event in msgspec.json.decode(data)["events"]:
            self.events.setdefault(event["eventId"], event)

    def types(self):
        return [event["type"] for event in self.events.values()]


def piece(kind, outer, /, **body):
    return {"id": outer, "type": kind, "timestamp": "2026-11-21T12:00:00Z", "body": {"traceId": "t"} | body}


@pytest.fixture
def door():
    return Door()


@pytest.fixture
def batches(door, clock):
    return LangfuseBatches(door, clock)


CREATED = piece("generation-create", "1", id="g", model="gpt-4o-mini", input="Hi", startTime="2026-11-21T12:00:00Z")
ENDED = piece("generation-update", "2", id="g", output="Hello", endTime="2026-11-21T12:00:02Z")


async def test_a_refused_batch_is_forgotten_and_may_come_again(door, batches):
    await batches.accept("p", None, [CREATED], {})
    door.is_shut = True
    with pytest.raises(Unavailable):
        await batches.accept("p", None, [ENDED], {})
    door.is_shut = False
    await batches.accept("p", None, [ENDED], {})
    (whole,) = [event for event in door.events.values() if event["type"] == "model_response"]
    assert (whole["body"]["input"], whole["body"]["output"], whole["body"]["duration_ms"]) == ("Hi", "Hello", 2000.0)


async def test_an_observation_nobody_ends_is_told_after_a_while(door, batches, clock):
    half = piece("generation-update", "3", id="g", output="Hel")
    await batches.accept("p", None, [CREATED, half, piece("span-create", "4", id="s", name="step")], {})
    clock.forward(minutes=11)
    await batches.accept("other", None, [piece("event-create", "5", id="e")], {})
    assert door.types() == ["log", "log", "log"]  # another project's events are its own affair
    await batches.accept("p", None, [piece("event-create", "6", id="f")], {})
    assert sorted(door.types()) == ["log", "log", "log", "log", "model_response", "span"]
    await batches.accept("p", None, [ENDED], {})
    assert door.types()[-2:] == ["message", "log"]  # the answer that came after all, and when it ended


async def test_an_update_of_something_unknown_is_told_as_far_as_it_goes(door, batches):
    outcomes = await batches.accept("p", None, [ENDED], {})
    assert [one.status for one in outcomes] == [201]
    (event,) = door.events.values()
    assert (event["type"], event["body"]["output"]) == ("model_response", "Hello")


async def test_a_thousand_pieces_of_one_observation_are_one_event(door, batches):
    pieces = [piece("span-update", f"u{n}", id="s", metadata={str(n): n}) for n in range(1000)]
    await batches.accept("p", None, [*pieces, piece("span-update", "end", id="s", endTime="2026-11-21T12:00:02Z")], {})
    (event,) = door.events.values()
    assert len(event["body"]["metadata"]) == 1000
