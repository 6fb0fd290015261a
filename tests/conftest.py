"""Which tests one process runs: all of a lab. `-n 2 --dist loadscope` runs two labs side by side."""

from __future__ import annotations

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# Folders and files of tests/e2e that have labs of their own; the others share one.
_OWN = ("egress", "ingress", "test_ecmp.py", "test_examples.py", "test_existing.py")


class Labs(LoadScopeScheduling):
    """The lab is the scope, not the file. The lab with the most tests begins."""

    def _split_scope(self, nodeid: str) -> str:
        name = nodeid.partition("::")[0].removeprefix("tests/e2e/").partition("/")[0]
        return name if name in _OWN else "shared"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Labs | None:
    """None leaves it to the command line."""
    return Labs(config, log) if config.getvalue("dist") == "loadscope" else None
