"""`lynex rebuild`."""


def rebuild() -> None:
    """rebuild."""
