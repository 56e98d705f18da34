"""What the exit code of `lynex` means, for scripts."""

from enum import IntEnum


class ExitCode(IntEnum):
    OK = 0
    FAILED = 1  # something unforeseen
    USAGE = 2  # wrong options or wrong settings
    NOT_RUNNING = 3  # no server answers where we looked
    REFUSED = 4  # the server said no: 4xx
    UNAVAILABLE = 5  # the server cannot now: 5xx; the same command may succeed later
    START_REFUSED = 6  # `serve` cannot open its data directory or its port
    UNHEALTHY = 7  # `doctor` found something that must be mended
    INTERRUPTED = 130  # Ctrl-C
