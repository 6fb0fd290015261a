"""Cilium's chart for stacks that are deployed where nobody reaches its repository."""

from __future__ import annotations

from lab.places import EDGE
from lab.toolchain.build import module_dir
from lab.toolchain.recipes import DEFAULT_CILIUM


def link() -> None:
    """Put the chart of the default version where the program looks for one (components/stack/access.py)."""
    place = EDGE / "charts" / f"cilium-{DEFAULT_CILIUM.version}"
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.exists():
        place.unlink(missing_ok=True)
        place.symlink_to(module_dir(DEFAULT_CILIUM) / "install/kubernetes/cilium")
