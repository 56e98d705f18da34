"""OpenInference's instrumentation of the anthropic package."""

import anthropic
from claude_conversation import CLAUDE_URL, converse
from conversation import SESSION, USER
from openinference.instrumentation import using_attributes
from openinference.instrumentation.anthropic import AnthropicInstrumentor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
AnthropicInstrumentor().instrument(tracer_provider=provider)

with (
    using_attributes(session_id=SESSION, user_id=USER),
    provider.get_tracer("app").start_as_current_span("answer"),
):
    converse(anthropic.Anthropic(base_url=CLAUDE_URL))
provider.shutdown()
