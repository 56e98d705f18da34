"""Logfire's instrumentation of the anthropic package."""

import anthropic
import logfire
from claude_conversation import CLAUDE_URL, converse
from conversation import SESSION, USER

logfire.configure(send_to_logfire=False, console=False, inspect_arguments=False)
client = anthropic.Anthropic(base_url=CLAUDE_URL)
logfire.instrument_anthropic(client)
with logfire.span("answer", **{"gen_ai.conversation.id": SESSION, "user.id": USER}):
    converse(client)
logfire.shutdown()
