"""The egress stack: the write-up's results, and what is wrong with it is named."""

from __future__ import annotations

import json

from tests.e2e.egress.helpers import (
    EAST,
    HA,
    WEST,
    answer,
    holders,
    satisfied,
    status,
)
from tests.e2e.harness import Edge, until


def test_everything_is_proven(egress: Edge) -> None:
    result = egress.verify()
    assert result["green"]
    checks = [verdict["check"] for verdict in result["verdicts"]]
    # 5 agents' maps; 3 pods to 2 outposts.
    assert {check: checks.count(check) for check in checks} == {
        "egress-status": 1,
        "egress-ipam": 1,
        "egress-gateway": 2,
        "egress-map": 5,
        "egress-source": 6,
    }


def test_the_outposts_say_what_the_write_up_shows(egress: Edge) -> None:
    granted = "Access granted. Your source IP ({}) matches an allowed IP.\n"
    denied = "Access denied. Your source IP (172.18.0.3) doesn't match the allowed IPs ({})\n"
    assert answer(egress, "netperf-pod", "172.18.0.7") == granted.format("172.18.0.42")
    assert answer(egress, "netperf-pod", "172.18.0.8") == granted.format("172.18.0.84")
    assert answer(egress, "netperf-west", "172.18.0.8") == granted.format("172.18.0.85")
    assert answer(egress, "anonymous", "172.18.0.7") == denied.format("172.18.0.42,172.18.0.43")
    assert answer(egress, "anonymous", "172.18.0.8") == denied.format("172.18.0.84,172.18.0.85")


def test_the_status_says_what_the_write_up_shows(egress: Edge) -> None:
    (group,) = status(egress)["groupStatuses"]
    assert group["activeGatewayIPs"] == group["healthyGatewayIPs"] == [EAST, WEST]
    assert group["activeGatewayIPsByAZ"] == {"east": [EAST], "west": [WEST]}
    assert group["egressIPByGatewayIP"] == {EAST: "172.18.0.84", WEST: "172.18.0.85"}
    assert satisfied(egress) == ("True", "allocation requests satisfied")


def test_a_second_up_changes_nothing(egress: Edge) -> None:
    assert set(egress.json("up")["counts"]) == {"same"}


def test_what_somebody_changes_by_hand_is_put_back(egress: Edge) -> None:
    name = egress.kubectl(
        "get",
        "ciliumegressgatewaypolicies",
        "-l",
        "cilium-edge.io/zone=east",
        "-o",
        "jsonpath={.items[0].metadata.name}",
    )
    entry = {"nodeSelector": {"matchLabels": {"kubernetes.io/hostname": "kind-worker4"}}, "egressIP": "172.18.0.85"}
    patch = json.dumps({"spec": {"egressGateway": entry}})
    egress.kubectl("patch", "ciliumegressgatewaypolicies", name, "--type=merge", "-p", patch)

    def back() -> bool:
        spec = json.loads(egress.kubectl("get", "ciliumegressgatewaypolicies", name, "-o", "json"))["spec"]
        return bool(spec["egressGateway"].get("egressIP") == "172.18.0.84")

    until(back, 10, "the controller's own gateway")


def test_a_gateway_that_does_not_answer_is_named(egress: Edge) -> None:
    stop = "pkill -STOP -f '[e]gress_ha node'"
    egress.on("kind-worker3", stop)
    try:
        until(lambda: status(egress)["groupStatuses"][0]["healthyGatewayIPs"] == [WEST], 10, "one gateway is gone")
        result = egress.look()
        assert not result["green"]
        red = {v["check"]: v["cause"] for v in result["verdicts"] if v["color"] == "red"}
        assert "a gateway does not answer probes" in red["egress-status"]
        # Its kernel gives the address up by itself.
        until(lambda: holders(egress, "172.18.0.84") == [], 15, "nobody holds it")
    finally:
        egress.on("kind-worker3", stop.replace("STOP", "CONT"))
    until(lambda: holders(egress, "172.18.0.84") == ["kind-worker3"], 15, "it holds it again")
    assert egress.verify()["green"]


def test_an_edit_that_cannot_be_read_leaks_nothing_and_is_told(egress: Edge) -> None:
    def patch(prefix: str) -> None:
        spec = json.dumps({"spec": {"destinationCIDRs": [prefix]}})
        egress.kubectl("patch", "egressgatewayhapolicies", HA, "--type=merge", "-p", spec)

    before = egress.kubectl("get", "ciliumegressgatewaypolicies", "-o", "jsonpath={.items[*].spec}")
    # Host bits: the API takes it, the controller cannot.
    patch("172.18.0.8/16")
    try:
        until(lambda: any(c["type"].endswith("Accepted") for c in status(egress)["conditions"]), 15, "it is told")
        result = egress.look()
        assert any("does not carry it out: spec.destinationCIDRs" in v["cause"] for v in result["verdicts"])
        assert egress.kubectl("get", "ciliumegressgatewaypolicies", "-o", "jsonpath={.items[*].spec}") == before
        assert "172.18.0.84" in answer(egress, "netperf-pod", "172.18.0.8")
        assert "Invalid" in egress.kubectl("get", "events", "-o", "jsonpath={.items[*].reason}")
    finally:
        patch("172.18.0.8/32")
    until(lambda: not any(c["type"].endswith("Accepted") for c in status(egress)["conditions"]), 15, "it is well")
    # What is no prefix at all the API refuses by itself.
    spec = json.dumps({"spec": {"destinationCIDRs": ["outpost"]}})
    assert (
        "destinationCIDRs"
        in egress.run(
            "lab",
            "exec",
            "mgmt",
            "--",
            "kubectl",
            "patch",
            "egressgatewayhapolicies",
            HA,
            "--type=merge",
            "-p",
            spec,
            ok=False,
        ).stderr
    )
