"""The content of a certificate: its public key, and the hosts for which clients accept it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # Imported only where a certificate is read, because most stacks have none.
    from cryptography import x509


def leaf(text: str) -> x509.Certificate:
    """The first certificate of a PEM text, which is the host's own. Raises ValueError if the text has none."""
    from cryptography import x509

    return x509.load_pem_x509_certificates(text.encode())[0]


def paired(certificate: x509.Certificate, key: str) -> bool:
    """Whether a private key (PEM) belongs to the certificate. Raises ValueError if the key is unreadable."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        return load_pem_private_key(key.encode(), None).public_key() == certificate.public_key()
    except TypeError:
        raise ValueError("a private key with a passphrase") from None


def names(certificate: x509.Certificate) -> list[str]:
    """The DNS names (subject alternative names) in lower case. Clients ignore all other names."""
    from cryptography import x509

    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [name.lower() for name in found.get_values_for_type(x509.DNSName)]


def uncovered(certificate: x509.Certificate, hosts: Iterable[str]) -> list[str]:
    """The hosts that the certificate does not cover."""
    known = names(certificate)
    return [host for host in hosts if not any(_covers(name, host.lower()) for name in known)]


def _covers(name: str, host: str) -> bool:
    """A wildcard matches exactly one label."""
    return name == host or (name.startswith("*.") and name[2:] == host.partition(".")[2])
