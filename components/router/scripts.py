"""The shell scripts that run on a router, put together from their parts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from components.hosts.observe import OBSERVE
from components.hosts.shell import script

_HERE = Path(__file__).parent


def _part(name: str) -> str:
    return script(_HERE / f"{name}.sh")


def daemons(names: Iterable[str], owner: str) -> str:
    """Switches daemons of FRR on."""
    wanted = tuple(names)
    settings = f"DAEMONS='{' '.join(wanted)}' OWNER='{owner}'"
    # What is read again for drift runs by itself, without the settings.
    observed = f"grep -E '^({'|'.join(wanted)})=' /etc/frr/daemons\n"
    return f"set -eu\n{settings}\n{_part('lib')}\n{_part('daemons')}\n{OBSERVE}\n{observed}"


def daemons_delete(owner: str) -> str:
    """Switches off what was switched on for this owner."""
    return f"set -eu\nOWNER='{owner}'\n{_part('lib')}\n{_part('daemons_delete')}"


def apply(adopt: bool | str, wait: int, owner: str) -> str:
    """Applies the frr.conf on standard input; `adopt` is as a router has it, `wait` is in seconds."""
    word = adopt if isinstance(adopt, str) else "yes" if adopt else "no"
    settings = f"ADOPT={word} WAIT={wait} OWNER='{owner}'"
    return f"set -eu\n{settings}\n{_part('lib')}\n{_part('apply')}\n{OBSERVE}\n{_part('observe')}"


def delete(owner: str) -> str:
    """Restores the configuration from before the first apply, where it is still this owner's."""
    return f"set -eu\nOWNER='{owner}'\n{_part('lib')}\n{_part('delete')}"
