"""The bodies about what people saved."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from lynex.control.saved_items import Kind

Name = Annotated[str, Meta(min_length=1, max_length=100)]


class SavedWanted(msgspec.Struct, forbid_unknown_fields=True):
    """`content` is any JSON object of at most 64 KiB."""

    kind: Kind
    name: Name
    content: dict[str, Any]


class SavedChange(msgspec.Struct, forbid_unknown_fields=True):
    """Name and content anew, both whole."""

    name: Name
    content: dict[str, Any]


class SavedShown(msgspec.Struct):
    id: str
    kind: Kind
    name: str
    content: Annotated[msgspec.Raw, Meta(extra_json_schema={"type": "object"})]
    created_at: str
    updated_at: str


class SavedList(msgspec.Struct):
    """Oldest first; never more than 500."""

    items: list[SavedShown]
