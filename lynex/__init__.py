"""Lynex: self-hosted observability for LLM applications, in one process.

`import lynex; lynex.init(…)` works where the appliance is installed: the verbs are those of the Python SDK.
"""

import importlib
import importlib.util
from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """The SDK's verbs, loaded when the first of them is asked for: the appliance itself never needs them."""
    if not name.startswith("_"):
        bundled = importlib.util.find_spec("lynex.sdk") is not None  # in a wheel; beside us in a checkout
        sdk = importlib.import_module("lynex.sdk" if bundled else "lynex_sdk")
        if name in sdk.__all__:
            return getattr(sdk, name)
    raise AttributeError(f"module 'lynex' has no attribute {name!r}")
