"""LangChain with Claude, told by OpenInference."""

from claude_conversation import CLAUDE, CLAUDE_URL
from conversation import QUESTION, SESSION, SYSTEM, USER
from langchain.agents import create_agent
from langchain_anthropic import ChatAnthropic
from langchain_core.tools import tool
from openinference.instrumentation import using_attributes
from openinference.instrumentation.langchain import LangChainInstrumentor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
LangChainInstrumentor().instrument(tracer_provider=provider)


@tool
def weather(city: str) -> str:
    """The weather of a city"""
    return f"sunny in {city}"


model = ChatAnthropic(model=CLAUDE, base_url=CLAUDE_URL, max_tokens=200)
with (
    using_attributes(session_id=SESSION, user_id=USER),
    provider.get_tracer("app").start_as_current_span("answer"),
):
    model.invoke([SYSTEM, {"role": "user", "content": "Hi"}])
    create_agent(model, [weather], system_prompt=SYSTEM["content"]).invoke({"messages": [QUESTION]})
    for _ in model.stream("Hi again"):
        pass
provider.shutdown()
