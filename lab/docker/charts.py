"""Cilium's chart for machines that do not reach the chart's repository."""

from __future__ import annotations

from lab.places import EDGE
from lab.toolchain.build import module_dir
from lab.toolchain.recipes import DEFAULT_CILIUM


def link() -> None:
    """Link the chart of the default version to the place of local charts (components/stack/access.py)."""
    place = EDGE / "charts" / f"cilium-{DEFAULT_CILIUM.version}"
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.exists():
        place.unlink(missing_ok=True)
        place.symlink_to(module_dir(DEFAULT_CILIUM) / "install/kubernetes/cilium")
