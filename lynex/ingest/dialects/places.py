"""The places of a draft that attributes may fill, and how a value is read for each unless a dialect says otherwise."""

from typing import Any, Final

from lynex.ingest.dialects.conversation import instructions, read_content
from lynex.ingest.dialects.values import (
    Reader,
    count,
    flag,
    listing,
    mapping,
    milliseconds,
    number,
    structured,
    text,
    texts,
    unquoted,
)
from lynex.ingest.messages import decoded_arguments


def _input(value: Any) -> dict[str, Any]:
    return read_content(value, "user")


def _output(value: Any) -> dict[str, Any]:
    return read_content(value, "assistant")


def _arguments(value: Any) -> Any:
    return decoded_arguments(value)[0]


def _as_sent(value: Any) -> Any:
    return value


def _of(piece: str, names: str, reader: Reader) -> dict[str, Reader]:
    return {f"{piece}.{name}": reader for name in names.split()}


READERS: Final[dict[str, Reader]] = {
    "name": text,
    "kind": text,
    "operation": text,
    "level": text,
    "duration_ms": milliseconds,
    "tags": texts,
    "input": _input,
    "output": _output,
    "system_instructions": instructions,
    **_of("context", "session_id user_id environment release service_name agent_name parent_event_id", text),
    "context.step_index": count,
    **_of("model", "request response provider response_id", text),
    "model.params": mapping,
    "model.finish_reasons": texts,
    "model.stream": flag,
    **_of("model", "ttft_ms tpot_ms", milliseconds),
    **_of("usage", "input output total cache_read cache_write reasoning", count),
    **_of(
        "usage",
        "input_audio_tokens output_audio_tokens input_image_tokens output_image_tokens input_video_tokens"
        " output_video_tokens cache_audio_read_tokens cache_image_read_tokens cache_write_5m_tokens"
        " cache_write_1h_tokens web_searches",
        count,
    ),
    **_of("cost", "input output cache_read cache_write reasoning other total", number),
    **_of("tool", "name type call_id description", text),
    "tool.arguments": _arguments,
    "tool.result": _arguments,
    "tool.definitions": listing,
    **_of("retrieval", "query source", text),
    "retrieval.top_k": count,
    "retrieval.documents": listing,
    **_of("prompt", "name version id vendor url", text),
    "prompt.template": _as_sent,
    "prompt.variables": mapping,
    **_of("agent", "id name version description", text),
    **_of("agent", "action thought", structured),
    "workflow.name": text,
    **_of("eval", "name label explanation evaluator", text),
    "eval.score": number,
    **_of("error", "type message stack code", text),
    **_of("params", "max_tokens seed choice_count dimensions", count),
    **_of("params", "temperature top_p top_k frequency_penalty presence_penalty", number),
    **_of("params", "stop reasoning_effort output_type service_tier tool_choice response_format speed", unquoted),
    **_of(
        "more",
        "conversation_compacted previous_response_id embedding_dimensions",
        structured,
    ),
}
