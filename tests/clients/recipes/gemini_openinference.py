"""OpenInference's instrumentation of the google-genai package."""

from conversation import SESSION, USER
from gemini_conversation import converse
from openinference.instrumentation import using_attributes
from openinference.instrumentation.google_genai import GoogleGenAIInstrumentor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
GoogleGenAIInstrumentor().instrument(tracer_provider=provider)

with (
    using_attributes(session_id=SESSION, user_id=USER),
    provider.get_tracer("app").start_as_current_span("answer"),
):
    converse()
provider.shutdown()
