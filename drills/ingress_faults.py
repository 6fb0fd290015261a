"""Faults of Ingresses, and their healing."""

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

# Lease times with which another node takes over within three seconds.
TUNED = {"leaseDuration": "2s", "leaseRenewDeadline": "1500ms", "leaseRetryPeriod": "400ms"}
_KEYS = {"leaseDuration": "lease-duration", "leaseRenewDeadline": "renew-deadline", "leaseRetryPeriod": "retry-period"}
_KILL_ENVOY = "pkill -9 -x cilium-envoy"


class SavedState:
    """State that a drill keeps between its fault and its healing."""

    def __init__(self) -> None:
        self.node = ""
        self.objects: list[dict[str, Any]] = []

    def freeze_holder(self, testbed: Testbed) -> None:
        """Stop the holder's processes and silence its link."""
        self.node = holder(testbed)
        testbed.silence(self.node)
        testbed.freeze(self.node)

    def thaw_holder(self, testbed: Testbed) -> None:
        """Thaw the former holder: by now another node holds the address."""
        testbed.thaw(self.node)
        testbed.unsilence(self.node)

    def take(self, testbed: Testbed, kind: str, name: str, namespace: str = "default") -> dict[str, Any]:
        """Save an object for `put_back`."""
        found: dict[str, Any] = json.loads(testbed.kubectl("-n", namespace, "get", kind, name, "-o", "json"))
        for server in ("uid", "resourceVersion", "creationTimestamp", "managedFields", "generation"):
            found["metadata"].pop(server, None)
        found.pop("status", None)
        self.objects.append(found)
        return found

    def put_back(self, testbed: Testbed) -> None:
        """Restore all saved objects."""
        while self.objects:
            testbed.apply(self.objects.pop())


saved_state = SavedState()


def every_link(testbed: Testbed, *, cut: bool) -> None:
    """Cut or join every link, as the reboot of a switch does: no node reaches another."""
    for node in testbed.stack.nodes:
        (testbed.cut if cut else testbed.join)(node.name)


def kill_envoy(testbed: Testbed) -> None:
    """Kill the holder's Envoy, which its DaemonSet starts again."""
    testbed.run(holder(testbed), _KILL_ENVOY)


def kill_both(testbed: Testbed) -> None:
    """Kill the holder's agent and Envoy at once."""
    node = holder(testbed)
    restart_agent(testbed, node)
    testbed.run(node, _KILL_ENVOY)


def tune(testbed: Testbed) -> None:
    """Give the agents short lease times."""
    _lease_times(testbed, dict(TUNED))


def untune(testbed: Testbed) -> None:
    """Restore the lease times of the stack, or the agents' defaults."""
    helm = reader(testbed.stack)
    _lease_times(testbed, {key: helm(f"l2announcements.{key}") for key in _KEYS})


def _lease_times(testbed: Testbed, times: dict[str, Any]) -> None:
    data = {f"l2-announcements-{_KEYS[key]}": str(text) if text else None for key, text in times.items()}
    cilium(testbed, "patch", "configmap", "cilium-config", "--type=merge", "-p", json.dumps({"data": data}))
    cilium(testbed, "rollout", "restart", "daemonset/cilium")
    cilium(testbed, "rollout", "status", "daemonset/cilium", "--timeout=180s")
    # An ended agent holds its Lease for the old duration.
    time.sleep(16)


def kill_backend(testbed: Testbed) -> None:
    """Kill one of the pods behind the dedicated Ingress."""
    item = dedicated(testbed.stack)
    assert item is not None
    name = item.rules[0].paths[0].service
    service = next(s for s in testbed.stack.services if (s.namespace, s.name) == (item.namespace, name))
    chosen = ",".join(f"{key}={value}" for key, value in service.selector.items())
    pods = testbed.kubectl("-n", service.namespace, "get", "pods", "-l", chosen, "-o", "name").split()
    testbed.kubectl("-n", service.namespace, "delete", pods[0], "--grace-period=0", "--force")


def rotate(testbed: Testbed) -> None:
    """Replace the certificate by a self-signed one for the same host."""
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
    """Delete every policy that admits the client, so that only the policies that lock remain."""
    client = outside(askers(testbed.stack)[0].address.ip, 80)
    for _, policy in testbed.stack.guards():
        if policy.ingress and policy.of_ingress and into_ingress([policy], client).admitted:
            saved_state.take(testbed, "ciliumclusterwidenetworkpolicy", policy.name)
            testbed.kubectl("delete", "ciliumclusterwidenetworkpolicy", policy.name)


def add(testbed: Testbed) -> None:
    """Add a dedicated Ingress to the Service of the existing one."""
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
    """Remove the added Ingress."""
    item = dedicated(testbed.stack)
    assert item is not None
    testbed.kubectl("-n", item.namespace, "delete", "ingress", ADDED, "--ignore-not-found")
