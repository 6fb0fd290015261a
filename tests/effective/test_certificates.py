"""What a certificate says of its hosts, as clients read it."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from effective.certificates import leaf, names, uncovered
from tests.components.test_certificates import NOW, made, pem

KEY = ec.generate_private_key(ec.SECP256R1())


def test_the_first_of_a_chain_is_the_hosts_own() -> None:
    chain = made("shop.example", key=KEY) + made("authority.example", key=KEY)
    assert names(leaf(chain)) == ["shop.example"]
    # What stands around it is no matter: people write down whose it is.
    assert names(leaf(f"subject: shop\n{chain}")) == ["shop.example"]


@pytest.mark.parametrize("text", ["", "shop.example", "-----BEGIN CERTIFICATE-----", pem(KEY)])
def test_a_text_without_a_certificate_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"(?i)pem|certificate"):
        leaf(text)


def test_names_are_in_lower_case_and_a_common_name_is_none() -> None:
    assert names(leaf(made("Shop.Example", "*.SHOP.example", key=KEY))) == ["shop.example", "*.shop.example"]
    # Its common name is shop.example; no client has looked at that for years.
    assert names(leaf(made(key=KEY))) == []


def test_an_address_is_no_host() -> None:
    template = leaf(made(key=KEY))
    builder = x509.CertificateBuilder(template.issuer, template.subject, KEY.public_key(), 7, NOW, NOW)
    alternatives = [x509.IPAddress(ip_address("192.168.10.212")), x509.DNSName("shop.example")]
    whole = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False).sign(KEY, SHA256())
    assert names(leaf(whole.public_bytes(Encoding.PEM).decode())) == ["shop.example"]


@pytest.mark.parametrize(
    ("host", "covered"),
    [
        ("shop.example", True),
        ("SHOP.example", True),
        ("www.shop.example", True),
        ("*.shop.example", True),
        ("a.b.shop.example", False),
        ("example", False),
        ("bank.example", False),
        ("wwwshop.example", False),
        # A wildcard of the Ingress is more than one name of the certificate.
        ("*.example", False),
        ("*.bank.example", False),
        ("one.bank.example", True),
        ("bank.example.org", False),
    ],
)
def test_a_wildcard_stands_for_one_label(host: str, covered: bool) -> None:
    certificate = leaf(made("Shop.example", "*.shop.example", "one.bank.example", key=KEY))
    assert uncovered(certificate, [host]) == ([] if covered else [host])


def test_a_wildcard_of_the_ingress_is_not_one_label_of_another() -> None:
    # `*.example` as a text is one label below `example`.
    assert uncovered(leaf(made("*.example", key=KEY)), ["*.example", "*.shop.example", "a.example"]) == [
        "*.shop.example"
    ]
    assert uncovered(leaf(made("*.shop.example", key=KEY)), ["*.example"]) == ["*.example"]


def test_hosts_are_told_as_they_were_written_and_in_their_order() -> None:
    certificate = leaf(made("shop.example", key=KEY))
    assert uncovered(certificate, ["B.example", "shop.example", "a.example"]) == ["B.example", "a.example"]
    assert uncovered(leaf(made(key=KEY)), ["shop.example"]) == ["shop.example"]
