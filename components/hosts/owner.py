"""Ownership of settings on a host: a mark in the setting, which is checked before the setting is removed.

A rename creates the new resource first, on the same host, and then deletes the old resource. That delete must find
that the old resource no longer owns the setting.
"""

from __future__ import annotations

import re

import pulumi

from components.inputs.arguments import ArgumentError
from config.errors import Problem
from config.load import PROJECT

# Texts that are safe between quotes in a script.
_FIT = re.compile(r"[A-Za-z0-9._@:/+=-]+")


def owner(name: str) -> str:
    """The mark of the resource of that name: `STACK/NAME`, in another project `PROJECT/STACK/NAME`.

    Raises ArgumentError for a name that is not safe in a script.
    """
    if not _FIT.fullmatch(name):
        wanted = "letters, digits and any of . _ @ : / + = -"
        raise ArgumentError(name, [Problem("name", wanted, repr(name))])
    project = pulumi.get_project()
    return f"{pulumi.get_stack()}/{name}" if project == PROJECT else f"{project}/{pulumi.get_stack()}/{name}"
