"""The clients we answer for: what runs each one, which variables point it at Lynex, and what must arrive there."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
_CALL_COST = 0.0000066  # 12 fresh input tokens at 0.15 USD a million, 8 cached at 0.075, 7 output at 0.60
_EMBEDDING_COST = 0.00000006  # 3 tokens at 0.02 USD a million


@dataclass(frozen=True, slots=True)
class Client:
    """`variables` may name {url}, {grpc} and {key}. `recipe` is a script of recipes/, or of node/<recipe>/.

    Below that: what this client tells. Each chat call is one of 20 input tokens, 8 of them cached, and 7 output
    tokens, 3 of them reasoning; each embedding has 3 input tokens. Not every client tells all of it.
    """

    name: str
    recipe: str
    variables: dict[str, str] = field(default_factory=dict)
    runs_on: str = "python"
    requirements: str = ""  # where several run one recipe with other versions; else named like the recipe
    chat_calls: int = 4  # as in recipes/conversation.py: plain, tool call, tool result, stream
    embeddings: int = 1
    cached: int = 8
    written: int = 0  # to the cache, in the whole run
    output_told: int | None = None  # where a client is wrong about the sum itself
    reasoning: int | None = None  # of all calls together; None: of each its 3
    usual_calls: int | None = None  # with the price of gpt-4o-mini and what it was asked for; None: all
    other_cost: float = 0.0  # USD, of all other calls
    provider: str = "openai"
    model: str = "gpt-4o-mini"
    response_model: str = "gpt-4o-mini-2024-07-18"
    undated: int = 0  # calls that do not know which version answered
    finishes: bool = True  # tells why calls ended
    runs_tools: bool = True  # tells of the tool itself, not only of what the model said
    tool_arguments: Any = field(default_factory=lambda: {"city": "Paris"})
    streams: bool = True  # tells when the first token came
    session: str | None = "session-1"
    user: str | None = "user-1"

    @property
    def totals(self) -> dict[str, int]:
        """The tokens of the whole run."""
        return {
            "input_tokens": 20 * self.chat_calls + 3 * self.embeddings,
            "output_tokens": self.output_told or 7 * self.chat_calls,
            "cache_read_tokens": self.cached * self.chat_calls,
            "cache_write_tokens": self.written,
            "reasoning_tokens": 3 * self.chat_calls if self.reasoning is None else self.reasoning,
        }

    @property
    def cost(self) -> float:
        usual = self.chat_calls if self.usual_calls is None else self.usual_calls
        return self.other_cost + usual * _CALL_COST + self.embeddings * _EMBEDDING_COST

    @property
    def folder(self) -> Path:
        """Where its requirements stand."""
        return HERE / "node" / self.recipe if self.runs_on == "node" else HERE / "requirements"

    @property
    def environment(self) -> str:
        return self.requirements or self.recipe

    @property
    def pins(self) -> Path:
        """The file that names every version, so that a change of it makes a new environment."""
        return self.folder / ("package-lock.json" if self.runs_on == "node" else f"{self.environment}.txt")

    @property
    def script(self) -> Path:
        return self.folder / "recipe.mjs" if self.runs_on == "node" else HERE / "recipes" / f"{self.recipe}.py"


OTLP = {"OTEL_EXPORTER_OTLP_ENDPOINT": "{url}", "OTEL_EXPORTER_OTLP_HEADERS": "x-api-key={key}"}
GZIP = {"OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"}
GRPC = {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc", "OTEL_EXPORTER_OTLP_ENDPOINT": "{grpc}"}
GENAI = {
    "OTEL_SEMCONV_STABILITY_OPT_IN": "gen_ai_latest_experimental",
    "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "SPAN_AND_EVENT",
    "OTEL_SERVICE_NAME": "weather-bot",
}
TRACELOOP = {"TRACELOOP_BASE_URL": "{url}", "TRACELOOP_API_KEY": "{key}"}
LANGFUSE = {"LANGFUSE_BASE_URL": "{url}", "LANGFUSE_PUBLIC_KEY": "pk-any", "LANGFUSE_SECRET_KEY": "{key}"}
LITELLM = {
    "OTEL_EXPORTER": "otlp_http",
    "OTEL_ENDPOINT": "{url}",
    "OTEL_HEADERS": "x-api-key={key}",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
}


def _claude(name: str, recipe: str, **more: Any) -> Client:
    """12 fresh input tokens at 3 USD a million, 8 cached at 0.30, 7 output at 15; in the stream, 3 of the 12 are written
    to the cache at 3.75."""
    told = {
        "variables": OTLP,
        "embeddings": 0,
        "reasoning": 0,
        "written": 3,
        "usual_calls": 0,
        "other_cost": 3 * 0.0001434 + 0.00014565,
        "provider": "anthropic",
        "model": "claude-sonnet-4-5",
        "response_model": "claude-sonnet-4-5-20250929",
    }
    return Client(name, recipe, **(told | more))


# 12 fresh input tokens at 0.30 USD a million, 8 cached at 0.03, 7 output at 2.50
GEMINI: dict[str, Any] = {
    "embeddings": 0,
    "usual_calls": 0,
    "other_cost": 4 * 0.00002134,
    "provider": "gcp.gemini",
    "model": "gemini-2.5-flash",
    "response_model": "gemini-2.5-flash",
    "runs_tools": False,
    "finishes": False,
}

CLIENTS = (
    Client("otel-sdk", "otel_sdk", OTLP | GZIP, chat_calls=3, streams=False),
    Client("otel-sdk-grpc", "otel_sdk", OTLP | GRPC, chat_calls=3, streams=False),
    Client("genai-openai", "genai_openai", OTLP | GENAI, runs_tools=False),
    Client("openinference-openai", "openinference_openai", OTLP, runs_tools=False),
    Client("openllmetry-openai", "openllmetry_openai", OTLP, reasoning=9, runs_tools=False),
    Client("traceloop-sdk", "traceloop_sdk", TRACELOOP, reasoning=9),
    Client("pydantic-ai", "pydantic_ai_agent", OTLP, embeddings=0),
    Client("logfire", "logfire_sdk", OTLP, undated=1, runs_tools=False, streams=False),
    Client(
        "langchain-openinference",
        "langchain_openinference",
        OTLP,
        embeddings=0,
        undated=1,
        streams=False,
        tool_arguments="Paris",  # of a tool with one argument only its value is told
    ),
    Client("thrice-instrumented", "thrice_instrumented", OTLP, embeddings=0, undated=1, tool_arguments="Paris"),
    Client("ai-sdk-6", "ai_sdk_6", OTLP, runs_on="node"),
    Client("ai-sdk-7", "ai_sdk_7", OTLP, runs_on="node", reasoning=0),
    Client(
        "langfuse",
        "langfuse_sdk",
        LANGFUSE,
        chat_calls=5,  # one of them told by hand, with a cost of its own
        usual_calls=4,
        other_cost=0.003,
        model="gpt-4o-mini-2024-07-18",  # only the one that answered is told
        undated=5,
        finishes=False,
    ),
    Client("litellm", "litellm_otel", LITELLM, undated=1, runs_tools=False, streams=False, session=None),
    Client(
        "openinference-responses",
        "openinference_responses",
        OTLP,
        requirements="openinference_openai",
        embeddings=0,
        finishes=False,
        runs_tools=False,
    ),
    Client(
        "openai-agents",
        "openai_agents_openinference",
        OTLP,
        embeddings=0,
        model="gpt-4o-mini-2024-07-18",  # only the one that answered is told
        undated=4,
        finishes=False,
        streams=False,
    ),
    Client(
        "openllmetry-old",
        "openllmetry_openai",
        OTLP,
        requirements="openllmetry_old",
        chat_calls=3,  # the tokens of streams are not told
        reasoning=0,
        runs_tools=False,
    ),
    Client(
        "openai-v2",
        "openai_v2",
        OTLP | {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "true"},
        cached=0,
        reasoning=0,
        other_cost=4 * 0.0000072,  # without knowing that 8 of 20 tokens were cached
        usual_calls=0,
        runs_tools=False,
        streams=False,
    ),
    Client("ai-sdk-responses", "ai_sdk_responses", OTLP, runs_on="node"),
    Client(
        "ai-sdk-5",
        "ai_sdk_5",
        OTLP,
        runs_on="node",
        cached=2,  # 8 of the stream, none of the others
        reasoning=3,
        other_cost=3 * 0.0000072,
        usual_calls=1,
    ),
    Client("ai-sdk-4", "ai_sdk_4", OTLP, runs_on="node", chat_calls=3),  # the tokens of its stream are NaN
    Client("strands", "strands_agent", OTLP, chat_calls=3, embeddings=0, reasoning=0, undated=3),
    Client(
        "langfuse-v2",
        "langfuse_v2",
        LANGFUSE | {"LANGFUSE_HOST": "{url}"},
        embeddings=0,
        finishes=False,
        runs_tools=False,  # a decorated function is a span
    ),
    _claude("anthropic-openinference", "anthropic_openinference", runs_tools=False, streams=False),
    _claude(
        "anthropic-openllmetry",
        "anthropic_openllmetry",
        output_told=29,  # it adds the count a stream opens with to the one it ends with
        other_cost=3 * 0.0001434 + 0.00016065,
        runs_tools=False,
        streams=False,
    ),
    _claude("logfire-claude", "logfire_claude", runs_tools=False, streams=False),
    _claude("pydantic-ai-claude", "pydantic_ai_claude", written=12, other_cost=4 * 0.00014565),  # all are streams
    _claude("langchain-claude", "langchain_claude", streams=False, tool_arguments="Paris"),
    _claude("ai-sdk-6-claude", "ai_sdk_6_claude", runs_on="node"),
    _claude("ai-sdk-5-claude", "ai_sdk_5_claude", runs_on="node"),
    _claude(
        "litellm-claude",
        "litellm_claude",
        variables=LITELLM,
        requirements="litellm_otel",
        undated=1,
        runs_tools=False,
        streams=False,
        session=None,
    ),
    Client("gemini-openinference", "gemini_openinference", OTLP, undated=4, streams=False, **GEMINI),
    Client("gemini-otel", "gemini_otel", OTLP | GENAI, **GEMINI),
)
FIVE = ("otel-sdk", "openinference-openai", "pydantic-ai", "ai-sdk-6", "langfuse")
