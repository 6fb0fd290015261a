"""The shell scripts for routers, composed of parts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from components.hosts.observe import OBSERVE
from components.hosts.shell import script

_HERE = Path(__file__).parent


def _part(name: str) -> str:
    return script(_HERE / f"{name}.sh")


def daemons(names: Iterable[str], owner: str) -> str:
    """Enables FRR daemons."""
    wanted = tuple(names)
    settings = f"DAEMONS='{' '.join(wanted)}' OWNER='{owner}'"
    # The observing part also runs alone, for drift detection, without the variables of the script.
    observed = f"grep -E '^({'|'.join(wanted)})=' /etc/frr/daemons\n"
    return f"set -eu\n{settings}\n{_part('lib')}\n{_part('daemons')}\n{OBSERVE}\n{observed}"


def daemons_delete(owner: str) -> str:
    """Disables the daemons that were enabled for this owner."""
    return f"set -eu\nOWNER='{owner}'\n{_part('lib')}\n{_part('daemons_delete')}"


def apply(adopt: bool | str, wait: int, owner: str) -> str:
    """Applies the frr.conf on standard input. `adopt` is the router's field. `wait` is in seconds."""
    word = adopt if isinstance(adopt, str) else "yes" if adopt else "no"
    settings = f"ADOPT={word} WAIT={wait} OWNER='{owner}'"
    return f"set -eu\n{settings}\n{_part('lib')}\n{_part('apply')}\n{OBSERVE}\n{_part('observe')}"


def delete(owner: str) -> str:
    """Restores the configuration from before the first apply, if this owner still owns the file."""
    return f"set -eu\nOWNER='{owner}'\n{_part('lib')}\n{_part('delete')}"
