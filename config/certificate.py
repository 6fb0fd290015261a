"""Certificates that Ingresses and Gateways serve: the Secret, and the source of its content."""

from __future__ import annotations

from pydantic import model_validator

from config.base import Model
from config.net import ObjectName
from config.text import SecretName


class Certificate(Model):
    """A Secret with a certificate and its key.

    `certificateConfig` and `keyConfig` name secrets of the stack's configuration (PEM; the host's own certificate
    first, then the intermediates). The program makes the Secret from these two. If both are unset, the Secret has to
    exist already.
    """

    secret_name: ObjectName | None = None
    """The Secret with the certificate and the key."""
    certificate_config: SecretName | None = None
    """The name of the configuration secret with the certificate (PEM, the host's own certificate first)."""
    key_config: SecretName | None = None
    """The name of the configuration secret with the key (PEM)."""

    @model_validator(mode="after")
    def _whole(self) -> Certificate:
        given = (self.certificate_config, self.key_config)
        if any(given) and not all((*given, self.secret_name)):
            raise ValueError("secretName, certificateConfig and keyConfig together, or secretName alone")
        return self
