"""The clients we answer for: what runs each one, which variables point it at Lynex, and what it asks of the model."""

from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
CHAT_CALLS = 4  # what recipes/conversation.py and its likes ask: plain, tool call, tool result, stream


@dataclass(frozen=True, slots=True)
class Client:
    """`variables` may name {url}, {grpc} and {key}. `recipe` is a script of recipes/, or of node/<recipe>/."""

    name: str
    recipe: str
    variables: dict[str, str] = field(default_factory=dict)
    chat_calls: int = CHAT_CALLS
    embeddings: int = 1
    runs_on: str = "python"

    @property
    def folder(self) -> Path:
        """Where its requirements stand."""
        return HERE / "node" / self.recipe if self.runs_on == "node" else HERE / "requirements"

    @property
    def pins(self) -> Path:
        """The file that names every version, so that a change of it makes a new environment."""
        name = "package-lock.json" if self.runs_on == "node" else f"{self.recipe}.txt"
        return self.folder / name

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

CLIENTS = (
    Client("otel-sdk", "otel_sdk", OTLP | GZIP, chat_calls=3),
    Client("otel-sdk-grpc", "otel_sdk", OTLP | GRPC, chat_calls=3),
    Client("genai-openai", "genai_openai", OTLP | GENAI),
    Client("openinference-openai", "openinference_openai", OTLP),
    Client("openllmetry-openai", "openllmetry_openai", OTLP),
    Client("traceloop-sdk", "traceloop_sdk", TRACELOOP),
    Client("pydantic-ai", "pydantic_ai_agent", OTLP, embeddings=0),
    Client("logfire", "logfire_sdk", OTLP),
    Client("langchain-openinference", "langchain_openinference", OTLP),
    Client("ai-sdk-6", "ai_sdk_6", OTLP, runs_on="node"),
    Client("ai-sdk-7", "ai_sdk_7", OTLP, runs_on="node"),
    Client("langfuse", "langfuse_sdk", LANGFUSE),
    Client("litellm", "litellm_otel", LITELLM),
    Client("anthropic-openinference", "anthropic_openinference", OTLP, embeddings=0),
)
FIVE = ("otel-sdk", "openinference-openai", "pydantic-ai", "ai-sdk-6", "langfuse")
