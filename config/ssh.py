"""SSH access to hosts, with pinned host keys and an optional bastion."""

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
    """The TCP port of sshd."""
    user: UserName = "root"
    """The user to log in as."""
    host_key: HostKey
    """The public key line that the bastion must present."""


class SshEndpoint(Model):
    """The SSH endpoint of one host. `hostKey` is the public key line that the host must present."""

    host: HostName | None = None
    """The name or the address of the host; unset: the host's name in the stack."""
    port: Port = 22
    """The TCP port of sshd."""
    host_key: HostKey | None = None
    """The public key line that the host must present; only an existing cluster needs the key."""


class SshAccess(Model):
    """SSH settings for all hosts of the stack.

    The private key is never in the stack object. `privateKeyConfig` names a secret of the stack's configuration
    (`pulumi config set --secret sshPrivateKey`).
    """

    user: UserName = "root"
    """The user to log in as."""
    private_key_config: SecretName = "sshPrivateKey"
    """The name of the configuration secret with the private key."""
    bastion: Bastion | None = None
    """The jump host of all connections; unset: direct connections."""
    dial_error_limit: Annotated[int, Field(ge=1, le=1000)] = 10
    """The maximum number of connection attempts."""
