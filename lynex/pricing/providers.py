"""Names of providers: the many spellings of one, which are frameworks in front of others, which serve without a price.

Canonical names are those of OpenTelemetry (`gen_ai.provider.name`); semconv.md section 5.
"""

from functools import lru_cache
from typing import Final

_SPELLINGS: Final[dict[str, tuple[str, ...]]] = {
    "openai": ("open_ai", "openai.chat", "openai.responses", "openai.completion", "openai.embedding"),
    "anthropic": ("anthropic.messages", "claude"),
    "azure.ai.openai": ("az.ai.openai", "azure_openai", "azure-openai", "azure", "azure_ai", "azure.openai"),
    "azure.ai.inference": ("az.ai.inference",),
    "aws.bedrock": ("bedrock", "aws", "aws_bedrock", "amazon_bedrock", "amazon-bedrock", "amazon", "bedrock_converse"),
    "gcp.vertex_ai": ("vertexai", "vertex_ai", "vertex-ai", "vertex", "google_vertexai", "google.vertex"),
    "gcp.gemini": (
        "gemini", "gcp.gen_ai", "google", "google_genai", "google-genai", "google.generative-ai", "google_ai_studio",
    ),
    "mistral_ai": ("mistralai", "mistral", "mistral-ai"),
    "x_ai": ("xai", "x-ai", "x.ai", "grok"),
    "moonshot_ai": ("moonshot", "moonshotai", "moonshot-ai"),
    "together_ai": ("together", "togetherai", "together-ai"),
    "fireworks_ai": ("fireworks", "fireworks-ai"),
    "cohere": ("cohere_chat",),
    "github_copilot": ("github-copilot", "copilot"),
    "zhipu_ai": ("zhipuai", "zhipu"),
    "voyage_ai": ("voyage", "voyageai"),
}  # fmt: skip
_CANONICAL: Final = {alias: name for name, aliases in _SPELLINGS.items() for alias in (name, *aliases)}
_DOTTED: Final = frozenset(name for name in _CANONICAL if "." in name) | {"ibm.watsonx.ai"}

# Our name → the price book's own id.
BOOK_IDS: Final[dict[str, str]] = {
    "azure.ai.openai": "azure",
    "azure.ai.inference": "azure",
    "aws.bedrock": "aws",
    "gcp.vertex_ai": "google",
    "gcp.gemini": "google",
    "mistral_ai": "mistral",
    "x_ai": "x-ai",
    "moonshot_ai": "moonshotai",
    "together_ai": "together",
    "fireworks_ai": "fireworks",
    "github_copilot": "github-copilot",
    "zhipu_ai": "zhipuai",
    "voyage_ai": "voyageai",
}

# They pass calls on to somebody else: who is paid must be read from the model id.
FRAMEWORKS: Final = frozenset((
    "strands-agents", "strands", "litellm", "langchain", "langgraph", "llama_index", "llamaindex", "llama-index",
    "pydantic-ai", "pydantic_ai", "crewai", "autogen", "agno", "dspy", "haystack", "semantic-kernel",
    "semantic_kernel", "spring-ai", "spring_ai", "vercel", "ai-sdk", "ai_sdk", "openai-agents", "openai_agents",
    "smolagents", "mastra", "genkit", "instructor", "portkey", "helicone", "traceloop", "openinference",
    "openllmetry", "langfuse", "logfire", "gateway", "proxy", "llm", "unknown", "other", "custom", "_other",
))  # fmt: skip

# Model id prefixes that name whom a router sends the call to.
PREFIXES: Final = frozenset(
    (*_CANONICAL, *FRAMEWORKS, "openrouter", "groq", "deepseek", "perplexity", "cerebras", "models")
)

# First words of model ids, for calls that came without a provider.
_FAMILIES: Final = (
    ("gpt-", "openai"),
    ("chatgpt-", "openai"),
    ("o1", "openai"),
    ("o3", "openai"),
    ("o4", "openai"),
    ("text-embedding-3", "openai"),
    ("text-embedding-ada", "openai"),
    ("ft:gpt-", "openai"),
    ("whisper-1", "openai"),
    ("tts-1", "openai"),
    ("dall-e", "openai"),
    ("claude", "anthropic"),
    ("gemini", "gcp.gemini"),
    ("mistral-", "mistral_ai"),
    ("codestral", "mistral_ai"),
    ("ministral", "mistral_ai"),
    ("magistral", "mistral_ai"),
    ("devstral", "mistral_ai"),
    ("pixtral", "mistral_ai"),
    ("command-", "cohere"),
    ("grok", "x_ai"),
    ("deepseek-", "deepseek"),
    ("sonar", "perplexity"),
    ("kimi", "moonshot_ai"),
    ("moonshot", "moonshot_ai"),
    ("voyage-", "voyage_ai"),
)
_REGIONS: Final = frozenset(("us", "eu", "apac", "global", "jp", "au", "us-gov", "ca", "sa", "me", "af"))


def canonical_provider(sent: str) -> str:
    """`Azure_OpenAI` → `azure.ai.openai`; `openai.chat` → `openai`; unknown names only lose case and outer space."""
    name = _CANONICAL.get(sent)
    if name is not None:
        return name
    lowered = sent.strip().lower()
    name = _CANONICAL.get(lowered)
    if name is not None or lowered in _DOTTED:
        return name if name is not None else lowered
    head, dot, _ = lowered.partition(".")
    if dot and head in _CANONICAL:  # the AI SDK's `anthropic.messages`, `mistral.chat`
        return _CANONICAL[head]
    return lowered


def provider_before_dot(sent: str) -> str:
    """`acme.chat` → `acme`, `google.vertex.chat` → `gcp.vertex_ai`, for senders that add the kind of model."""
    name = sent.strip().lower()
    while name not in _CANONICAL and name not in _DOTTED and "." in name:
        name = name.rpartition(".")[0]
    return canonical_provider(name)


@lru_cache(maxsize=4096)
def provider_of_model(model: str) -> str | None:
    """Whose model this is, read from its id; None when the id does not say."""
    lowered = model.strip().lower()
    head, slash, rest = lowered.partition("/")
    if slash and head in PREFIXES and head not in FRAMEWORKS and head != "models":
        return canonical_provider(head)
    if slash and head in PREFIXES:
        return provider_of_model(rest)
    if slash:
        return None
    for start, provider in _FAMILIES:
        if lowered.startswith(start):
            return provider
    return None


def is_framework(provider: str) -> bool:
    return provider in FRAMEWORKS


def bare_ids(model: str) -> list[str]:
    """The model id as sent, then with router and region prefixes taken off, then the base of a fine-tuned model."""
    ids = [model.strip().lower()]
    current = ids[0]
    while True:
        head, slash, rest = current.partition("/")
        if not (slash and rest and head in PREFIXES):
            break
        current = rest
        ids.append(current)
    head, dot, rest = current.partition(".")
    if dot and head in _REGIONS:
        current = rest
        ids.append(current)
    base = _base_of_fine_tuned(current)
    return [*ids, base] if base is not None else ids


def _base_of_fine_tuned(model: str) -> str | None:
    """`ft:gpt-4o-2024-08-06:acme::x1` → `gpt-4o-2024-08-06`; `davinci:ft-acme-2023` → `davinci`."""
    if model.startswith("ft:"):
        return model[3:].partition(":")[0] or None
    base, colon, rest = model.partition(":")
    return base if colon and rest.startswith("ft-") else None
