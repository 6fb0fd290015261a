"""Settings of a host that are made now, at every boot, and again within 10 s where something took them away.

Only where the host has systemd. Network managers do take them away: systemd-networkd removes what others have
put on a link when it sets the link up anew.
"""

from __future__ import annotations

from pathlib import Path

from components.hosts.shell import script, word

_HERE = Path(__file__).parent
_HOME = "/etc/cilium-edge"
_UNITS = "/etc/systemd/system"
_AGAIN = "10s"


def loose_link(name: str) -> str:
    """A line that makes a link without a wire where it is not there."""
    # Not every kernel has the dummy type; a bridge without ports has no wire either.
    return (
        f"ip link show dev {name} >/dev/null 2>&1 || ip link add {name} type dummy 2>/dev/null"
        f" || ip link add {name} type bridge"
    )


def install(name: str, owner: str, description: str, lines: list[str], undo: str) -> str:
    """A part of a shell script that runs the lines and keeps them for the next boot.

    They must change nothing where all is as it should be. Where they fail the first time they are not kept, and
    `undo` takes back what some of them did. What stood there before under this name is undone once the lines are in
    force. `owner` is the resource that the script is of: only its own `remove` takes it away.
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
    """A shell script that forgets them. `undo` is run in between, where they had been kept.

    Where another resource has taken the place over meanwhile, nothing is done.
    """
    return script(_HERE / "boot_remove.sh", **_places(name), owner=word(owner), undo=undo)


def _places(name: str) -> dict[str, str]:
    unit = f"cilium-edge-{name}"
    return {"home": _HOME, "path": f"{_HOME}/{name}", "name": unit, "unit": f"{_UNITS}/{unit}"}
