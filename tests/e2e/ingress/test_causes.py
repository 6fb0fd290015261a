"""What is wrong with an Ingress is red, and says why: which hop, which policy, which certificate."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.components.test_certificates import made, pem
from tests.e2e.harness import Edge, until
from tests.e2e.ingress.helpers import SHARED, TO_WEBPOD, applied, by_hand, causes, code, policy, told

pytestmark = pytest.mark.thorough

WEBPOD = "default/webpod-ingress / from client 192.168.10.200"
INGRESS_ENDPOINT = {"matchExpressions": [{"key": "reserved:ingress", "operator": "Exists"}]}


def test_the_first_hop(ingress: Edge) -> None:
    ingress.kubectl("delete", "ciliumclusterwidenetworkpolicy", "allow-cidr")
    told(ingress, WEBPOD, "first hop: no rule of external-lockdown admits this client to the Ingress")


def test_the_second_hop(ingress: Edge) -> None:
    selector = {"matchLabels": {"app": "webpod"}}
    with by_hand(ingress, policy("webpod-locked", selector, ingress=[{"fromEntities": ["world"]}])):
        # The shipped policy admits the cluster to every pod, Ingress among it: policies join.
        assert WEBPOD not in causes(ingress)
        ingress.kubectl("delete", "ciliumclusterwidenetworkpolicy", "external-lockdown")
        told(ingress, WEBPOD, "second hop: no rule of webpod-locked admits Ingress")
        assert not any("basic-ingress / from client" in subject for subject in causes(ingress))


def test_ingress_may_not_go_on(ingress: Edge) -> None:
    with by_hand(ingress, policy("no-way-on", INGRESS_ENDPOINT, egress=[{"toEntities": ["world"]}])):
        told(ingress, WEBPOD, "second hop: no rule of no-way-on admits Ingress")
        assert code(ingress, "client", f"http://{SHARED}/") == 403


def test_a_policy_of_somebody_else_lets_strangers_in(ingress: Edge) -> None:
    rule = [{"fromCIDR": ["192.168.10.201/32"]}]
    with by_hand(ingress, policy("open-door", INGRESS_ENDPOINT, ingress=rule)):
        told(
            ingress,
            "default/webpod-ingress / from stranger 192.168.10.201",
            "a policy that the stack does not have admits it: open-door",
        )


def test_nobody_behind_a_route(ingress: Edge) -> None:
    ingress.kubectl("scale", "deployment/webpod", "--replicas=0")
    told(ingress, WEBPOD, "Service webpod has no ready pod")
    assert code(ingress, "client", *TO_WEBPOD) == 503
    ingress.kubectl("scale", "deployment/webpod", "--replicas=2")
    ingress.kubectl("rollout", "status", "deployment/webpod", "--timeout=60s")


def test_a_route_that_was_changed_by_hand(ingress: Edge) -> None:
    path = [{"op": "replace", "path": "/spec/rules/0/http/paths/0/path", "value": "/detials"}]
    ingress.kubectl("patch", "ingress", "basic-ingress", "--type=json", "-p", json.dumps(path))
    for node in ("cilium-ctr", "cilium-w1", "cilium-w2"):
        told(ingress, node, "has not programmed Envoy")


def test_certificates(ingress: Edge) -> None:
    subject = "default/webpod-tls"

    def put(certificate: str, key: ec.EllipticCurvePrivateKey) -> None:
        applied(
            ingress,
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "type": "kubernetes.io/tls",
                "metadata": {"name": "webpod-tls", "namespace": "default"},
                "stringData": {"tls.crt": certificate, "tls.key": pem(key)},
            },
        )

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    for certificate, cause in (
        (made("bank.example", key=key, begin=now - timedelta(days=1)), "it is not for webpod.example"),
        (made("webpod.example", key=key, begin=now - timedelta(days=85)), "it ends in 4 days"),
        (made("webpod.example", key=key, begin=now - timedelta(days=100)), "its time is over"),
        (made("webpod.example", key=key, begin=now + timedelta(days=1)), "its time has not begun"),
    ):
        put(certificate, key)
        told(ingress, subject, cause)
    put(made("webpod.example", key=key, begin=now - timedelta(days=1)), key)
    until(lambda: not causes(ingress), 60, "the new certificate is served")
    ingress.kubectl("delete", "secret", "webpod-tls")
    told(ingress, subject, "the Secret does not exist")
