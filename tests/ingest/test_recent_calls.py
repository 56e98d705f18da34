"""One request to a model counts once, however many instrumentations tell of it, in whatever order they arrive."""

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lynex.ingest.recent_calls import RecentCalls
from lynex.store.stored_event import StoredEvent

TRACE = "0af7651916cd43dd8448eb211c80319c"


def span(name: str, parent: str | None = None, tokens: tuple[int, int] | None = None, *, model: str | None = "gpt-4o-mini",
         response_id: str | None = None, type_: str = "model_response", trace: str = TRACE, body: str = "{}") -> StoredEvent:  # fmt: skip
    row = StoredEvent(
        seq=0, project_id="proj_a", event_id=f"{trace}:{name}", type=type_, at=0, received_at=0, processed_at=0,
        trace_id=trace, span_id=name, parent_event_id=f"{trace}:{parent}" if parent else None, body=body,
    )  # fmt: skip
    if type_ in ("model_response", "token_usage"):
        row.usage_scope, row.model, row.response_id = "call", model, response_id
    if tokens is not None:
        row.input_tokens, row.output_tokens = tokens
    return row


def other(name: str, parent: str | None = None) -> StoredEvent:
    return span(name, parent, type_="span")


def settled(*batches: list[StoredEvent]) -> list[str]:
    """The names of what counts, in order."""
    recent = RecentCalls()
    for batch in batches:
        recent.settle(batch)
    return [row.span_id for batch in batches for row in batch if row.usage_scope == "call"]


def test_spans_with_one_response_id_are_one_call_whatever_their_relation():
    assert settled([span("a", None, (20, 7), response_id="r")], [span("b", None, (20, 7), response_id="r")]) == ["a"]
    nested = [span("a", None, (20, 7), response_id="r"), span("b", "a", (20, 7), response_id="r")]
    assert settled(nested) == ["b"]  # in one batch the innermost
    assert settled([span("a", None, (9, 9), response_id="r")], [span("b", "a", (20, 7), response_id="r")]) == ["a"]
    other_trace = span("c", None, (20, 7), response_id="r", trace="1" * 32)
    assert settled([span("a", None, (20, 7), response_id="r"), other_trace]) == ["a", "c"]


def test_of_siblings_in_one_batch_the_one_with_most_content_counts():
    poor, rich = (
        span("a", None, (20, 7), response_id="r"),
        span("b", None, (20, 7), response_id="r", body="{" + " " * 99),
    )
    assert settled([poor, rich]) == ["b"]


@pytest.mark.parametrize("order", [list(order) for order in itertools.permutations("abc")])
def test_three_levels_of_one_call_count_once_in_any_order_within_a_batch(order):
    spans = {"a": span("a", None, (20, 7)), "b": span("b", "a", (20, 7)), "c": span("c", "b", (20, 7))}
    assert settled([spans[name] for name in order]) == ["c"]


@pytest.mark.parametrize("order", ["abc", "cba", "bac", "bca", "cab"])
def test_three_levels_of_one_call_count_once_one_by_one_when_the_middle_is_known_in_time(order):
    spans = {"a": span("a", None, (20, 7)), "b": span("b", "a", (20, 7)), "c": span("c", "b", (20, 7))}
    expected = 2 if order == "cab" else 1  # nothing says that c is inside a before b comes
    assert len(settled(*[[spans[name]] for name in order])) == expected


def test_calls_side_by_side_stay_two_though_an_outer_span_looks_like_both():
    for order in itertools.permutations([("outer", None), ("one", "outer"), ("two", "outer")]):
        assert len(settled(*[[span(name, parent, (20, 7))] for name, parent in order])) == 2


def test_spans_between_do_not_hide_that_two_model_spans_are_one_call():
    chain = [
        span("inner", "http", (20, 7)),
        other("http", "task"),
        other("task", "outer"),
        span("outer", None, (20, 7)),
    ]
    assert settled(*[[row] for row in chain]) == ["inner"]
    chain = [
        span("inner", "http", (20, 7)),
        other("http", "task"),
        other("task", "outer"),
        span("outer", None, (20, 7)),
    ]
    assert settled(*[[row] for row in reversed(chain)]) == ["outer"]


@pytest.mark.parametrize(
    "inner",
    [
        span("b", "a", (20, 8)),
        span("b", "a", (20, 7), model="claude-sonnet-4-5"),
        span("b", "a", (20, 7), response_id="s"),
        span("b", "elsewhere", (20, 7)),
    ],
)
def test_other_counts_models_responses_or_places_are_other_calls(inner):
    assert settled([span("a", None, (20, 7), response_id="r")], [inner]) == ["a", "b"]


