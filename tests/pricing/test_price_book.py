"""Whose price holds, what is unknown, and what is never guessed."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from lynex.clock import to_micros
from lynex.config import PriceConfig
from lynex.pricing.book import PriceBook
from lynex.pricing.providers import bare_ids, canonical_provider, provider_of_model
from lynex.pricing.usage import Usage

AT = to_micros(datetime(2026, 11, 20, 12, tzinfo=UTC))
BOOK = PriceBook()
USAGE = Usage(1000, 100)


def cost(provider: str | None, model: str, usage: Usage = USAGE, book: PriceBook = BOOK, **more) -> Decimal | None:
    found = book.cost_of(usage, provider, model, AT, **more)
    return found.total if found is not None else None


def test_cached_input_of_a_known_model_costs_its_own_rate():
    found = BOOK.cost_of(Usage(1000, 100, 200), "openai", "gpt-4o-mini", AT)
    assert found is not None
    assert found.total == Decimal("0.000195")  # 0.000135 in, 0.00006 out (clients.md)
    assert found.as_json() == {
        "input": 0.00012, "output": 0.00006, "cache_read": 0.000015, "total": 0.000195, "currency": "USD",
    }  # fmt: skip
    assert found.price_version.startswith("genai-prices ") and found.price_version.endswith(" openai/gpt-4o-mini")


@pytest.mark.parametrize(
    ("provider", "model", "same_as"),
    [
        (None, "gpt-4o", ("openai", "gpt-4o")),
        ("litellm", "gpt-4o", ("openai", "gpt-4o")),
        ("strands-agents", "anthropic/claude-sonnet-4-5", ("anthropic", "claude-sonnet-4-5")),
        (None, "openai/gpt-4o", ("openai", "gpt-4o")),
        ("OpenAI", "GPT-4o", ("openai", "gpt-4o")),
        ("gcp.gemini", "models/gemini-2.5-pro", ("google", "gemini-2.5-pro")),
        (None, "gemini/gemini-2.5-pro", ("google", "gemini-2.5-pro")),
        ("azure", "gpt-4o", ("azure", "gpt-4o")),
        (None, "azure/gpt-4o", ("azure", "gpt-4o")),
        (None, "vertex_ai/claude-sonnet-4-5", ("google", "claude-sonnet-4-5")),
        ("openai", "ft:gpt-4.1-2025-04-14:acme::x1", ("openai", "gpt-4.1-2025-04-14")),
        (None, "groq/llama-3.3-70b-versatile", ("groq", "llama-3.3-70b-versatile")),
        ("xai", "grok-4", ("x-ai", "grok-4")),
        ("openrouter", "openai/gpt-4o", ("openrouter", "openai/gpt-4o")),
    ],
)
def test_a_model_is_found_under_the_names_people_send(provider, model, same_as):
    assert cost(provider, model) == cost(*same_as) != None  # noqa: E711


def test_a_fine_tuned_model_with_its_own_price_does_not_get_the_base_price():
    assert cost("openai", "ft:gpt-4o-mini-2024-07-18:acme::x1") != cost("openai", "gpt-4o-mini")


@pytest.mark.parametrize(
    ("provider", "model"),
    [("ollama", "deepseek-r1"), ("vllm", "gpt-4o"), ("groq", "gpt-4o"), ("openai", "my-deployment"), (None, "llama3"),
     ("my-gateway", "gpt-4o"), ("openai", ""), ("openai", "whisper-1")],
)  # fmt: skip
def test_what_is_not_known_is_never_guessed_and_never_zero(provider, model):
    assert cost(provider, model) is None


def test_a_model_that_is_free_costs_nothing():
    assert cost("openrouter", "deepseek/deepseek-r1:free") == 0


def test_the_model_that_answered_is_priced_before_the_one_that_was_asked_for():
    assert cost("azure", "our-deployment", response_model="gpt-4o-mini") == cost("azure", "gpt-4o-mini")


def test_the_owners_price_wins_and_the_most_specific_of_them_first():
    book = PriceBook(
        (
            PriceConfig(model="gpt-4o*", input=1.0, output=2.0),
            PriceConfig(model="gpt-4o-mini", input=3.0, output=4.0),
            PriceConfig(model="gpt-4o-mini", input=5.0, output=6.0, provider="azure"),
            PriceConfig(model="gpt-4o-mini", input=7.0, output=8.0, starts="2026-11-20"),
            PriceConfig(model="gpt-4o-mini", input=9.0, output=9.0, starts="2026-11-21"),
        )
    )
    per_million = Usage(1_000_000, 0)
    assert cost("openai", "gpt-4o-2024-08-06", per_million, book) == 1
    assert cost("azure.ai.openai", "gpt-4o-mini", per_million, book) == 5
    assert cost("openai", "gpt-4o-mini", per_million, book) == 7
    before = book.cost_of(per_million, "openai", "gpt-4o-mini", AT - 86_400_000_000)
    assert before is not None and before.total == 3 and before.price_version == "own gpt-4o-mini"


def test_the_owners_price_covers_cache_and_reasoning():
    own = PriceConfig(model="m", input=10.0, output=20.0, cache_read=1.0, reasoning=5.0)
    found = PriceBook((own,)).cost_of(Usage(100, 100, 50, 30, 40), None, "m", AT)
    assert found is not None
    micro = {name: value for name, value in found.as_json().items() if name != "currency"}
    assert micro == pytest.approx(
        {
            "input": 0.0002,
            "cache_read": 0.00005,
            "cache_write": 0.0003,
            "output": 0.0012,
            "reasoning": 0.0002,
            "total": 0.00195,
        }
    )


def test_a_million_equal_costs_add_up_exactly():
    found = BOOK.cost_of(Usage(1, 1), "openai", "gpt-4o-mini", AT)
    assert found is not None
    assert found.total * 1_000_000 == Decimal("0.75")


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("azure", "azure.ai.openai"), ("Az.AI.OpenAI", "azure.ai.openai"), ("bedrock", "aws.bedrock"), ("google", "gcp.gemini"),
        ("vertexai", "gcp.vertex_ai"), ("mistralai", "mistral_ai"), ("xai", "x_ai"), ("openai.responses", "openai"),
        ("anthropic.messages", "anthropic"), (" OpenAI ", "openai"), ("Acme", "acme"), ("ibm.watsonx.ai", "ibm.watsonx.ai"),
    ],
)  # fmt: skip
def test_one_name_for_each_provider(sent, name):
    assert canonical_provider(sent) == name


def test_the_provider_is_read_from_the_model_where_the_model_says_it():
    assert provider_of_model("gpt-4o") == provider_of_model("litellm/openai/o3-mini") == "openai"
    assert provider_of_model("bedrock/us.anthropic.claude-sonnet-4-5") == "aws.bedrock"
    assert provider_of_model("meta-llama/Llama-3.3-70B") is None


def test_prefixes_and_regions_come_off_one_by_one():
    assert bare_ids("bedrock/us.anthropic.claude-x") == [
        "bedrock/us.anthropic.claude-x",
        "us.anthropic.claude-x",
        "anthropic.claude-x",
    ]
    assert bare_ids("ft:gpt-4o:acme::1")[-1] == "gpt-4o"


def test_a_price_can_be_explained():
    book = PriceBook((PriceConfig(model="acme*", input=1.5, output=2.0, starts="2026-01-31"),))
    own = book.explain(None, "acme-7", AT)
    assert own is not None and (own.source, own.model, own.since) == ("own", "acme*", "2026-01-31")
    assert (own.cards[0].input, own.cards[0].cache_read, own.cards[0].reasoning) == (Decimal("1.5"), Decimal("1.5"), 2)
    dated = book.explain("openai", "o3", AT)
    assert dated is not None and dated.source == "book" and dated.provider == "openai" and dated.since is not None
    tiered = book.explain("google", "models/gemini-2.5-pro", AT)
    assert tiered is not None and tiered.matched == "gemini-2.5-pro"
    assert [card.above_input_tokens for card in tiered.cards] == [0, 200_000]
    assert book.explain("ollama", "llama3", AT) is None


def test_names_of_absurd_length_are_not_remembered():
    book = PriceBook()
    assert book.cost_of(USAGE, None, "x" * 1_000_000, AT) is None
    assert not book._memo
