"""Whose something on a host is: a mark that is put there, and asked before anything is undone.

A resource that is renamed is made anew first, on the same host, and the old one is deleted after that. The old
one's delete must find that the thing is no longer its own.
"""

from __future__ import annotations

import pulumi


def owner(name: str) -> str:
    """The mark of the resource of that name: `STACK/NAME`."""
    return f"{pulumi.get_stack()}/{name}"
