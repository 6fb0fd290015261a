"""Settings of a host that are applied now, at every boot, and within 10 s after their removal.

This requires systemd on the host. Network managers do remove settings: systemd-networkd removes foreign addresses and
routes of a link when it reconfigures the link.
"""

from __future__ import annotations

from pathlib import Path

from components.hosts.shell import script, word

_HERE = Path(__file__).parent
_HOME = "/etc/cilium-edge"
_UNITS = "/etc/systemd/system"
_AGAIN = "10s"


def loose_link(name: str) -> str:
    """A line that creates a link without a wire, unless the link exists."""
    # Not every kernel has the type dummy. A bridge without ports has no wire either.
    return (
        f"ip link show dev {name} >/dev/null 2>&1 || ip link add {name} type dummy 2>/dev/null"
        f" || ip link add {name} type bridge"
    )


def install(name: str, owner: str, description: str, lines: list[str], undo: str) -> str:
    """A part of a shell script that runs the lines and stores them for the next boot.

    The lines must be idempotent. If their first run fails, they are not stored, and `undo` reverts partial changes.
    Former lines with the same name are undone after the new lines have run. `owner` is the resource of the script:
    only the `remove` of the same owner removes the script.
    """
    written = ("#!/bin/sh", f"# owner: {owner}", f"# undo: {undo}", "set -eu", *lines)
    return script(
        _HERE / "boot_install.sh",
        **_places(name),
        lines=" ".join(map(word, written)),
        undo=undo,
        undone=word(undo),
        description=description,
        again=_AGAIN,
    )


def remove(name: str, owner: str, undo: str) -> str:
    """A shell script that removes the stored lines. If there were any, it also runs `undo`.

    The script does nothing if another resource owns the lines now.
    """
    return script(_HERE / "boot_remove.sh", **_places(name), owner=word(owner), undo=undo)


def _places(name: str) -> dict[str, str]:
    unit = f"cilium-edge-{name}"
    return {"home": _HOME, "path": f"{_HOME}/{name}", "name": unit, "unit": f"{_UNITS}/{unit}"}