def test_a_router_and_a_date_in_the_models_name_do_not_make_another_call():
    outer, inner = span("a", None, (20, 7), model="openai/gpt-4o-mini"), span("b", "a", (20, 7))
    assert settled([inner], [outer]) == ["b"]
    dated = span("a", None, (20, 7), model="gpt-4o-mini-2024-07-18")
    inner = span("b", "a", (20, 7))
    inner.response_model = "gpt-4o-mini-2024-07-18"
    assert settled([inner], [dated]) == ["b"]


def test_tokens_are_not_lost_where_the_span_that_came_first_had_none():
    first, second = span("a", None, None, response_id="r"), span("b", "a", (20, 7), response_id="r")
    assert settled([first], [second]) == ["a", "b"]
    assert settled([span("a", None, None, response_id="r"), span("b", "a", (20, 7), response_id="r")]) == ["b"]


def told_by(scope: str, name: str, began: int, ended: int, **more) -> StoredEvent:
    row = span(name, "root", (20, 7), **more)
    row.sdk_name, row.at, row.duration_ms = scope, began * 1000, float(ended - began)
    return row


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_spans_of_two_instrumentations_beside_each_other_are_one_call_where_one_lies_within_the_other(order):
    def spans() -> list[StoredEvent]:
        two_calls = [("langchain", "A", 0, 100), ("openai", "a", 10, 90), ("langchain", "B", 20, 80), ("openai", "b", 30, 70)]  # fmt: skip
        return [told_by(*one) for one in two_calls]

    assert len(settled([spans()[place] for place in order])) == 2
    as_they_end = sorted(spans(), key=lambda row: row.at + row.duration_ms * 1000)
    assert len(settled(*[[row] for row in as_they_end])) == 2


def test_calls_beside_each_other_are_two_where_anything_speaks_against_one():
    first = ("openai", "a", 10, 90)
    for second in [("openai", "b", 10, 90), ("langchain", "b", 20, 95), ("langchain", "b", 95, 99)]:
        assert len(settled([told_by(*first)], [told_by(*second)])) == 2
    one, other_ = told_by(*first), told_by("langchain", "b", 0, 100)
    one.output_preview, other_.output_preview = "Hello", "Good bye"
    assert len(settled([one], [other_])) == 2
    one, other_ = told_by(*first, response_id="r"), told_by("langchain", "b", 0, 100, response_id="s")
    assert len(settled([one], [other_])) == 2


def test_a_span_that_counted_nothing_is_no_call_where_one_of_its_model_is_inside():
    assert settled([span("inner", "http", (20, 7))], [other("http", "outer")], [span("outer", None)]) == ["inner"]
    assert settled([span("inner", "outer", (20, 7))], [span("outer", None, model="claude-sonnet-4-5")]) == [
        "inner",
        "outer",
    ]
    assert settled([span("inner", "outer", (20, 7))], [span("outer", None, model=None)]) == ["inner", "outer"]
    assert settled([span("failed", "outer")], [span("outer", None)]) == ["failed"]
    twice = [span("one", "outer"), span("two", "outer"), span("outer", None)]
    assert settled(*[[row] for row in twice]) == ["one", "two"]


def test_what_is_no_call_stays_what_it_is():
    rollup = span("agent", None, (40, 14))
    rollup.usage_scope = "rollup"
    spans = [rollup, span("a", "agent", (20, 7)), span("b", "agent", (20, 7))]
    assert settled(spans) == ["a", "b"] and rollup.usage_scope == "rollup"


def test_cycles_and_deep_chains_end():
    loop = [span("a", "b", (20, 7)), span("b", "a", (20, 7)), span("c", "c", (20, 7))]
    assert len(settled(loop)) == 2
    chain = [other(str(n), str(n - 1)) for n in range(1, 500)]
    assert settled([span("top", None, (20, 7)), *chain, span("leaf", "499", (20, 7))]) == ["leaf", "top"][::-1]


def test_memory_is_bounded():
    recent = RecentCalls(responses=10, spans=10)
    for number in range(500):
        recent.settle([span(f"{number}", f"{number - 1}", (number + 1, 1), response_id=f"r{number}")])
    trees = recent._trees
    assert all(
        len(one._young) + len(one._old) <= 22 for one in (trees._spans, trees._responses, trees._alike, recent._calls)
    )


