"""Each setting as a value: its name, sentence, default and what it allows. Made from `config.py`, never out of date."""

import difflib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Final, Literal, get_args, get_origin

import msgspec
from msgspec import inspect

from lynex.config import Config, PriceConfig

SECRETS: Final = frozenset({"init.api_key"})  # may also come from a file: `<name>_file`
MASK: Final = "••••••••"


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of one section."""

    section: str
    key: str
    type: Any
    default: Any
    sentence: str
    allowed: str

    @property
    def name(self) -> str:
        return f"{self.section}.{self.key}"

    @property
    def variable(self) -> str:
        return f"LYNEX_{self.section}_{self.key}".upper()

    @property
    def is_secret(self) -> bool:
        return self.name in SECRETS


class NotAllowedError(ValueError):
    """A value that a setting does not take."""


@cache
def sections() -> Mapping[str, tuple[Setting, ...]]:
    """The sections in the order of the file; the list `prices` is described by `price_keys`."""
    tables = ((field.name, field.type) for field in msgspec.structs.fields(Config) if field.name != "prices")
    return {name: tuple(_settings_of(name, struct)) for name, struct in tables}


@cache
def price_keys() -> tuple[Setting, ...]:
    return tuple(_settings_of("prices", PriceConfig))


@cache
def by_name() -> Mapping[str, Setting]:
    return {setting.name: setting for settings in sections().values() for setting in settings}


def checked(setting: Setting, value: object, *, is_text: bool = False) -> Any:
    """`value` as the type of the setting; text (variables, flags) is read leniently, TOML strictly."""
    if is_text and isinstance(value, str) and _is_list(setting):
        value = [part.strip() for part in value.split(",") if part.strip()]
    try:
        result = msgspec.convert(value, setting.type, strict=not is_text)
    except msgspec.ValidationError as error:
        raise NotAllowedError(setting.allowed) from error
    if isinstance(result, float) and not math.isfinite(result):
        raise NotAllowedError(setting.allowed)
    return result


def nearest(name: str, candidates: Iterator[str] | list[str]) -> str | None:
    found = difflib.get_close_matches(name, list(candidates), n=1, cutoff=0.6)
    return found[0] if found else None


def _settings_of(section: str, struct: type[msgspec.Struct]) -> Iterator[Setting]:
    for field in msgspec.structs.fields(struct):
        described = inspect.type_info(field.type)
        sentence = ""
        if isinstance(described, inspect.Metadata):
            sentence = (described.extra_json_schema or {}).get("description", "")
            described = described.type
        default = None if field.default is msgspec.NODEFAULT else field.default
        allowed = _choices(field.type) or _allowed(described)
        yield Setting(section, field.name, field.type, default, sentence, allowed)


def _is_list(setting: Setting) -> bool:
    return isinstance(setting.default, tuple)


def _choices(hint: Any) -> str:
    """The words of a Literal in the order they are written, which msgspec's description sorts."""
    bare = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    return ", ".join(get_args(bare)) if get_origin(bare) is Literal else ""


def _allowed(kind: inspect.Type) -> str:
    """What a setting of this type takes, in words."""
    if isinstance(kind, inspect.BoolType):
        return "true or false"
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        noun = "a whole number" if isinstance(kind, inspect.IntType) else "a number"
        return f"{noun}{_bounds(kind)}"
    if isinstance(kind, inspect.VarTupleType):
        return "a list of origins such as https://app.example" if _has_pattern(kind.item_type) else "a list of texts"
    if isinstance(kind, inspect.UnionType):
        return _allowed(next(one for one in kind.types if not isinstance(one, inspect.NoneType)))
    if isinstance(kind, inspect.Metadata):
        return _allowed(kind.type)
    if isinstance(kind, inspect.StrType) and kind.pattern:
        return "a size such as 512MB or 2GiB"
    return "a text" if not (isinstance(kind, inspect.StrType) and kind.min_length) else "a text that is not empty"


def _has_pattern(kind: inspect.Type) -> bool:
    bare = kind.type if isinstance(kind, inspect.Metadata) else kind
    return isinstance(bare, inspect.StrType) and bare.pattern is not None


def _number(bound: float) -> str:
    return str(int(bound)) if float(bound).is_integer() else str(bound)


def _bounds(kind: inspect.IntType | inspect.FloatType) -> str:
    low = (
        f"{_number(kind.ge)}" if kind.ge is not None else f"more than {_number(kind.gt)}" if kind.gt is not None else ""
    )
    high = f"{_number(kind.le)}" if kind.le is not None else ""
    if low and high:
        return f", {low} up to {high}" if kind.ge is None else f" from {low} to {high}"
    if low:
        return f", {low}" + (" or more" if kind.ge is not None else "")
    return ""
