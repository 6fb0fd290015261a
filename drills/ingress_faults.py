"""Faults of Ingresses, and what heals them."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from drills.drill import Testbed
from drills.faults import cilium, restart_agent
from drills.ingress_targets import askers, certified, dedicated, holder
from effective.admission import into_ingress, outside
from effective.helm import reader

# Lease, renewal and retry with which another node stands in within three seconds.
TUNED = {"leaseDuration": "2s", "leaseRenewDeadline": "1500ms", "leaseRetryPeriod": "400ms"}
_KEYS = {"leaseDuration": "lease-duration", "leaseRenewDeadline": "renew-deadline", "leaseRetryPeriod": "retry-period"}
_KILL_ENVOY = "pkill -9 -x cilium-envoy"


class SavedState:
    """What a drill has to remember between its fault and its way back."""

    def __init__(self) -> None:
        self.node = ""
        self.objects: list[dict[str, Any]] = []

    def freeze_holder(self, testbed: Testbed) -> None:
        """The holder's processes stop and its link is silent."""
        self.node = holder(testbed)
        testbed.silence(self.node)
        testbed.freeze(self.node)

    def thaw_holder(self, testbed: Testbed) -> None:
        """By now another node holds the address."""
        testbed.thaw(self.node)
        testbed.unsilence(self.node)

    def take(self, testbed: Testbed, kind: str, name: str, namespace: str = "default") -> dict[str, Any]:
        """An object as it is now, to be put back."""
        found: dict[str, Any] = json.loads(testbed.kubectl("-n", namespace, "get", kind, name, "-o", "json"))
        for server in ("uid", "resourceVersion", "creationTimestamp", "managedFields", "generation"):
            found["metadata"].pop(server, None)
        found.pop("status", None)
        self.objects.append(found)
        return found

    def put_back(self, testbed: Testbed) -> None:
        """Everything that was taken."""
        while self.objects:
            testbed.apply(self.objects.pop())


saved_state = SavedState()


def every_link(testbed: Testbed, *, cut: bool) -> None:
    """What the reboot of a switch does: every link is down, and no node reaches another."""
    for node in testbed.stack.nodes:
        (testbed.cut if cut else testbed.join)(node.name)


def kill_envoy(testbed: Testbed) -> None:
    """The holder's Envoy, which its DaemonSet starts again."""
    testbed.run(holder(testbed), _KILL_ENVOY)


def kill_both(testbed: Testbed) -> None:
    """The holder's agent and its Envoy at once."""
    node = holder(testbed)
    restart_agent(testbed, node)
    testbed.run(node, _KILL_ENVOY)


def tune(testbed: Testbed) -> None:
    """Give the agents short lease times."""
    _lease_times(testbed, dict(TUNED))


def untune(testbed: Testbed) -> None:
    """Those of the stack again, or the agents' own."""
    helm = reader(testbed.stack)
    _lease_times(testbed, {key: helm(f"l2announcements.{key}") for key in _KEYS})


def _lease_times(testbed: Testbed, times: dict[str, Any]) -> None:
    data = {f"l2-announcements-{_KEYS[key]}": str(text) if text else None for key, text in times.items()}
    cilium(testbed, "patch", "configmap", "cilium-config", "--type=merge", "-p", json.dumps({"data": data}))
    cilium(testbed, "rollout", "restart", "daemonset/cilium")
    cilium(testbed, "rollout", "status", "daemonset/cilium", "--timeout=180s")
    # An agent that went holds its Lease until the old time is over.
    time.sleep(16)


def kill_backend(testbed: Testbed) -> None:
    """One of the pods behind the dedicated Ingress."""
    item = dedicated(testbed.stack)
    assert item is not None
    name = item.rules[0].paths[0].service
    service = next(s for s in testbed.stack.services if (s.namespace, s.name) == (item.namespace, name))
    chosen = ",".join(f"{key}={value}" for key, value in service.selector.items())
    pods = testbed.kubectl("-n", service.namespace, "get", "pods", "-l", chosen, "-o", "name").split()
    testbed.kubectl("-n", service.namespace, "delete", pods[0], "--grace-period=0", "--force")


def rotate(testbed: Testbed) -> None:
    """Another certificate, of nobody's authority, for the same host."""
    found = certified(testbed.stack)
    assert found is not None
    item, host, secret = found
    fresh = dict(saved_state.take(testbed, "secret", secret, item.namespace))
    certificate, key = _self_signed(host)
    fresh.pop("data")
    testbed.apply({**fresh, "stringData": {"tls.crt": certificate, "tls.key": key}})


def _self_signed(host: str) -> tuple[str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(hours=1))
    builder = builder.not_valid_after(now + timedelta(days=30))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM).decode(), text


def lock(testbed: Testbed) -> None:
    """Take away every policy that admits the asker, so that those that lock are left."""
    client = outside(askers(testbed.stack)[0].address.ip, 80)
    for _, policy in testbed.stack.guards():
        if policy.ingress and policy.of_ingress and into_ingress([policy], client).admitted:
            saved_state.take(testbed, "ciliumclusterwidenetworkpolicy", policy.name)
            testbed.kubectl("delete", "ciliumclusterwidenetworkpolicy", policy.name)


def add(testbed: Testbed) -> None:
    """A dedicated Ingress more, to the Service of the one that is there."""
    item = dedicated(testbed.stack)
    assert item is not None
    found = saved_state.take(testbed, "ingress", item.name, item.namespace)
    saved_state.objects.clear()
    spec = {**found["spec"], "rules": found["spec"]["rules"][:1]}
    spec.pop("tls", None)
    notes = {"ingress.cilium.io/loadbalancer-mode": "dedicated"}
    meta = {"name": ADDED, "namespace": item.namespace, "annotations": notes}
    testbed.apply({**found, "metadata": meta, "spec": spec})


ADDED = "edge-drill"


def remove(testbed: Testbed) -> None:
    """The one that was added."""
    item = dedicated(testbed.stack)
    assert item is not None
    testbed.kubectl("-n", item.namespace, "delete", "ingress", ADDED, "--ignore-not-found")
