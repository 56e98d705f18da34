"""`lynex doctor`."""


def doctor() -> None:
    """doctor."""
