"""Whose a thing on a host is: a mark in what was put there, asked before anything is undone.

A resource that is renamed is made anew first, on the same host, and the old one is deleted after that. The old
one's delete must find that the thing is no longer its own.
"""

from __future__ import annotations

import re

import pulumi

from components.inputs.arguments import ArgumentError
from config.errors import Problem
from config.load import PROJECT

# What stands between quotes in a script.
_FIT = re.compile(r"[A-Za-z0-9._@:/+=-]+")


def owner(name: str) -> str:
    """The mark of the resource of that name: `STACK/NAME`, with the project before it where that is another one.

    Raises ArgumentError for a name that no script can hold.
    """
    if not _FIT.fullmatch(name):
        wanted = "letters, digits and any of . _ @ : / + = -"
        raise ArgumentError(name, [Problem("name", wanted, repr(name))])
    project = pulumi.get_project()
    return f"{pulumi.get_stack()}/{name}" if project == PROJECT else f"{project}/{pulumi.get_stack()}/{name}"
