"""One call told three times: by LangChain's instrumentation and by two of the openai package below it."""

from conversation import MODEL, MODEL_URL, QUESTION, SESSION, SYSTEM, USER
from langchain.agents import create_agent
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from openinference.instrumentation import using_attributes
from openinference.instrumentation.langchain import LangChainInstrumentor
from openinference.instrumentation.openai import OpenAIInstrumentor as OpenInference
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.openai import OpenAIInstrumentor as OpenLLMetry
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter()))  # a request for each span, innermost first
for instrumentor in (LangChainInstrumentor(), OpenInference(), OpenLLMetry()):
    instrumentor.instrument(tracer_provider=provider)


@tool
def weather(city: str) -> str:
    """The weather of a city"""
    return f"sunny in {city}"


model = ChatOpenAI(model=MODEL, base_url=MODEL_URL, stream_usage=True)
with (
    using_attributes(session_id=SESSION, user_id=USER),
    provider.get_tracer("app").start_as_current_span("answer"),
):
    model.invoke([SYSTEM, {"role": "user", "content": "Hi"}])
    create_agent(model, [weather], system_prompt=SYSTEM["content"]).invoke({"messages": [QUESTION]})
    for _ in model.stream("Hi again"):
        pass
provider.shutdown()
