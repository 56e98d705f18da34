"""OpenLLMetry's instrumentation of the openai package, without the Traceloop SDK."""

import openai
from conversation import MODEL_URL, SESSION, USER, converse
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.openai import OpenAIInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
OpenAIInstrumentor().instrument(tracer_provider=provider)

with provider.get_tracer("app").start_as_current_span("answer", attributes={"session.id": SESSION, "user.id": USER}):
    converse(openai.OpenAI(base_url=MODEL_URL))
provider.shutdown()
