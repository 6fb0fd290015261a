"""Where the project is: a checkout, or a package that pip installed; and where it keeps what it makes."""

from __future__ import annotations

import os
from pathlib import Path

# As a package every module has the package's name before its own.
PACKAGE = __name__.removesuffix("config.home")
_ROOT = Path(__file__).resolve().parent.parent
# Where Python finds the modules under the names that they have.
IMPORTED_FROM = _ROOT.parent if PACKAGE else _ROOT


def project() -> Path:
    """The directory of Pulumi.yaml where none is named: the checkout, or for an installed command the current one."""
    return Path.cwd() if PACKAGE else _ROOT


def home() -> Path:
    """State, labs and caches: `.edge` of the project, or what EDGE_HOME names."""
    return Path(os.environ.get("EDGE_HOME") or project() / ".edge")
