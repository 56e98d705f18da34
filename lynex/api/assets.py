"""The files of the page, kept in memory. Their addresses name the version they are of, so a browser asks for each once.

Everything is made of the files as they are while the server runs: who changes one sees it with the next page.
"""

import gzip
import hashlib
import mimetypes
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TEXTS: Final = frozenset((".html", ".css", ".js", ".svg", ".json"))
_VERSIONED: Final = re.compile(r"@([0-9a-f]{16})/(.*)", re.DOTALL)
_STYLES: Final = "css/all.css"  # every sheet of the page in one, in the order of the page
_SHEET: Final = re.compile(r' *<link rel="stylesheet" href="/static/([^"]+)">\n')
_FIRST_SCRIPT: Final = "js/main.js"
_IMPORT: Final = re.compile(r"(?:^|[;}])\s*(?:import|export)\b[^;\"']*?from\s*[\"'](\.[^\"']+)[\"']", re.MULTILINE)
_PAGE: Final = re.compile(r'path: "([^"]+)".*import\("\./(pages/[^"]+)"\)')
_STATIC: Final = re.compile(r'(?<=(?:href|.src)=")/static/')


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: as it is, in fewer bytes where that helps, and what names this state of it."""

    data: bytes
    small: bytes | None
    tag: str
    media_type: str


class Assets:
    """Blocks while reading files; `version` and what is kept may be read from any thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[str, tuple[str, Asset]] = {}
        self._version = ""
        self._lasting: dict[str, Asset] = {}

    def known(self, path: str) -> Asset | None:
        """What an address that will always mean this has given before; does not block."""
        return self._lasting.get(path)

    def find(self, path: str) -> tuple[Asset, bool] | None:
        """The file of a path below /static/, and whether that address will always mean this; None: there is none."""
        versioned = _VERSIONED.fullmatch(path)
        if versioned is None:
            found = self._file(path)
            return None if found is None else (found, False)
        name = versioned[2]
        found = self._styles() if name == _STYLES else self._file(name)
        if found is None:
            return None
        is_lasting = versioned[1] == self._version
        if is_lasting:
            self._lasting[path] = found
        return found, is_lasting

    def page(self, address: str) -> Asset | None:
        """The dashboard at an address: with one style sheet, and all scripts of that page asked for at once."""
        index = self._file("index.html")
        if index is None:
            return None
        version = self._present_version()
        if version != self._version:
            self._version, self._lasting = version, {}
        script = self._script_of(address)
        kept = self._kept.get(f"page {script}")
        if kept is None or kept[0] != self._version:
            kept = self._kept[f"page {script}"] = (self._version, self._page_with(index, script))
        return kept[1]

    def _page_with(self, index: Asset, script: str) -> Asset:
        scripts = self._needed(_FIRST_SCRIPT) | self._needed(script)
        links = [f'<link rel="stylesheet" href="/static/{_STYLES}">']
        links += [f'<link rel="modulepreload" href="/static/{name}">' for name in sorted(scripts)]
        text = index.data.decode()
        first = _SHEET.search(text)
        at = first.start() if first else 0
        text = text[:at] + "".join(f"  {link}\n" for link in links) + _SHEET.sub("", text[at:])
        return _asset(_STATIC.sub(f"/static/@{self._version}/", text).encode(), ".html")

    def _file(self, path: str) -> Asset | None:
        state = self._state(path)
        if state is None:
            return None
        kept = self._kept.get(path)
        if kept is None or kept[0] != state:
            kept = self._kept[path] = (state, _asset((self._folder / path).read_bytes(), Path(path).suffix))
        return kept[1]

    def _state(self, path: str) -> str | None:
        """What changes when the file does; None unless it is a file inside of the folder."""
        try:
            inside = (self._folder / path).resolve().relative_to(self._folder.resolve())
            facts = os.stat(self._folder / inside)
        except (OSError, ValueError):
            return None
        is_plain = str(inside) == path and (self._folder / inside).is_file()
        return f"{facts.st_mtime_ns} {facts.st_size}" if is_plain else None

    def _present_version(self) -> str:
        paths = sorted(os.path.join(folder, name) for folder, _, names in os.walk(self._folder) for name in names)
        facts = ((path, os.stat(path)) for path in paths)
        states = "\n".join(f"{path} {one.st_mtime_ns} {one.st_size}" for path, one in facts)
        return hashlib.sha256(states.encode()).hexdigest()[:16]

    def _styles(self) -> Asset | None:
        sheets = [self._file(path) for path in _SHEET.findall(self._text("index.html"))]
        data = b"\n".join(sheet.data for sheet in sheets if sheet is not None)
        kept = self._kept.get(_STYLES)
        tag = _tag_of(data)
        if kept is None or kept[0] != tag:
            kept = self._kept[_STYLES] = (tag, _asset(data, ".css"))
        return kept[1]

    def _script_of(self, address: str) -> str:
        """The script of the page at an address, from the table of pages."""
        for pattern, script in _PAGE.findall(self._text("js/pages.js")):
            if re.fullmatch(re.sub(r":\w+", "[^/]+", pattern), address):
                return f"js/{script}"
        return _FIRST_SCRIPT

    def _needed(self, script: str) -> set[str]:
        """The script, and all it imports."""
        found: set[str] = set()
        left = [script]
        while left:
            path = left.pop()
            if path not in found and (text := self._text(path)):
                found.add(path)
                folder = os.path.dirname(path)
                left += [os.path.normpath(os.path.join(folder, name)) for name in _IMPORT.findall(text)]
        return found

    def _text(self, path: str) -> str:
        found = self._file(path)
        return "" if found is None else found.data.decode()


def _asset(data: bytes, suffix: str) -> Asset:
    media_type = "text/javascript" if suffix == ".js" else mimetypes.types_map.get(suffix, "application/octet-stream")
    is_text = suffix in _TEXTS
    small = gzip.compress(data, 9, mtime=0) if is_text else None
    return Asset(data, small, _tag_of(data), f"{media_type}; charset=utf-8" if is_text else media_type)


def _tag_of(data: bytes) -> str:
    return f'W/"{hashlib.sha256(data).hexdigest()[:24]}"'
