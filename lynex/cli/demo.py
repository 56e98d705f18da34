"""`lynex demo`."""


def demo() -> None:
    """demo."""
