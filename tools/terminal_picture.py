"""Runs commands in a terminal of a fixed size and draws what they print as SVG, without fonts from elsewhere."""

import fcntl
import io
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

COLUMNS, LINES = 112, 60
PORT = "8765"
COMMANDS = (("stats", "--by", "model"), ("events", "--type", "model_response", "--type", "tool_call", "-n", "9"))
INK = TerminalTheme(
    (251, 250, 247),
    (41, 39, 36),
    [
        (41, 39, 36),
        (176, 42, 48),
        (84, 110, 60),
        (156, 98, 10),
        (52, 92, 160),
        (110, 75, 160),
        (20, 110, 128),
        (120, 116, 108),
    ],
)
FONT = "ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, monospace"


def main(target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        lynex = [sys.executable, "-m", "lynex"]
        where = ["--data-dir", f"{folder}/data"]
        server = subprocess.Popen(
            [*lynex, "serve", *where, "--port", PORT], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            wait_for(Path(folder, "data", "run", "server.json"))
            subprocess.run([*lynex, "demo", *where], check=True, stdout=subprocess.DEVNULL)
            parts = [
                f"\x1b[2m$\x1b[0m lynex {' '.join(words)}\n{printed([*lynex, *words, *where])}" for words in COMMANDS
            ]
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)
    target.write_text(drawn("\n".join(parts)))


def wait_for(file: Path) -> None:
    for _ in range(300):
        if file.exists():
            time.sleep(1)
            return
        time.sleep(0.1)
    raise SystemExit(f"{file} did not appear")


def printed(command: list[str]) -> str:
    """What the command writes to a terminal of our size."""
    outer, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    env = {**os.environ, "TERM": "xterm-256color", "TZ": "UTC"}
    process = subprocess.Popen(command, stdout=inner, stderr=inner, env=env)
    os.close(inner)
    pieces = []
    while True:
        try:
            piece = os.read(outer, 65536)
        except OSError:
            break
        if not piece:
            break
        pieces.append(piece)
    process.wait(30)
    return b"".join(pieces).decode().replace("\r\n", "\n")


def drawn(text: str) -> str:
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi(text), soft_wrap=True)
    svg = console.export_svg(title="lynex", theme=INK)
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)  # they would be fetched from elsewhere
    svg = re.sub(r"font-family: [^;]+;", f"font-family: {FONT};", svg)
    return re.sub(r"\n\s*\n+", "\n", svg)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
