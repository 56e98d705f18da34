"""LangChain with OpenInference: a prompt template, a retriever, an agent with a tool, a stream, an embedding."""

from conversation import EMBEDDING_MODEL, MODEL, MODEL_URL, QUESTION, SESSION, SYSTEM, USER
from langchain.agents import create_agent
from langchain_core.documents import Document
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.retrievers import BaseRetriever
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from openinference.instrumentation import using_attributes
from openinference.instrumentation.langchain import LangChainInstrumentor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
LangChainInstrumentor().instrument(tracer_provider=provider)
TEMPLATE = "Greet {name} kindly."


class Almanac(BaseRetriever):
    def _get_relevant_documents(self, query, *, run_manager):
        return [Document("Paris is sunny in June.", id="doc-1", metadata={"source": "almanac", "score": 0.8})]


@tool
def weather(city: str) -> str:
    """The weather of a city"""
    return f"sunny in {city}"


model = ChatOpenAI(model=MODEL, base_url=MODEL_URL, temperature=0.2, stream_usage=True)

with (
    using_attributes(session_id=SESSION, user_id=USER, tags=["weather"], metadata={"tenant": "t1"}),
    provider.get_tracer("app").start_as_current_span("answer"),
):
    with using_attributes(
        prompt_template=TEMPLATE, prompt_template_variables={"name": "Ada"}, prompt_template_version="v7"
    ):
        (ChatPromptTemplate.from_messages([("user", TEMPLATE)]) | model).invoke({"name": "Ada"})
    Almanac().invoke("weather in Paris")
    agent = create_agent(model, [weather], system_prompt=SYSTEM["content"], name="weather_bot")
    agent.invoke({"messages": [QUESTION]})
    for _ in model.stream("Hi again"):
        pass
    OpenAIEmbeddings(model=EMBEDDING_MODEL, base_url=MODEL_URL, check_embedding_ctx_length=False).embed_query("weather")
provider.shutdown()
