"""How to reach a host over SSH: pinned host key, and a bastion where one is asked for."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from config.base import Model
from config.net import Port
from config.text import HostName, SecretName, UserName

_HOST_KEY = r"^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/=]+( .*)?$"
HostKey = Annotated[str, Field(pattern=_HOST_KEY)]
PATTERNS = {_HOST_KEY: "a public host key line such as ssh-ed25519 AAAA... (ssh-keyscan -t ed25519 HOST prints it)"}


class Bastion(Model):
    """The jump host of a connection."""

    host: HostName
    """The name or the address of the bastion."""
    port: Port = 22
    """The TCP port of its sshd."""
    user: UserName = "root"
    """The user to log in as."""
    host_key: HostKey
    """The public key line that the bastion must present."""


class SshEndpoint(Model):
    """Where one host's sshd listens. `hostKey` is the public key line that it must present."""

    host: HostName | None = None
    """The name or the address of the host; unset: the name that the stack gives it."""
    port: Port = 22
    """The TCP port of its sshd."""
    host_key: HostKey | None = None
    """The public key line that the host must present; a lab knows its own."""


class SshAccess(Model):
    """What is the same for all hosts of the stack.

    The private key is never in the stack object: `privateKeyConfig` names a secret of the stack's
    configuration (`pulumi config set --secret sshPrivateKey`).
    """

    user: UserName = "root"
    """The user to log in as."""
    private_key_config: SecretName = "sshPrivateKey"
    """The secret of the configuration that holds the private key."""
    bastion: Bastion | None = None
    """The host that connections jump through."""
    dial_error_limit: Annotated[int, Field(ge=1, le=1000)] = 10
    """How often a connection is tried."""
