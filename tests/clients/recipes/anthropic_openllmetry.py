"""OpenLLMetry's instrumentation of the anthropic package."""

import anthropic
from claude_conversation import CLAUDE_URL, converse
from conversation import SESSION, USER
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
AnthropicInstrumentor().instrument(tracer_provider=provider)

with provider.get_tracer("app").start_as_current_span("answer", attributes={"session.id": SESSION, "user.id": USER}):
    converse(anthropic.Anthropic(base_url=CLAUDE_URL))
provider.shutdown()
