"""Tries the code of the guide's pages as it is printed, each block in the environment of its client."""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from tests.clients.clients import CLIENTS, Client
from tests.clients.environments import interpreter, run_apart

PAGES = Path(__file__).parents[2] / "static" / "guide"
_BLOCK = re.compile(r'<pre data-(variables|client="([a-z0-9-]+)")><code>(.*?)</code></pre>', re.DOTALL)
_PRINTED_ADDRESS = "http://127.0.0.1:8000"


@dataclass(frozen=True, slots=True)
class Snippet:
    """A program of a page, the client in whose environment it runs, and the variables printed last before it."""

    page: str
    client: Client
    variables: str
    code: str


def snippets() -> Iterator[Snippet]:
    clients = {client.name: client for client in CLIENTS}
    for page in sorted(PAGES.glob("send-from-*.html")):
        variables = ""
        for block in _BLOCK.finditer(page.read_text("utf-8")):
            text = unescape(block[3])
            if block[2] is None:
                variables = text
            else:
                yield Snippet(page.name, clients[block[2]], variables, text)


def try_snippet(snippet: Snippet, *, url: str, key: str, model_url: str) -> str | None:
    """What went wrong. The printed address and key are replaced; the model is found by the libraries' own variables."""
    exports = snippet.variables.replace(_PRINTED_ADDRESS, url).replace("sk_live_…", key)
    exports = re.sub(r"^export OPENAI_BASE_URL=.*$", "", exports, flags=re.MULTILINE)
    model = {
        "OPENAI_BASE_URL": model_url,
        "OPENAI_API_KEY": "x",
        "ANTHROPIC_BASE_URL": model_url.removesuffix("/v1"),
        "ANTHROPIC_API_KEY": "x",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / ("app.mjs" if snippet.client.runs_on == "node" else "app.py")
        script.write_text(snippet.code)
        command = ["bash", "-euc", f'{exports}\nexec "$@"', "bash", *interpreter(snippet.client, script)]
        ended = run_apart(command, model, folder)
    return None if ended.returncode == 0 else ended.stderr.strip()[-1500:]
