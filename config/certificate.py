"""Certificates that Ingresses and Gateways serve: the Secret of one, and what it is made from."""

from __future__ import annotations

from pydantic import model_validator

from config.base import Model
from config.net import ObjectName
from config.text import SecretName


class Certificate(Model):
    """A Secret with a certificate and its key.

    With `certificateConfig` and `keyConfig` the Secret is made, from the secrets of the stack's configuration that
    they name (PEM; the host's own certificate first, then those above it). Without them somebody else makes it.
    """

    secret_name: ObjectName | None = None
    """The Secret with certificate and key."""
    certificate_config: SecretName | None = None
    """The secret of the configuration that holds the certificate (PEM, the host's own first)."""
    key_config: SecretName | None = None
    """The secret of the configuration that holds the key (PEM)."""

    @model_validator(mode="after")
    def _whole(self) -> Certificate:
        given = (self.certificate_config, self.key_config)
        if any(given) and not all((*given, self.secret_name)):
            raise ValueError("secretName, certificateConfig and keyConfig together, or secretName alone")
        return self
