"""The lab's own certificates: one for each that an Ingress names, by its authority, where the configuration has it."""

from __future__ import annotations

import copy
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from config.load import parse
from config.stack import StackConfig
from effective.certificates import leaf, names
from lab.certificates import issue
from lab.pki import Pki

FILE = Path(__file__).resolve().parents[2] / "Pulumi.ingress.yaml"
DOCUMENT = yaml.safe_load(FILE.read_text())["config"]["cilium-edge:stack"]
OTHER = {
    "hosts": ["shop.example"],
    "secretName": "shop-tls",
    "certificateConfig": "shopCertificate",
    "keyConfig": "shopKey",
}


def stack(change: Callable[[Any], object] = lambda d: None) -> StackConfig:
    document = copy.deepcopy(DOCUMENT)
    change(document)
    return parse(document, "ingress")


def tls(document: Any, ingress: int = 1) -> Any:
    return document["ingresses"][ingress].setdefault("tls", [])


class Lab:
    """The directories of one."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.files = directory / "lab" / "certificates"
        self.authority = Pki(directory / "lab" / "pki")

    def issue(self, change: Callable[[Any], object] = lambda d: None) -> x509.Certificate:
        issue(self.files, self.authority, stack(change))
        return leaf((self.files / "webpodCertificate").read_text())

    def there(self) -> list[str]:
        return sorted(path.name for path in self.files.iterdir())


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)


def test_a_certificate_and_its_key_have_the_names_of_the_configuration(lab: Lab) -> None:
    certificate = lab.issue()
    assert lab.there() == ["webpodCertificate", "webpodKey"] and names(certificate) == ["webpod.example"]
    certificate.verify_directly_issued_by(leaf(lab.authority.ca_certificate.read_text()))
    key = load_pem_private_key((lab.files / "webpodKey").read_bytes(), None)
    assert key.public_key() == certificate.public_key()
    [subject] = certificate.subject
    assert subject.value == "ingress"


def test_nobody_else_reads_them(lab: Lab) -> None:
    lab.issue()
    assert stat.S_IMODE(lab.files.stat().st_mode) == 0o700
    assert stat.S_IMODE((lab.files / "webpodKey").stat().st_mode) == 0o600


def test_a_second_up_has_the_same_one(lab: Lab) -> None:
    assert lab.issue() == lab.issue()
    # It is the lab's: one made anew has another authority.
    assert Lab(lab.directory / "new").issue() != lab.issue()


def test_other_hosts_are_another_certificate(lab: Lab) -> None:
    before = lab.issue()
    after = lab.issue(lambda d: tls(d)[0].update(hosts=["webpod.example", "*.webpod.example"]))
    assert names(after) == ["webpod.example", "*.webpod.example"] and after.serial_number != before.serial_number
    key = load_pem_private_key((lab.files / "webpodKey").read_bytes(), None)
    assert key.public_key() == after.public_key() and lab.there() == ["webpodCertificate", "webpodKey"]
    assert lab.issue() == before


def test_what_two_ingresses_name_is_for_the_hosts_of_both(lab: Lab) -> None:
    def both(document: Any) -> None:
        tls(document, 0).append({**tls(document)[0], "hosts": ["shop.example", "webpod.example"]})

    assert names(lab.issue(both)) == ["shop.example", "webpod.example"]


def test_two_certificates_are_two_even_of_the_same_hosts(lab: Lab) -> None:
    webpod = lab.issue(lambda d: tls(d).append({**OTHER, "hosts": ["webpod.example"]}))
    assert lab.there() == ["shopCertificate", "shopKey", "webpodCertificate", "webpodKey"]
    shop = leaf((lab.files / "shopCertificate").read_text())
    assert names(shop) == names(webpod) and shop.public_key() != webpod.public_key()


def test_a_certificate_without_hosts_is_one_all_the_same(lab: Lab) -> None:
    certificate = lab.issue(lambda d: tls(d)[0].pop("hosts"))
    assert names(certificate) == [] and [part.value for part in certificate.subject] == ["ingress"]


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["ingresses"][1].pop("tls"),
        lambda d: d["ingresses"].clear(),
        # Somebody else makes this Secret.
        lambda d: d["ingresses"][1].update(tls=[{"hosts": ["webpod.example"], "secretName": "webpod-tls"}]),
    ],
)
def test_what_the_configuration_does_not_name_is_not_issued(lab: Lab, change: Callable[[Any], object]) -> None:
    issue(lab.files, lab.authority, stack(change))
    assert lab.there() == [] and not list((lab.directory / "lab" / "pki").glob("ingress-*"))


def test_a_lab_can_be_moved_and_what_an_interrupted_up_left_is_no_matter(lab: Lab) -> None:
    lab.files.mkdir(parents=True)
    (lab.files / "webpodCertificate.new").symlink_to("nowhere")
    (lab.files / "webpodCertificate").write_text("another lab's")
    certificate = lab.issue()
    moved = lab.directory / "lab2"
    (lab.directory / "lab").rename(moved)
    assert leaf((moved / "certificates" / "webpodCertificate").read_text()) == certificate
