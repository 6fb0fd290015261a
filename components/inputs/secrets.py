"""Secrets and files that a preview does not need."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pulumi

from config.errors import ConfigError, Problem
from config.load import PROJECT


def given(key: str) -> bool:
    """Whether the stack's configuration has the key."""
    # Pulumi.yaml declares common keys with an empty default. Otherwise the CLI requires them in every stack.
    return bool(pulumi.Config(PROJECT).get(key))


def secret(key: str) -> pulumi.Output[str]:
    """A secret of the stack's configuration. Unknown in a preview without access to the secret."""
    if given(key):
        return pulumi.Config(PROJECT).require_secret(key)
    if pulumi.runtime.is_dry_run():
        return unknown()
    problem = Problem(f"{PROJECT}:{key}", f"a secret (edge config set-secret {key} -s {pulumi.get_stack()})", "nothing")
    raise ConfigError(pulumi.get_stack(), [problem])


def secret_file(path: Path, how: str) -> pulumi.Output[str]:
    """The text of a file, as a secret. Unknown in a preview if the file does not exist yet."""
    if path.exists():
        return pulumi.Output.secret(path.read_text())
    return absent(path, how)


def public_file(path: Path, how: str) -> pulumi.Output[str]:
    """The text of a file, not as a secret. Unknown in a preview if the file does not exist yet."""
    if path.exists():
        return pulumi.Output.from_input(path.read_text().strip())
    return absent(path, how)


def absent(path: Path, how: str) -> pulumi.Output[str]:
    """Unknown in a preview. In an apply, an error that explains how to get the file."""
    if pulumi.runtime.is_dry_run():
        return unknown()
    raise ConfigError(pulumi.get_stack(), [Problem(str(path), f"a file ({how})", "none")])


def unknown() -> pulumi.Output[str]:
    """An Output that is unknown before an apply."""

    def future(value: object) -> asyncio.Future[object]:
        result: asyncio.Future[object] = asyncio.get_event_loop().create_future()
        result.set_result(value)
        return result

    return pulumi.Output(future(set()), future(None), future(False), future(True))
