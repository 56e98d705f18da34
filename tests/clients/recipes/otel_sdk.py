"""The OpenTelemetry SDK by hand, in the GenAI conventions: spans, a log record, a metric; HTTP or gRPC by environment."""

import json
import os
import urllib.request

from conversation import EMBEDDING_MODEL, MODEL, MODEL_URL, QUESTION, SESSION, SYSTEM, USER, WEATHER_TOOL, weather
from opentelemetry import trace
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

if os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL") == "grpc":
    from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
else:
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

resource = Resource.create(
    {"service.name": "weather-bot", "service.version": "1.4.2", "deployment.environment.name": "test"}
)
spans = TracerProvider(resource=resource)
spans.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
logs = LoggerProvider(resource=resource)
logs.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
meters = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter())], resource=resource)
tracer = spans.get_tracer("weather_bot", "1.0")
tokens = meters.get_meter("weather_bot").create_histogram("gen_ai.client.token.usage", unit="{token}")


def post(path, body):
    request = urllib.request.Request(MODEL_URL + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def parts(message):
    """The message in the shape of the GenAI conventions."""
    if message["role"] == "tool":
        inner = [{"type": "tool_call_response", "id": message["tool_call_id"], "response": message["content"]}]
    elif message.get("tool_calls"):
        inner = [
            {
                "type": "tool_call",
                "id": call["id"],
                "name": call["function"]["name"],
                "arguments": json.loads(call["function"]["arguments"]),
            }
            for call in message["tool_calls"]
        ]
    else:
        inner = [{"type": "text", "content": message["content"]}]
    return {"role": message["role"], "parts": inner}


def chat(*messages, **options):
    with tracer.start_as_current_span(f"chat {MODEL}", kind=trace.SpanKind.CLIENT) as span:
        answer = post("/chat/completions", {"model": MODEL, "messages": messages, **options})
        choice, usage = answer["choices"][0], answer["usage"]
        span.set_attributes(
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.provider.name": "openai",
                "gen_ai.conversation.id": SESSION,
                "user.id": USER,
                "gen_ai.request.model": MODEL,
                "gen_ai.request.temperature": 0.2,
                "gen_ai.response.id": answer["id"],
                "gen_ai.response.model": answer["model"],
                "gen_ai.response.finish_reasons": [choice["finish_reason"]],
                "gen_ai.usage.input_tokens": usage["prompt_tokens"],
                "gen_ai.usage.output_tokens": usage["completion_tokens"],
                "gen_ai.usage.cache_read.input_tokens": usage["prompt_tokens_details"]["cached_tokens"],
                "gen_ai.usage.reasoning.output_tokens": usage["completion_tokens_details"]["reasoning_tokens"],
                "gen_ai.system_instructions": json.dumps([{"type": "text", "content": SYSTEM["content"]}]),
                "gen_ai.input.messages": json.dumps([parts(message) for message in messages if message != SYSTEM]),
                "gen_ai.output.messages": json.dumps(
                    [parts(choice["message"]) | {"finish_reason": choice["finish_reason"]}]
                ),
                "gen_ai.tool.definitions": json.dumps(options.get("tools", [])),
            }
        )
        tokens.record(usage["prompt_tokens"], {"gen_ai.token.type": "input", "gen_ai.request.model": MODEL})
        tokens.record(usage["completion_tokens"], {"gen_ai.token.type": "output", "gen_ai.request.model": MODEL})
        return choice["message"], span.get_span_context(), answer["id"]


def run_weather(call):
    arguments = call["function"]["arguments"]
    with tracer.start_as_current_span("execute_tool weather") as span:
        result = weather(**json.loads(arguments))
        span.set_attributes(
            {
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": "weather",
                "gen_ai.tool.type": "function",
                "gen_ai.tool.call.id": call["id"],
                "gen_ai.tool.call.arguments": arguments,
                "gen_ai.tool.call.result": result,
            }
        )
        return {"role": "tool", "tool_call_id": call["id"], "content": result}


def embed(text):
    with tracer.start_as_current_span(f"embeddings {EMBEDDING_MODEL}", kind=trace.SpanKind.CLIENT) as span:
        answer = post("/embeddings", {"model": EMBEDDING_MODEL, "input": text})
        span.set_attributes(
            {
                "gen_ai.operation.name": "embeddings",
                "gen_ai.provider.name": "openai",
                "gen_ai.request.model": EMBEDDING_MODEL,
                "gen_ai.usage.input_tokens": answer["usage"]["prompt_tokens"],
                "gen_ai.embeddings.dimension.count": len(answer["data"][0]["embedding"]),
            }
        )


def evaluate(span_context, response_id):
    """Evaluations travel as log records that point at the span they judge."""
    logs.get_logger("weather_bot").emit(
        LogRecord(
            event_name="gen_ai.evaluation.result",
            severity_number=SeverityNumber.INFO,
            context=trace.set_span_in_context(trace.NonRecordingSpan(span_context)),
            attributes={
                "gen_ai.evaluation.name": "friendliness",
                "gen_ai.evaluation.score.value": 0.9,
                "gen_ai.evaluation.score.label": "good",
                "gen_ai.evaluation.explanation": "says hello",
                "gen_ai.response.id": response_id,
            },
        )
    )


with tracer.start_as_current_span("invoke_agent weather-bot") as agent:
    agent.set_attributes(
        {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": "weather-bot",
            "gen_ai.conversation.id": SESSION,
            "user.id": USER,
            "gen_ai.usage.input_tokens": 60,  # the sum of the calls below: a roll-up, which must not count
            "gen_ai.usage.output_tokens": 21,
        }
    )
    _, judged, response_id = chat(SYSTEM, {"role": "user", "content": "Hi"})
    asked, _, _ = chat(SYSTEM, QUESTION, tools=[WEATHER_TOOL])
    chat(SYSTEM, QUESTION, asked, run_weather(asked["tool_calls"][0]), tools=[WEATHER_TOOL])
    embed("weather in Paris")
    evaluate(judged, response_id)
    try:
        with tracer.start_as_current_span("publish forecast"):
            raise ConnectionError("the printer is on fire")
    except ConnectionError:
        pass

for provider in (spans, logs, meters):
    provider.shutdown()
