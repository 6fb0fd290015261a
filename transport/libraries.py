"""Loads libraries that take long to import, when they are needed for the first time."""

from __future__ import annotations

import importlib
import threading

_LOCK = threading.Lock()


def load(*names: str) -> None:
    """Import modules, one thread at a time. An `import` of them afterwards finds them whole.

    Python locks each module by itself. Two threads that enter a package with circular imports at different modules
    (`kubernetes` and `docker` both need `requests`) therefore meet modules that are half loaded.
    """
    with _LOCK:
        for name in names:
            importlib.import_module(name)
