"""SSH keys that are made with the stack. Outside the containers, only the stack's state has the keys, as secrets."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pulumi
from pulumi_command import local

from components.hosts.shell import script

# Prints a private key. No argument and no remaining file contains the key.
_SCRIPT = script(Path(__file__).with_name("key.sh"))


def ssh_key(name: str, parent: pulumi.Resource) -> pulumi.Output[str]:
    """A private key in OpenSSH's form."""
    options = pulumi.ResourceOptions(
        parent=parent,
        additional_secret_outputs=["stdout"],
        # A changed text runs `create` again: another key, and every container that has the key would be replaced.
        ignore_changes=["create"],
    )
    made = local.Command(name, create=_SCRIPT, logging=local.Logging.NONE, opts=options)
    # The provider strips the last newline, which the format requires.
    return pulumi.Output.secret(made.stdout.apply(lambda text: text if text is None else f"{text.rstrip()}\n"))


def public(private: pulumi.Output[str]) -> pulumi.Output[str]:
    """The public key line of a private key."""
    return pulumi.Output.unsecret(private.apply(_line))


def _line(private: str) -> str:
    # The import loads OpenSSL, which a preview does not need.
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_ssh_private_key

    key = load_ssh_private_key(private.encode(), None).public_key()
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


def bootstrap_token(private: str) -> str:
    """A bootstrap token for kubeadm, derived from the key."""
    text = hashlib.sha256(b"bootstrap token of " + private.encode()).hexdigest()
    return f"{text[:6]}.{text[6:22]}"
