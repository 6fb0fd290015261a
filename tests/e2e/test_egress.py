"""The egress stack: the write-up's results, a failover, addresses, and nothing left behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from tests.e2e.harness import Edge, deployed, until

HA = "outpost-ha"
EAST, WEST = "172.18.0.4", "172.18.0.6"
GATEWAYS = ("kind-worker3", "kind-worker4")


@pytest.fixture(scope="module")
def egress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    with deployed(tmp_path_factory.mktemp("egress") / "project", "egress") as edge:
        yield edge


def status(edge: Edge) -> Any:
    return json.loads(edge.kubectl("get", "egressgatewayhapolicies", HA, "-o", "json")).get("status", {})


def satisfied(edge: Edge) -> tuple[str, str]:
    """IPAMRequestSatisfied and its message."""
    condition = next((c for c in status(edge).get("conditions", []) if c["type"].endswith("IPAMRequestSatisfied")), {})
    return condition.get("status", ""), condition.get("message", "")


def addresses(edge: Edge, host: str) -> set[str]:
    found = json.loads(edge.on(host, "ip -j -4 address show"))
    return {entry["local"] for link in found for entry in link["addr_info"]}


def holders(edge: Edge, address: str) -> list[str]:
    return [host for host in GATEWAYS if address in addresses(edge, host)]


def answer(edge: Edge, pod: str, outpost: str) -> str:
    return edge.kubectl("exec", pod, "--", "curl", "-s", "-m", "2", f"http://{outpost}:8000")


def test_everything_is_proven(egress: Edge) -> None:
    result = egress.verify()
    assert result["green"]
    checks = [verdict["check"] for verdict in result["verdicts"]]
    # 5 agents' maps; 3 pods to 2 outposts.
    assert {check: checks.count(check) for check in checks} == {
        "egress-status": 1, "egress-ipam": 1, "egress-map": 5, "egress-source": 6,
    }  # fmt: skip


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
    name = egress.kubectl("get", "ciliumegressgatewaypolicies", "-l", "cilium-edge.io/zone=east",
                          "-o", "jsonpath={.items[0].metadata.name}")  # fmt: skip
    entry = {"nodeSelector": {"matchLabels": {"kubernetes.io/hostname": "kind-worker4"}}, "egressIP": "172.18.0.85"}
    patch = json.dumps({"spec": {"egressGateway": entry}})
    egress.kubectl("patch", "ciliumegressgatewaypolicies", name, "--type=merge", "-p", patch)

    def back() -> bool:
        spec = json.loads(egress.kubectl("get", "ciliumegressgatewaypolicies", name, "-o", "json"))["spec"]
        return bool(spec["egressGateway"].get("egressIP") == "172.18.0.84")

    until(back, 10, "the controller's own gateway")


def test_a_frozen_gateway_costs_little_and_comes_back(egress: Edge) -> None:
    (result,) = egress.json("drill", "gateway-frozen")
    assert result["passed"], result["faults"]
    east, west = result["streams"]
    # It did happen: the other zone's address was seen meanwhile, and the other zone lost nothing.
    assert {span["answer"] for span in east["spans"]} == {"172.18.0.84", "172.18.0.85", None}
    assert east["lost"] > 0 and west["lost"] == 0


def test_a_gateway_that_does_not_answer_is_named(egress: Edge) -> None:
    stop = "pkill -STOP -f '[e]gress_ha node'"
    egress.on("kind-worker3", stop)
    try:
        until(lambda: status(egress)["groupStatuses"][0]["healthyGatewayIPs"] == [WEST], 10, "one gateway is gone")
        result = egress.verify(deadline=0, ok=False)
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
        result = egress.verify(deadline=1, ok=False)
        assert any("cannot read it: spec.destinationCIDRs" in v["cause"] for v in result["verdicts"])
        assert egress.kubectl("get", "ciliumegressgatewaypolicies", "-o", "jsonpath={.items[*].spec}") == before
        assert "172.18.0.84" in answer(egress, "netperf-pod", "172.18.0.8")
        assert "Invalid" in egress.kubectl("get", "events", "-o", "jsonpath={.items[*].reason}")
    finally:
        patch("172.18.0.8/32")
    until(lambda: not any(c["type"].endswith("Accepted") for c in status(egress)["conditions"]), 15, "it is well")
    # What is no prefix at all the API refuses by itself.
    spec = json.dumps({"spec": {"destinationCIDRs": ["outpost"]}})
    assert "destinationCIDRs" in egress.run("lab", "exec", "mgmt", "--", "kubectl", "patch", "egressgatewayhapolicies",
                                            HA, "--type=merge", "-p", spec, ok=False).stderr  # fmt: skip


def seen_on(edge: Edge, host: str, address: str) -> list[tuple[float, bool]]:
    """When an address was put on a host and taken off, since `watch_addresses`."""
    lines = edge.on(host, "cat /run/addresses").splitlines()
    events = [(datetime.fromisoformat(line[1 : line.index("]")]).timestamp(), "Deleted" not in line)
              for line in lines if f" {address}/32 " in line]  # fmt: skip
    # Prolonging is an event, too.
    return [(when, on) for i, (when, on) in enumerate(events) if i == 0 or events[i - 1][1] != on]


def watch_addresses(edge: Edge) -> None:
    for host in GATEWAYS:
        monitor = "ip -ts -o monitor address > /run/addresses 2>/dev/null < /dev/null"
        edge.on(host, f"{monitor} & echo $! > /run/addresses.pid")


def test_an_address_moves_between_gateways_and_is_never_on_two(egress: Edge) -> None:
    """One address for two gateways: the first is drained, and gives it up before the other has it."""
    def one(stack: Any) -> None:
        stack["egressPolicies"][1].update(egressCIDRs=["172.18.0.88/32"], azAffinity="disabled")
        stack["egressPolicies"][1]["egressGroups"][0]["maxGatewayNodes"] = 1

    egress.change(one)
    egress.run("up")
    until(lambda: holders(egress, "172.18.0.88") != [], 20, "one of them has it")
    [first] = holders(egress, "172.18.0.88")
    other = next(host for host in GATEWAYS if host != first)
    watch_addresses(egress)
    egress.kubectl("annotate", "node", first, "cilium-edge.io/egress-drain=true")
    try:
        until(lambda: "172.18.0.88" in addresses(egress, other), 15, "the other one has it")
        until(lambda: "172.18.0.88" in answer(egress, "netperf-pod", "172.18.0.8"), 10, "it is used")
        [gone] = [when for when, on in seen_on(egress, first, "172.18.0.88") if not on]
        [there] = [when for when, on in seen_on(egress, other, "172.18.0.88") if on]
        assert 0 < there - gone < 5
    finally:
        egress.kubectl("annotate", "node", first, "cilium-edge.io/egress-drain-")
        for host in GATEWAYS:
            egress.on(host, "kill $(cat /run/addresses.pid)", ok=False)
    egress.reset()
    egress.run("up")
    assert egress.verify()["green"]


def test_an_address_that_somebody_has_is_not_taken(egress: Edge) -> None:
    def other(stack: Any) -> None:
        stack["egressPolicies"][1]["egressCIDRs"] = ["172.18.0.86/31"]

    egress.on("remote-outpost", "ip address add 172.18.0.86/16 dev eth1")
    try:
        egress.change(other)
        egress.run("up")
        until(lambda: "172.18.0.86 is used by a host that is no gateway" in satisfied(egress)[1], 15, "it is told")
        assert satisfied(egress)[0] == "False"
        assert holders(egress, "172.18.0.86") == []
    finally:
        egress.on("remote-outpost", "ip address del 172.18.0.86/16 dev eth1")
    until(lambda: satisfied(egress)[0] == "True", 30, "both have one")
    assert sorted(holders(egress, "172.18.0.86") + holders(egress, "172.18.0.87")) == list(GATEWAYS)
    egress.reset()
    egress.run("up")
    assert egress.verify()["green"]


def test_destroy_with_a_frozen_gateway_goes_as_far_as_it_can_and_ends_later(egress: Edge) -> None:
    host = GATEWAYS[0]
    egress.fault("freeze", host)
    try:
        done = egress.run("destroy", "--yes", ok=False)
        assert done.returncode == 1 and host in done.stderr
    finally:
        egress.fault("thaw", host)
    # Whatever the frozen one had, nobody else was given.
    assert all(len(holders(egress, address)) <= 1 for address in ("172.18.0.84", "172.18.0.85"))


def test_destroy_leaves_nothing(egress: Edge) -> None:
    egress.run("destroy", "--yes")
    for host in GATEWAYS:
        until(lambda host=host: not addresses(egress, host) & {"172.18.0.84", "172.18.0.85"}, 15, "no address is left")  # type: ignore[misc]
        assert "net0" not in egress.on(host, "ip -o link show")
        assert egress.on(host, "ls /etc/cilium-edge 2>/dev/null || true") == ""
    left = egress.kubectl("get", "deployments,daemonsets,clusterroles,crd", "-A", "-o", "name")
    assert "egress-ha" not in left and "cilium-edge.io" not in left
