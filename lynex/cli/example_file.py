"""`lynex.toml.example`: every setting with its sentence, what it allows, and its default, ready to be uncommented."""

import textwrap
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from lynex.cli.figures import binary_size
from lynex.settings import Setting, price_keys, sections

_HEAD: Final = """\
# Lynex settings. `lynex serve` reads ./lynex.toml, or the file named by --config or LYNEX_CONFIG.
#
# A variable wins over this file, a flag over both. Each setting has a variable: LYNEX_<SECTION>_<KEY>.
# Every line below shows a default; remove the # to change it. Unknown keys stop the start.
"""
_PRICE_HEAD: Final = """
# ── prices ───────────────────────────────────────────────────────────────────────────────────────────────
# Your own prices, in USD per million tokens. They win over the built-in price book. One block per price;
# they can only be set in this file.

# [[prices]]
"""
_PRICE_EXAMPLE: Final = {
    "model": "llama-3.3-70b*",
    "input": 0.6,
    "output": 0.9,
    "provider": "my-gpu-host",
    "cache_read": 0.06,
    "cache_write": 0.6,
    "reasoning": 0.9,
    "starts": "2026-01-31",
}


def example_file() -> str:
    """The whole text of `lynex.toml.example`."""
    blocks = [_HEAD]
    for name, settings in sections().items():
        rule = "─" * (98 - len(name))
        blocks.append(f"\n# ── {name} {rule}\n[{name}]\n")
        blocks += ["\n".join(_lines(setting)) + "\n" for setting in settings]
    blocks.append(_PRICE_HEAD)
    blocks += [
        f"{_comment(setting)}\n# {setting.key} = {_toml(_PRICE_EXAMPLE[setting.key])}\n" for setting in price_keys()
    ]
    return "\n".join(block.rstrip("\n") for block in blocks) + "\n"


def _lines(setting: Setting) -> Iterator[str]:
    yield ""
    yield _comment(setting)
    if setting.allowed not in ("a text", "a list of texts"):
        yield f"# Allowed: {setting.allowed}."
    yield f"# {setting.key} = {_toml(setting.default)}{_size_note(setting)}"
    if setting.is_secret:
        yield f'# {setting.key}_file = "/run/secrets/{setting.key}"  # the same, read from a file'


def _comment(setting: Setting) -> str:
    return textwrap.fill(setting.sentence, 104, initial_indent="# ", subsequent_indent="# ")


def _size_note(setting: Setting) -> str:
    return f"  # {binary_size(setting.default)}" if setting.key.endswith("_bytes") else ""


def _toml(value: Any) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return msgspec.json.encode(value).decode()  # texts, numbers and booleans are spelled alike in TOML


if __name__ == "__main__":
    print(example_file(), end="")
