"""The ingress stack: the write-up's results, with a real Envoy."""

from __future__ import annotations

import json

from tests.e2e.harness import Edge, until
from tests.e2e.ingress.helpers import DEDICATED, SHARED, TO_WEBPOD, ask, code


def test_everything_is_proven(ingress: Edge) -> None:
    result = ingress.verify()
    assert result["green"]
    checks = [verdict["check"] for verdict in result["verdicts"]]
    # Four routes, one of them by TLS; two hosts outside, three nodes, a pod.
    assert {check: checks.count(check) for check in checks} == {
        "lb-ipam": 2,
        "l2": 2,
        "ingress": 2,
        "envoy": 3,
        "arp": 4,
        "certificate": 1,
        "object": 1,
        "pod-to-pod": 4,
        "egress-source": 2,
        "ingress-http": 24,
    }


def test_shared_and_dedicated_have_an_address_each_and_a_node_that_answers_for_it(ingress: Edge) -> None:
    found = json.loads(ingress.kubectl("get", "ingress", "-o", "json"))["items"]
    addresses = {item["metadata"]["name"]: item["status"]["loadBalancer"]["ingress"][0]["ip"] for item in found}
    assert addresses == {"basic-ingress": SHARED, "webpod-ingress": DEDICATED}
    leases = json.loads(ingress.kubectl("-n", "kube-system", "get", "leases", "-o", "json"))["items"]
    holders = {item["metadata"]["name"]: item["spec"]["holderIdentity"] for item in leases}
    both = {"kube-system-cilium-ingress": SHARED, "default-cilium-ingress-webpod-ingress": DEDICATED}
    for lease, address in both.items():
        link = ingress.on(holders[f"cilium-l2announce-{lease}"], "cat /sys/class/net/eth1/address").strip()
        answered = ingress.on(
            "client", f"ip neigh flush {address}; curl -s -o /dev/null -m 2 http://{address}/; ip neigh show {address}"
        )
        assert link in answered


def test_policies_decide_who_is_answered(ingress: Edge) -> None:
    status, body = ask(ingress, "client", f"http://{SHARED}/details/1")
    assert status == 200 and json.loads(body)["author"] == "William Shakespeare"
    assert "Simple Bookstore App" in ask(ingress, "client", f"http://{SHARED}/")[1]
    assert "Hostname: webpod-" in ask(ingress, "client", f"http://{DEDICATED}/")[1]
    assert ask(ingress, "stranger", f"http://{SHARED}/details/1") == (403, "Access denied\n")
    assert code(ingress, "stranger", f"http://{DEDICATED}/") == 403
    # Who calls Envoy past the datapath, calls in vain.
    lines = ingress.on("cilium-w1", "cilium-dbg envoy admin listeners").splitlines()
    ports = [line.rpartition(":")[2] for line in lines if "/listener::" in line]
    assert len(ports) == 2
    for port in ports:
        assert code(ingress, "client", f"http://192.168.10.101:{port}/") == 403


def test_tls_ends_at_envoy_with_the_certificate_of_the_stack(ingress: Edge) -> None:
    status, shown = ask(ingress, "client", "-w", "%{certs}\n%{http_code}", *TO_WEBPOD)
    assert status == 200 and "DNS:webpod.example" in shown
    assert code(ingress, "stranger", *TO_WEBPOD) == 403
    keys = [
        line
        for path in (ingress.home / "lab/ingress/pki").glob("ingress-*.key")
        for line in path.read_text().splitlines()[1:-1]
    ]
    state = (ingress.home / "state" / "ingress.json").read_text()
    assert keys and not any(line in state for line in keys)


def test_hubble_tells_who_asked_and_what_was_answered(ingress: Edge) -> None:
    for host, status in (("client", 200), ("stranger", 403)):
        assert code(ingress, host, f"http://{SHARED}/details/1") == status

    def told() -> bool:
        words = ("hubble", "observe", "--identity", "ingress", "--type", "l7", "--since", "1m")
        lines = ingress.run("lab", "exec", "mgmt", "--", *words).stdout.splitlines()
        request = f"(HTTP/1.1 GET http://{SHARED}/details/1)"
        return all(
            any(host in line and verdict in line and line.endswith(request) for line in lines)
            for host, verdict in (
                ("192.168.10.200:", "http-request FORWARDED"),
                ("192.168.10.201:", "http-request DROPPED"),
            )
        )

    until(told, 20, "Hubble has both requests")


def test_a_second_up_changes_nothing(ingress: Edge) -> None:
    assert set(ingress.json("up")["counts"]) == {"same"}
