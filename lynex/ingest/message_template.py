"""What the messages of one problem have in common: their words, with placeholders for what differs each time."""

import re
from functools import lru_cache
from typing import Final

_READ: Final = 1000  # characters of a message; more do not tell problems apart
_KEPT: Final = 200  # characters of a template
_LONGEST_WORD: Final = 40  # longer ones are keys and encoded bytes
_REMEMBERED: Final = 8192  # words
_TEXT: Final = "<text>"
_VALUE: Final = "<value>"
_URL: Final = "<url>"
_EMAIL: Final = "<email>"
_PATH: Final = "<path>"
_PLACEHOLDERS: Final = frozenset((_TEXT, _VALUE, _URL, _EMAIL, _PATH))
_PUNCTUATION: Final = ".,;:!?()[]{}\"'`"
_PATH_STARTS: Final = ("/", "./", "../", "~/", "\\\\", ".\\")

# An apostrophe inside a word opens and closes nothing; what never closes takes the rest. No character is read twice.
_SINGLE_QUOTED: Final = re.compile(r"'(?<!\w')(?:[^']|'(?=\w))*+'?")
# What holds a digit is a number, an id, a date, a version or an address. Possessive, and tried once in each run.
_WITH_DIGIT: Final = re.compile(r"(?<![A-Za-z\d_.:+-])[A-Za-z_.:+-]*+\d[A-Za-z\d_.:+%-]*+")
_DRIVE: Final = re.compile(r"[A-Za-z]:[\\/]")
# Three digits after one of these words are an HTTP status, which tells problems apart.
_STATUS_WORDS: Final = frozenset(("status", "status:", "code", "code:", "HTTP", "http"))
_STATUS: Final = re.compile(r"[1-5]\d\d", re.ASCII)
_STATUS_TOLD: Final = re.compile(r"(?:status|status_code|statusCode|code|http_status)[=:][1-5]\d\d", re.ASCII)


def template_of(message: str) -> str:
    """At most 200 characters, the same for messages that differ only in values. Takes time linear in the message."""
    text = message[:_READ]
    for quote in '"`':
        if quote in text:
            pieces = text.split(quote)
            text = _TEXT.join(pieces[::2]) + (_TEXT if len(pieces) % 2 == 0 else "")
    if "'" in text:
        text = _SINGLE_QUOTED.sub(_TEXT, text)
    words: list[str] = []
    before = ""
    for token in text.split():
        word = _remembered(token) if len(token) <= _LONGEST_WORD else _read(token)
        if word is _VALUE and before in _STATUS_WORDS and _STATUS.fullmatch(token.strip(_PUNCTUATION)):
            word = token.strip(_PUNCTUATION)
        if word != before or word not in _PLACEHOLDERS:  # a list of values is one, however long
            words.append(word)
        before = word
    return " ".join(words)[:_KEPT]


def _read(token: str) -> str:
    """The token itself if it is a word, else with placeholders for what it holds."""
    bare = token.strip(_PUNCTUATION)
    if bare.isalpha():
        return _VALUE if bare.isascii() and len(bare) > _LONGEST_WORD else token
    if "://" in bare:
        return _URL
    if _is_email(bare):
        return _EMAIL
    if _is_path(bare):
        return _PATH
    if _STATUS_TOLD.fullmatch(bare):
        return bare
    name, sign, value = token.partition("=")
    if sign and _is_path(value.strip(_PUNCTUATION)):
        return f"{name}={_PATH}"
    word = _WITH_DIGIT.sub(_VALUE, token)
    return word if word.replace(_VALUE, "").strip(_PUNCTUATION) or _VALUE not in word else _VALUE


_remembered: Final = lru_cache(maxsize=_REMEMBERED)(_read)


def _is_email(bare: str) -> bool:
    name, _, host = bare.partition("@")
    return bool(name) and "." in host and "=" not in name


def _is_path(bare: str) -> bool:
    if len(bare) < 2 or ("/" not in bare and "\\" not in bare):
        return False
    if bare.startswith(_PATH_STARTS) or _DRIVE.match(bare):
        return True
    return "." in bare.rpartition("/")[2] and "(" not in bare  # src/app/main.py
