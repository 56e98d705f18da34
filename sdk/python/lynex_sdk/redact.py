"""Rules that take personal and secret things out of texts before they leave the host.

Every repetition that can fail is bounded: no text takes more than linear time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

Rule = Callable[[str], str]

_EMAIL: Final = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_PHONE: Final = re.compile(r"(?<![\w.])(?:\+|00)?\(?\d{1,4}\)?(?:[ .\-/]?\(?\d{1,5}\)?){2,6}(?![\w])")
_CARD: Final = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
_KEY: Final = re.compile(
    r"\b(?:sk|pk|rk)[-_](?:[A-Za-z0-9]{1,40}[-_]){0,6}[A-Za-z0-9]{16,}"
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_[A-Za-z0-9_]{20,}|\bxox[abposr]-[A-Za-z0-9-]{10,}"
    r"|\bAKIA[A-Z0-9]{16}\b|\bASIA[A-Z0-9]{16}\b|\bAIza[A-Za-z0-9_-]{30,}|\bhf_[A-Za-z0-9]{20,}"
    r"|\bey[A-Za-z0-9_-]{8,400}\.ey[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,}"
    r"|(?i:\bbearer\s+)[A-Za-z0-9._~+/-]{16,}=*"
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]{0,8192}-----END [A-Z ]{0,30}PRIVATE KEY-----"
)
_IP: Final = re.compile(r"(?<![\d.])(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?![\d.])")
_IBAN: Final = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_PHONE_DIGITS: Final = range(8, 16)


def _emails(text: str) -> str:
    return _EMAIL.sub("[email]", text) if "@" in text else text


def _phones(text: str) -> str:
    return _PHONE.sub(_phone, text)


def _phone(found: re.Match[str]) -> str:
    """Numbers without separators or a plus are ids, and those with one point amounts, more often than telephones."""
    text = found[0]
    digits = sum(map(str.isdigit, text))
    plain = text.replace(".", "", 1).isdigit() and not text.startswith("00")
    return "[phone]" if digits in _PHONE_DIGITS and not plain else text


def _cards(text: str) -> str:
    return _CARD.sub(lambda found: "[card]" if _is_card(found[0]) else found[0], text)


def _is_card(text: str) -> bool:
    """Luhn's sum."""
    digits = [int(one) for one in text if one.isdigit()]
    doubled = [digit * 2 - 9 * (digit > 4) if place % 2 else digit for place, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def _keys(text: str) -> str:
    return _KEY.sub("[key]", text)


def _ips(text: str) -> str:
    return _IP.sub("[ip]", text)


def _ibans(text: str) -> str:
    return _IBAN.sub("[iban]", text)


# In the order in which they are applied: keys and cards before telephones, which look like parts of them.
RULES: Final[dict[str, Rule]] = {
    "keys": _keys,
    "emails": _emails,
    "cards": _cards,
    "ibans": _ibans,
    "ips": _ips,
    "phones": _phones,
}


def rules_named(names: Sequence[str]) -> tuple[list[Rule], list[str]]:
    """(the rules, the names nobody knows)."""
    wanted = {name.strip().lower() for name in names}
    wanted |= {f"{name}s" for name in wanted}  # `email` is understood too
    if "all" in wanted:
        return list(RULES.values()), []
    unknown = [name for name in names if name.strip().lower() not in RULES and f"{name.strip().lower()}s" not in RULES]
    return [rule for name, rule in RULES.items() if name in wanted], unknown


def redacted(value: Any, rules: Sequence[Rule]) -> Any:
    """The same JSON value with every text rewritten, keys included where they are somebody's address or secret."""
    if type(value) is str:
        for rule in rules:
            value = rule(value)
        return value
    if type(value) is dict:
        return {redacted(key, rules): redacted(one, rules) for key, one in value.items()}
    if type(value) is list:
        return [redacted(one, rules) for one in value]
    return value
