"""How memory is had and given back in processes that handle events by the thousand."""

import ctypes
import gc
from typing import Final

_MMAP_THRESHOLD: Final = -3  # M_MMAP_THRESHOLD of glibc's mallopt
_LARGE: Final = 1 << 20


def calm_allocation() -> None:
    """Call it once everything is loaded.

    Events are trees, freed by reference counts; looking for cycles in a backlog of them cost a third of intake. And
    buffers of megabytes go back to the system when they are freed: left to itself, glibc soon keeps them among the
    small ones, which cost 140 MB under load.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _LARGE)


def release_what_was_kept() -> None:
    """Call it at the end: what is frozen is never taken apart, and DuckDB names each piece of it on the terminal."""
    gc.unfreeze()