# Any trace: calls inside agents and tasks, each told by up to three spans, nested through others or side by side.


@st.composite
def traces(draw, *, with_ids: bool):
    """(spans, tokens of the calls): parents before children."""
    rows, calls = [other("root")], []
    frames = ["root"]
    for number in range(draw(st.integers(1, 8))):
        tokens = draw(st.sampled_from([(20, 7), (20, 7), (3, 1)]))
        where = draw(st.sampled_from(frames))
        told = draw(st.integers(1, 3))
        response_id = f"r{number}" if with_ids or draw(st.booleans()) else None
        siblings = response_id is not None and draw(st.booleans())
        for level in range(told):
            name = f"{number}.{level}"
            innermost = level == told - 1
            rid = response_id if siblings or with_ids or innermost else None
            counted = tokens if siblings or innermost or draw(st.booleans()) else None
            model = draw(st.sampled_from(["gpt-4o-mini", "openai/gpt-4o-mini"]))
            rows.append(span(name, where, counted, response_id=rid, model=model))
            if not siblings:
                where = name
                if draw(st.booleans()):
                    rows.append(other(f"{name}-between", where))
                    where = f"{name}-between"
        calls.append(tokens)
        if draw(st.booleans()):
            rows.append(other(f"frame{number}", draw(st.sampled_from(frames))))
            frames.append(f"frame{number}")
    return rows, calls


def counted(batches: list[list[StoredEvent]]) -> tuple[int, int, int]:
    """Calls, input and output tokens."""
    settled(*batches)
    rows = [row for batch in batches for row in batch if row.usage_scope == "call"]
    return len(rows), sum(row.input_tokens or 0 for row in rows), sum(row.output_tokens or 0 for row in rows)


def wanted(calls: list[tuple[int, int]]) -> tuple[int, int, int]:
    return len(calls), sum(one[0] for one in calls), sum(one[1] for one in calls)


def copies(rows: list[StoredEvent]) -> list[StoredEvent]:
    return [StoredEvent(**{name: getattr(row, name) for name in StoredEvent.__struct_fields__}) for row in rows]


def batched(rows: list[StoredEvent], chance: random.Random) -> list[list[StoredEvent]]:
    batches, left = [], list(rows)
    while left:
        size = chance.randint(1, 5)
        batches.append(left[:size])
        left = left[size:]
    return batches


def as_spans_end(rows: list[StoredEvent], chance: random.Random) -> list[StoredEvent]:
    """A random order in which every span comes after those inside it."""
    waiting, order = list(rows), []
    while waiting:
        parents = {row.parent_event_id for row in waiting}
        row = chance.choice([row for row in waiting if row.event_id not in parents])
        waiting.remove(row)
        order.append(row)
    return order


@settings(max_examples=100, deadline=None)
@given(traces(with_ids=False), st.randoms(use_true_random=False))
def test_a_trace_in_one_batch_gives_its_calls_in_any_order(trace, chance):
    rows, calls = trace
    chance.shuffle(rows)
    assert counted([rows]) == wanted(calls)


@settings(max_examples=100, deadline=None)
@given(traces(with_ids=False), st.randoms(use_true_random=False))
def test_a_trace_sent_as_its_spans_end_gives_its_calls_in_any_batches(trace, chance):
    rows, calls = trace
    ended = as_spans_end(rows, chance)
    assert counted(batched(ended, chance)) == wanted(calls)


@settings(max_examples=100, deadline=None)
@given(traces(with_ids=True), st.randoms(use_true_random=False))
def test_a_trace_with_response_ids_gives_its_calls_in_any_order_and_batches(trace, chance):
    rows, calls = trace
    chance.shuffle(rows)
    found = counted(batched(rows, chance))
    assert found[1:] == wanted(calls)[1:]  # whatever comes first, no token is lost or counted twice
    assert found[0] == len(calls) or any(row.usage_scope is not None and row.input_tokens is None for row in rows)


@settings(max_examples=60, deadline=None)
@given(traces(with_ids=False), st.randoms(use_true_random=False))
def test_what_comes_again_is_settled_as_it_was(trace, chance):
    rows, _ = trace
    chance.shuffle(rows)
    recent, first, second = RecentCalls(), copies(rows), copies(rows)
    for batch in batched(first, chance):
        recent.settle(batch)
    for batch in batched(second, chance):
        recent.settle(batch)
    assert [row.usage_scope for row in second] == [row.usage_scope for row in first]
