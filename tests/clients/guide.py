"""Tries the code of the guide's pages as it is printed, each block in the environment of its client."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path

from tests.clients.clients import CLIENTS, Client
from tests.clients.environments import interpreter

PAGES = Path(__file__).parents[2] / "static" / "guide"
_BLOCK = re.compile(r'<pre data-(variables|client="([a-z0-9-]+)")><code>(.*?)</code></pre>', re.DOTALL)
_PRINTED_ADDRESS = "http://127.0.0.1:8000"


def snippets() -> Iterator[tuple[str, Client, str, str]]:
    """Page, client, the variables printed last before the code, the code."""
    clients = {client.name: client for client in CLIENTS}
    for page in sorted(PAGES.glob("send-from-*.html")):
        variables = ""
        for block in _BLOCK.finditer(page.read_text("utf-8")):
            text = unescape(block[3])
            if block[2] is None:
                variables = text
            else:
                yield page.name, clients[block[2]], variables, text


def try_snippet(client: Client, variables: str, code: str, *, url: str, key: str, model_url: str) -> str | None:
    """What went wrong. The printed address and key are replaced; the model is reached by the libraries' own variables."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / ("app.mjs" if client.runs_on == "node" else "app.py")
        script.write_text(code)
        exports = variables.replace(_PRINTED_ADDRESS, url).replace("sk_live_…", key)
        exports = re.sub(r"^export OPENAI_BASE_URL=.*$", "", exports, flags=re.MULTILINE)
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        model = {
            "OPENAI_BASE_URL": model_url,
            "OPENAI_API_KEY": "x",
            "ANTHROPIC_BASE_URL": model_url.removesuffix("/v1"),
            "ANTHROPIC_API_KEY": "x",
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        }
        ended = subprocess.run(
            ["bash", "-euc", f'{exports}\nexec "$@"', "bash", *interpreter(client, script)],
            env=kept | model,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return None if ended.returncode == 0 else ended.stderr.strip()[-1500:]
