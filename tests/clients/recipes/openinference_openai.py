"""OpenInference's instrumentation of the openai package."""

import openai
from conversation import MODEL_URL, SESSION, USER, converse
from openinference.instrumentation import using_attributes
from openinference.instrumentation.openai import OpenAIInstrumentor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
OpenAIInstrumentor().instrument(tracer_provider=provider)

with (
    using_attributes(session_id=SESSION, user_id=USER, tags=["weather"], metadata={"tenant": "t1"}),
    provider.get_tracer("app").start_as_current_span("answer"),
):
    converse(openai.OpenAI(base_url=MODEL_URL))
provider.shutdown()
