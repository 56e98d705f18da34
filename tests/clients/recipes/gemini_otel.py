"""OpenTelemetry's own instrumentation of the google-genai package."""

from conversation import SESSION, USER
from gemini_conversation import converse
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.google_genai import GoogleGenAiSdkInstrumentor
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

spans, logs = TracerProvider(), LoggerProvider()
spans.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
logs.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
GoogleGenAiSdkInstrumentor().instrument(tracer_provider=spans, logger_provider=logs)

with spans.get_tracer("app").start_as_current_span("answer", attributes={"session.id": SESSION, "user.id": USER}):
    converse()
for provider in (spans, logs):
    provider.shutdown()
