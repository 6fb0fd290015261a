"""The Secrets of a component's certificates, without duplicates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi

from components.inputs.arguments import ArgumentError, described, entry, known
from components.kubernetes.places import Manifest
from components.tls.certificates import unfit
from config.errors import Problem


@dataclass(frozen=True)
class Wanted:
    """A certificate in the arguments of a component.

    `place` is the path of the argument `tls`. `hosts` are the hosts that the certificate must cover.
    """

    place: str
    namespace: str
    tls: Any
    hosts: pulumi.Input[tuple[str, ...]]


def tls_secrets(name: str, wanted: Iterable[Wanted], certificates: Any) -> Iterator[Manifest]:
    """The Secrets of the certificates that the component makes. `certificates`: name in the arguments -> PEM.

    Raises ArgumentError for an Output in place of an argument, and for an invalid certificate.
    """
    there: set[tuple[str, str]] = set()
    for item in wanted:
        if isinstance(item.tls, pulumi.Output):
            meant = "an object that is known when the program runs: it may name a Secret"
            raise ArgumentError(name, [Problem(item.place, meant, described(item.tls))])
        if item.tls is None or entry(item.tls, "certificate_config") is None:
            continue
        secret, certificate, key = (
            known(name, item.tls, field, item.place) for field in ("secret_name", "certificate_config", "key_config")
        )
        # Also for a Secret that was already made: the hosts differ.
        pair = pulumi.Output.all(certificates or {}, item.hosts).apply(
            lambda both, one=certificate, key=key: _fit(name, one, key, both[0], both[1])
        )
        if (item.namespace, secret) not in there:
            there.add((item.namespace, secret))
            pair = pulumi.Output.secret(pair)
            yield _secret(item.namespace, secret, pair[0], pair[1])


def _fit(name: str, certificate: str, key: str, given: Mapping[str, Any], hosts: Iterable[str]) -> tuple[str, str]:
    wrong = unfit(f"certificates.{certificate}", given.get(certificate), given.get(key), hosts)
    if wrong:
        raise ArgumentError(name, wrong)
    return given[certificate], given[key]


def _secret(namespace: str, name: str, certificate: Any, key: Any) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": namespace},
        "type": "kubernetes.io/tls",
        "stringData": {"tls.crt": certificate, "tls.key": key},
    }
