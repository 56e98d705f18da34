"""Who listens on a port of this machine, as Linux tells it in /proc; elsewhere nobody is named."""

import errno
import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_LISTENING: Final = "0A"


def owner_of(port: int) -> str | None:
    """`pid 4711 (nginx)`; None where it cannot be told, such as for processes of other users."""
    inodes = set(_listening_inodes(port))
    if not inodes:
        return None
    for process in Path("/proc").glob("[0-9]*"):
        if any(link in inodes for link in _links_of(process)):
            return f"pid {process.name} ({_name_of(process)})"
    return None


def is_free(host: str, port: int) -> bool:
    """Whether we could listen there now. Raises OSError for an address that is not of this machine."""
    family, kind, protocol, _, address = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True


def _listening_inodes(port: int) -> Iterator[str]:
    wanted = struct.pack(">H", port).hex().upper()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == _LISTENING and fields[1].endswith(f":{wanted}"):
                yield f"socket:[{fields[9]}]"


def _links_of(process: Path) -> Iterator[str]:
    try:
        for descriptor in (process / "fd").iterdir():
            try:
                yield os.readlink(descriptor)
            except OSError:
                continue
    except OSError:
        return


def _name_of(process: Path) -> str:
    try:
        return (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return "?"
