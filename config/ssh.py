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
    port: Port = 22
    user: UserName = "root"
    host_key: HostKey


class SshEndpoint(Model):
    """Where one host's sshd listens. `hostKey` is the public key line that it must present."""

    host: HostName | None = None
    port: Port = 22
    host_key: HostKey | None = None


class SshAccess(Model):
    """What is the same for all hosts of the stack.

    The private key is never in the stack object: `privateKeyConfig` names a secret of the stack's
    configuration (`pulumi config set --secret sshPrivateKey`).
    """

    user: UserName = "root"
    private_key_config: SecretName = "sshPrivateKey"
    bastion: Bastion | None = None
    dial_error_limit: Annotated[int, Field(ge=1, le=1000)] = 10
