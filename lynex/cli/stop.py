"""How a command ends early: with a sentence, what to do about it, and a named exit code."""

from lynex.cli.exit_codes import ExitCode


class Stop(Exception):
    """Raised anywhere in a command; `main` prints it to stderr and exits with its code."""

    def __init__(
        self,
        code: ExitCode,
        message: str,
        hint: str = "",
        notes: tuple[str, ...] = (),
        *,
        retry_after: float | None = None,  # seconds, where the server says that the same request may succeed later
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.notes = notes
        self.retry_after = retry_after
