"""`instrument()`: switches on the OpenTelemetry instrumentors that are installed, with an exporter to Lynex."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
from dataclasses import dataclass, field
from typing import Any, Final

from .client import Recorder

_INSTALL: Final = "pip install 'lynex-sdk[otel]'"
# What a host may use → the packages that record it, the preferred first.
LIBRARIES: Final[dict[str, tuple[str, ...]]] = {
    "openai": ("openinference-instrumentation-openai", "opentelemetry-instrumentation-openai"),
    "anthropic": ("openinference-instrumentation-anthropic", "opentelemetry-instrumentation-anthropic"),
    "langchain": ("openinference-instrumentation-langchain", "opentelemetry-instrumentation-langchain"),
    "llama_index": ("openinference-instrumentation-llama-index", "opentelemetry-instrumentation-llamaindex"),
    "litellm": ("openinference-instrumentation-litellm",),
    "boto3": ("openinference-instrumentation-bedrock", "opentelemetry-instrumentation-bedrock"),
    "google.genai": ("openinference-instrumentation-google-genai", "opentelemetry-instrumentation-google-generativeai"),
    "mistralai": ("openinference-instrumentation-mistralai", "opentelemetry-instrumentation-mistralai"),
    "groq": ("openinference-instrumentation-groq", "opentelemetry-instrumentation-groq"),
    "crewai": ("openinference-instrumentation-crewai", "opentelemetry-instrumentation-crewai"),
    "dspy": ("openinference-instrumentation-dspy",),
    "haystack": ("openinference-instrumentation-haystack", "opentelemetry-instrumentation-haystack"),
    "agno": ("openinference-instrumentation-agno", "opentelemetry-instrumentation-agno"),
    "smolagents": ("openinference-instrumentation-smolagents",),
    "agents": ("openinference-instrumentation-openai-agents", "opentelemetry-instrumentation-openai-agents"),
    "mcp": ("openinference-instrumentation-mcp", "opentelemetry-instrumentation-mcp"),
}
_EXPORTS: Final = "_lynex_exports"
_GROUP: Final = "opentelemetry_instrumentor"
_GROUP_OPENINFERENCE: Final = "openinference_instrumentor"


@dataclass(frozen=True)
class Instrumented:
    """`on`: library → the package that records it; `missing`: library → how to install one; `failed`: package → why."""

    on: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        lines = [f"{library}: recorded by {package}" for library, package in sorted(self.on.items())]
        lines += [f"{library}: not recorded; {line}" for library, line in sorted(self.missing.items())]
        lines += [f"{package}: failed, {why}" for package, why in sorted(self.failed.items())]
        return "\n".join(lines) if lines else "no library that could be instrumented is installed"


def instrument(recorder: Recorder, only: tuple[str, ...] | None = None) -> Instrumented:
    """Never raises. `only` names libraries as they are imported; all that are installed by default."""
    found = Instrumented()
    installed = [name for name in LIBRARIES if _is_importable(name) and (only is None or name in only)]
    if not recorder.enabled:
        return found
    try:
        provider = _provider(recorder)
    except ImportError:
        found.missing.update(dict.fromkeys(installed, _INSTALL))
        recorder.warn(f"instrument: OpenTelemetry's SDK and exporter are missing; {_INSTALL}")
        return found
    except Exception as fault:
        recorder.warn(f"instrument: {type(fault).__name__}: {fault}")
        return found
    for library in installed:
        _switch_on(library, provider, found)
    return found


def _provider(recorder: Recorder) -> Any:
    """The host's tracer provider with our exporter added, or one of our own where the host has none."""
    from opentelemetry import trace  # type: ignore[attr-defined,unused-ignore]
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    settings = recorder.settings
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        said = {
            "service.name": settings.service_name, "service.version": settings.release,
            "deployment.environment.name": settings.environment,
        }  # fmt: skip
        provider = TracerProvider(resource=Resource.create({key: value for key, value in said.items() if value}))
        trace.set_tracer_provider(provider)
    if not getattr(provider, _EXPORTS, False):
        exporter = OTLPSpanExporter(
            endpoint=f"{settings.endpoint}/v1/traces", headers={"x-api-key": settings.api_key or ""},
            timeout=settings.timeout, compression=Compression.Gzip,
        )  # fmt: skip
        provider.add_span_processor(BatchSpanProcessor(exporter))
        setattr(provider, _EXPORTS, True)
    return provider


def _switch_on(library: str, provider: Any, found: Instrumented) -> None:
    packages = LIBRARIES[library]
    for package in packages:
        instrumentor = _instrumentor_of(package)
        if instrumentor is None:
            continue
        try:
            made = instrumentor()
            if not getattr(made, "is_instrumented_by_opentelemetry", False):
                made.instrument(tracer_provider=provider, skip_dep_check=False)
        except Exception as fault:  # somebody else's package, of any version
            found.failed[package] = f"{type(fault).__name__}: {fault}"
        else:
            found.on[library] = package
            return
    if library not in found.on and not any(package in found.failed for package in packages):
        found.missing[library] = f"pip install {packages[0]}"


def _instrumentor_of(package: str) -> Any:
    """The class a distribution declares as its instrumentor; None where it is not installed."""
    try:
        points = importlib.metadata.distribution(package).entry_points
    except importlib.metadata.PackageNotFoundError:
        return None
    for point in points:
        if point.group in (_GROUP, _GROUP_OPENINFERENCE):
            try:
                return point.load()
            except Exception:
                return None
    return None


def _is_importable(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False
