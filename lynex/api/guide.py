"""The user guide: each page is its content alone, put into one frame when it is asked for."""

import re
from pathlib import Path
from typing import Final

from lynex.errors import NotFound

_NAME: Final = re.compile(r"[a-z0-9-]+\.html")
_TITLE: Final = re.compile(r"<h1>(.*?)</h1>")
_FRAME: Final = "frame.html"
_FIRST: Final = "index.html"


def guide_page(folder: Path, path: str) -> str:
    """The whole page. Its title is its heading, and the contents beside it mark where one is. Raises `NotFound`."""
    name = path or _FIRST
    if not _NAME.fullmatch(name) or name == _FRAME:
        raise NotFound("There is no such page in the guide.")
    try:
        content = (folder / name).read_text("utf-8")
        frame = (folder / _FRAME).read_text("utf-8")
    except OSError as fault:
        raise NotFound("There is no such page in the guide.") from fault
    title = _TITLE.search(content)
    here = f'href="/guide/{"" if name == _FIRST else name}"'
    framed = frame.replace("{{title}}", title[1] if title else "Guide").replace(here, f'{here} aria-current="page"')
    return framed.replace("{{content}}", content)
