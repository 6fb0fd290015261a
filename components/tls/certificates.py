"""Checks of certificates, so that errors are found before a client finds them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from components.inputs.arguments import described
from config.errors import Problem
from effective import certificates

_PEM = "a certificate in PEM, the host's own first"


def unfit(place: str, certificate: Any, key: Any, hosts: Iterable[str], now: datetime | None = None) -> list[Problem]:
    """All problems of a certificate and its key for these hosts. The messages do not contain the key."""
    return list(_unfit(place, certificate, key, tuple(hosts), now or datetime.now(UTC)))


def _unfit(place: str, certificate: Any, key: Any, hosts: tuple[str, ...], now: datetime) -> Iterator[Problem]:
    try:
        leaf = certificates.leaf(str(certificate))
    except ValueError:
        yield Problem(place, _PEM, "something else" if isinstance(certificate, str) else described(certificate))
        return
    try:
        if not certificates.paired(leaf, str(key)):
            yield Problem(place, "the certificate of this key", "another key's")
    except ValueError:
        got = "something else, or one with a passphrase" if isinstance(key, str) else described(key)
        yield Problem(place, "a private key in PEM without a passphrase", got)
    first, last = leaf.not_valid_before_utc, leaf.not_valid_after_utc
    if not first <= now <= last:
        valid = f"from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC"
        yield Problem(place, f"a certificate that is valid at {now:%Y-%m-%d %H:%M} UTC", f"one {valid}")
    for host in certificates.uncovered(leaf, hosts):
        named = ", ".join(certificates.names(leaf)) or "no host"
        yield Problem(place, f"a certificate for {host}", f"one for {named}")
