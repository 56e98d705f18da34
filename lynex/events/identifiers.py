"""The ids people send: which characters they may have."""

import re
from typing import Final

_EVENT_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,128}", re.ASCII)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")

is_event_id: Final = _EVENT_ID.fullmatch
has_control: Final = _CONTROL.search
