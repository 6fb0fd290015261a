"""Certificates of Ingresses: made here with the library that reads them, and what is wrong with each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pulumi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from components import CiliumIngress
from components.inputs.arguments import ArgumentError
from components.tls.certificates import unfit
from tests.components.program import registered

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def pem(key: ec.EllipticCurvePrivateKey, how: KeySerializationEncryption | None = None) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how or NoEncryption()).decode()


def made(
    *hosts: str, key: ec.EllipticCurvePrivateKey, begin: datetime = NOW - timedelta(days=1), days: int = 90
) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shop.example")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(begin).not_valid_after(begin + timedelta(days=days))
    if hosts:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(h) for h in hosts]), critical=False)
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()


KEY, OTHER = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
GOOD = made("shop.example", "*.shop.example", key=KEY)
CASES: dict[str, tuple[Any, Any, str, str]] = {
    "another key": (GOOD, pem(OTHER), "shop.example", "the certificate of this key"),
    "expired": (
        made("shop.example", key=KEY, begin=NOW - timedelta(days=91)),
        pem(KEY),
        "shop.example",
        "valid at 2026-06",
    ),
    "not yet": (
        made("shop.example", key=KEY, begin=NOW + timedelta(days=1)),
        pem(KEY),
        "shop.example",
        "valid at 2026-06",
    ),
    "another host": (GOOD, pem(KEY), "bank.example", "a certificate for bank.example, got one for shop.example"),
    "two labels below": (GOOD, pem(KEY), "a.b.shop.example", "a certificate for a.b.shop.example"),
    "no names": (made(key=KEY), pem(KEY), "shop.example", "got one for no host"),
    "no certificate": ("-----BEGIN", pem(KEY), "shop.example", "a certificate in PEM"),
    "nothing": (None, pem(KEY), "shop.example", "got nothing"),
    "no key": (GOOD, "-----BEGIN", "shop.example", "a private key in PEM"),
    "a key with a passphrase": (
        GOOD,
        pem(KEY, BestAvailableEncryption(b"word")),
        "shop.example",
        "without a passphrase",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_is_told_and_nothing_of_the_key(case: str) -> None:
    certificate, key, host, words = CASES[case]
    [problem] = unfit("certificates.shop", certificate, key, [host], NOW)
    assert words in str(problem) and str(problem).startswith("certificates.shop: expected")
    assert not any(line in str(problem) for line in str(key).splitlines()[1:])


@pytest.mark.parametrize("host", ["shop.example", "SHOP.example", "www.shop.example", "*.shop.example"])
def test_a_certificate_covers_its_names_and_one_label_of_a_wildcard(host: str) -> None:
    assert unfit("c", GOOD, pem(KEY), [host], NOW) == []


def test_the_first_of_a_chain_is_the_hosts_own() -> None:
    chain = GOOD + made("authority.example", key=OTHER)
    assert unfit("c", chain, pem(KEY), ["shop.example"], NOW) == []


TLS = {"hosts": ["shop.example"], "secretName": "shop-tls", "certificateConfig": "crt", "keyConfig": "key"}


def found(certificate: str, *, preview: bool = False, **more: Any) -> dict[str, dict[str, Any]]:
    def program() -> None:
        rules = [{"host": "shop.example", "paths": [{"service": "shop", "port": 80}]}]
        one = {"name": "shop", "namespace": "shop", "tls": [TLS], "rules": rules}
        ingresses: Any = [{**one, **more}, {**one, "name": "same"}]
        CiliumIngress(
            "web",
            {
                "ingresses": ingresses,
                "certificates": {"crt": pulumi.Output.secret(certificate), "key": pem(KEY)},
            },
        )

    return {name: inputs for _, name, inputs in registered(program, "theirs", "prod", preview=preview)}


def test_a_secret_is_made_once_for_two_ingresses() -> None:
    now = made("shop.example", key=KEY, begin=datetime.now(UTC) - timedelta(days=1))
    everything = found(now, loadBalancerMode="dedicated", defaultBackend={"service": "none", "port": 8080})
    assert set(everything) == {"web", "web-secret-shop-shop-tls", "web-ingress-shop-shop", "web-ingress-shop-same"}
    secret = everything["web-secret-shop-shop-tls"]
    assert secret["type"] == "kubernetes.io/tls" and secret["metadata"] == {"name": "shop-tls", "namespace": "shop"}
    ingress = everything["web-ingress-shop-shop"]
    assert ingress["metadata"]["annotations"] == {"ingress.cilium.io/loadbalancer-mode": "dedicated"}
    assert ingress["spec"]["tls"] == [{"hosts": ["shop.example"], "secretName": "shop-tls"}]
    assert ingress["spec"]["defaultBackend"] == {"service": {"name": "none", "port": {"number": 8080}}}


def test_what_may_name_a_secret_cannot_come_late() -> None:
    def program() -> None:
        rules = [{"paths": [{"service": "s", "port": 80}]}]
        CiliumIngress("web", {"ingresses": [{"name": "a", "tls": [pulumi.Output.from_input(TLS)], "rules": rules}]})

    with pytest.raises(ArgumentError, match=r"ingresses\[0\]\.tls\[0\]: expected an object that is known"):
        registered(program, "theirs", "prod", preview=True)


def test_a_certificate_that_clients_would_not_take_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"certificates\.crt: expected a certificate that is valid at"):
        found(made("shop.example", key=KEY, begin=datetime(2020, 1, 1, tzinfo=UTC)))
