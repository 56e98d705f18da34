"""All of one event on a terminal: its facts, then what went in and what came out."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rich.text import Text

from lynex.cli.event_rows import model_of, name_of
from lynex.cli.figures import duration, moment, money, tokens
from lynex.cli.terminal import out, plain, print_facts

_SHOWN_ABOVE: Final = frozenset(
    ("name", "model", "usage", "cost", "duration_ms", "status", "level", "error")
    + ("input", "output", "input_preview", "output_preview", "sent")
)


def print_event(event: Mapping[str, Any]) -> None:
    body = event.get("body") or {}
    print_facts(_facts(event, body))
    for title, content in _parts(body):
        out().print()
        out().print(Text(title, style="label"))
        out().print(Text(content), soft_wrap=True)


def _facts(event: Mapping[str, Any], body: Mapping[str, Any]) -> Iterator[tuple[str, str | Text]]:
    context = event.get("context") or {}
    usage, cost, error = body.get("usage") or {}, body.get("cost") or {}, body.get("error") or {}
    yield "Event", Text(event["eventId"], style="thing")
    facts = {
        "Type": event["type"],
        "Name": name_of(body),
        "Time": f"{moment(event.get('at') or event.get('timestamp'))}",
        "Model": " · ".join(filter(None, [model_of(body), (body.get("model") or {}).get("provider")])),
        "Latency": duration(body.get("duration_ms")),
        "Tokens": tokens(usage.get("input_tokens"), usage.get("output_tokens")),
        "Cost": f"{money(cost['total'])} · {cost.get('source', '')}" if "total" in cost else "",
        "Trace": context.get("trace_id"),
        "Parent": context.get("parent_event_id"),
        "Session": context.get("session_id"),
        "User": context.get("user_id"),
        "Release": " · ".join(filter(None, [context.get("release"), context.get("environment")])),
        "Tags": ", ".join(context.get("tags") or []),
    }
    yield from ((label, plain(str(value))) for label, value in facts.items() if value)
    if error:
        message = ": ".join(filter(None, [error.get("type"), error.get("message")]))
        yield "Error", Text(plain(message), style="failed")


def _parts(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for side, title in (("input", "In"), ("output", "Out")):
        content = body.get(side)
        if isinstance(content, Mapping) and isinstance(content.get("messages"), list):
            for message in content["messages"]:
                yield f"{title} · {message.get('role', '')}", "\n".join(_message(message))
        elif content is not None:
            yield title, _shown(content.get("value", content) if isinstance(content, Mapping) else content)
    rest = {name: value for name, value in body.items() if name not in _SHOWN_ABOVE and value not in (None, {}, [])}
    for name, value in rest.items():
        yield name, _shown(value)


def _message(message: Mapping[str, Any]) -> Iterator[str]:
    for part in message.get("parts") or []:
        content = part.get("content")
        if isinstance(content, str):
            yield from (plain(line) for line in content.split("\n"))
        else:
            yield _shown(part)


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return "\n".join(plain(line) for line in value.split("\n"))
    return json.dumps(value, indent=2, ensure_ascii=False)
