"""The project's directory (a checkout or an installed package), and the directory of its state."""

from __future__ import annotations

import os
from pathlib import Path

# In an installed package, the names of all modules begin with the package's name.
PACKAGE = __name__.removesuffix("config.home")
_ROOT = Path(__file__).resolve().parent.parent
# The directory on Python's path from which modules are imported by these names.
IMPORTED_FROM = _ROOT.parent if PACKAGE else _ROOT


def project() -> Path:
    """The default directory of Pulumi.yaml: the checkout, or the current directory for an installed command."""
    return Path.cwd() if PACKAGE else _ROOT


def home() -> Path:
    """The directory of state, labs and caches: EDGE_HOME, or `.edge` in the project."""
    return Path(os.environ.get("EDGE_HOME") or project() / ".edge")
