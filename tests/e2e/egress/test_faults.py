"""Egress while what it rests on fails: gateways, calls of the API, views, clocks, the controllers themselves."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.egress.bad_api import FAULTS
from tests.e2e.egress.helpers import (
    EAST,
    GATEWAYS,
    WEST,
    Spans,
    addresses,
    answer,
    as_shipped,
    held,
    holder,
    holders,
    one_address,
    status,
    watch_addresses,
)
from tests.e2e.harness import Edge, until

CONTROL = "kind-control-plane"
CONTROLLER, NODE = "deployment/egress-ha-controller", "daemonset/egress-ha-node"
# What the leader cannot do without.
CALLS = ("PATCH egressgatewayhapolicies", "PATCH ciliumegressgatewaypolicies", "PUT leases", "GET leases")
_CLOCK = "/run/drilled-clock"
# The shared library of Debian's libfaketime; what the controller measures time with is left alone.
_FAKE = (
    "LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    f"FAKETIME_TIMESTAMP_FILE={_CLOCK}",
    "FAKETIME_NO_CACHE=1",
    "DONT_FAKE_MONOTONIC=1",
)


def healthy(edge: Edge) -> Any:
    return status(edge)["groupStatuses"][0]["healthyGatewayIPs"]


def is_well(edge: Edge) -> bool:
    return bool(healthy(edge) == [EAST, WEST]) and "172.18.0.84" in answer(edge, "netperf-pod", "172.18.0.8")


@contextmanager
def environment(edge: Edge, what: str, *variables: str) -> Iterator[None]:
    """A workload with other variables; afterwards it has those from before."""

    def change(*words: str) -> None:
        edge.kubectl("-n", "kube-system", "set", "env", what, *words)
        edge.kubectl("-n", "kube-system", "rollout", "status", what, "--timeout=90s")

    path = "{range .spec.template.spec.containers[0].env[*]}{.name}={.value}{'\\n'}{end}"
    before = edge.kubectl("-n", "kube-system", "get", what, "-o", f"jsonpath={path}").splitlines()
    old = {line.partition("=")[0]: line for line in before}
    change(*variables)
    try:
        yield
    finally:
        names = [variable.partition("=")[0] for variable in variables]
        change(*(old.get(name, f"{name}-") for name in names))


def replicas(edge: Edge) -> dict[str, str]:
    """Pod -> node of each replica of the controller that is there to stay."""
    found = json.loads(edge.kubectl("-n", "kube-system", "get", "pods", "-l", "app=egress-ha-controller", "-o", "json"))
    return {
        pod["metadata"]["name"]: pod["spec"]["nodeName"]
        for pod in found["items"]
        if "deletionTimestamp" not in pod["metadata"]
    }


def leader(edge: Edge) -> str:
    lease = json.loads(edge.kubectl("-n", "kube-system", "get", "lease", "egress-ha", "-o", "json"))
    return str(lease["spec"]["holderIdentity"])


def test_a_frozen_gateway_costs_little_and_comes_back(egress: Edge) -> None:
    (result,) = egress.drill("gateway-frozen")
    assert result["passed"], result["faults"]
    east, west = result["streams"]
    # It did happen: the other zone's address was seen meanwhile, and the other zone lost nothing.
    assert {span["answer"] for span in east["spans"]} == {"172.18.0.84", "172.18.0.85", None}
    assert east["lost"] > 0 and west["lost"] == 0
    assert east["blackOut"] <= result["foreseen"] == 1.75


@pytest.mark.thorough
def test_every_call_of_the_api_goes_wrong_in_every_way_and_an_address_still_has_one_holder(egress: Edge) -> None:
    pki, script = "/etc/kubernetes/pki", Path(__file__).with_name("bad_api.py").read_text()
    egress.on(CONTROL, "cat > /run/bad_api.py", stdin=script)
    start = f"python3 /run/bad_api.py 7443 6443 {pki}/apiserver.crt {pki}/apiserver.key /run/tally"
    egress.on(CONTROL, f"setsid {start} > /run/bad_api.log 2>&1 < /dev/null & echo $! > /run/bad_api.pid")

    egress.change(one_address)
    egress.run("up")
    try:
        bad = "KUBERNETES_SERVICE_PORT=7443"
        with environment(egress, NODE, bad), environment(egress, CONTROLLER, bad), watch_addresses(egress):
            deadline = time.monotonic() + 400
            while unseen(egress):
                assert time.monotonic() < deadline, unseen(egress)
                first = holder(egress, "172.18.0.88", 90)
                egress.kubectl("annotate", "node", first, "cilium-edge.io/egress-drain=true")
                other = next(host for host in GATEWAYS if host != first)
                until(lambda other=other: holders(egress, "172.18.0.88") == [other], 90, "it has moved")  # type: ignore[misc]
                egress.kubectl("annotate", "node", first, "cilium-edge.io/egress-drain-")
            until(lambda: "172.18.0.88" in answer(egress, "netperf-pod", "172.18.0.8"), 60, "it is used")
            assert not overlapping([held(egress, host, "172.18.0.88") for host in GATEWAYS])
    finally:
        egress.on(CONTROL, "kill $(cat /run/bad_api.pid)", ok=False)
        egress.kubectl("annotate", "node", *GATEWAYS, "cilium-edge.io/egress-drain-")
        as_shipped(egress)
    assert tally(egress)["WATCH egressgatewayhapolicies"]["answer lost"] > 1
    assert egress.verify()["green"]


def tally(edge: Edge) -> dict[str, dict[str, int]]:
    """Call -> what went wrong with it, and how often."""
    return dict(json.loads(edge.on(CONTROL, "cat /run/tally")))


def unseen(edge: Edge) -> dict[str, set[str]]:
    """What has not gone wrong yet."""
    seen = tally(edge)
    left = {call: set(FAULTS) - set(seen.get(call, ())) for call in CALLS}
    return {call: faults for call, faults in left.items() if faults}


def overlapping(spans: list[Spans]) -> bool:
    """Whether two hosts ever had it at the same time."""
    one, two = spans
    return any(a < d and c < b for a, b in one for c, d in two)


@pytest.mark.thorough
def test_one_replica_that_does_not_see_a_gateway_takes_nothing_from_it(egress: Edge) -> None:
    nodes = replicas(egress)
    assert len(nodes) == 2
    first = nodes.pop(leader(egress))
    [second] = nodes.values()
    rule = f"OUTPUT -p udp -d {EAST} --dport 4254 -j DROP"
    cut = [first]
    egress.on(first, f"iptables -I {rule}")
    try:
        # Many times as long as a gateway needs that nobody sees.
        deadline = time.monotonic() + 6
        while time.monotonic() < deadline:
            assert healthy(egress) == [EAST, WEST]
        egress.on(second, f"iptables -I {rule}")
        cut.append(second)
        until(lambda: healthy(egress) == [WEST], 5, "now nobody sees it")
        until(lambda: "172.18.0.85" in answer(egress, "netperf-pod", "172.18.0.8"), 5, "the other one serves")
    finally:
        for node in cut:
            egress.on(node, f"iptables -D {rule}")
    until(lambda: is_well(egress), 30, "it is back")


@pytest.mark.thorough
def test_clocks_that_jump_change_nothing(egress: Edge) -> None:
    hosts = [CONTROL, "kind-worker", "kind-worker2"]
    for host in hosts:
        egress.on(host, f"echo +0 > {_CLOCK}")
    with environment(egress, CONTROLLER, *_FAKE), watch_addresses(egress):
        until(lambda: is_well(egress), 60, "all is well with clocks that are right")
        until(lambda: leader(egress) in replicas(egress), 15, "one of the replicas leads")
        chief = leader(egress)
        for n, jump in enumerate(("+1d", "+0", "+2h", "+0")):
            # One alone, the other alone, and all of them.
            for host in hosts[n % 3 :]:
                egress.on(host, f"echo {jump} > {_CLOCK}")
            time.sleep(2)
            assert healthy(egress) == [EAST, WEST]
        assert leader(egress) == chief
        times = egress.kubectl("-n", "kube-system", "get", "lease", "egress-ha", "-o", "jsonpath={.spec.renewTime}")
        for host in hosts:
            egress.on(host, f"echo +1d > {_CLOCK}")

        def jumped() -> bool:
            """The clock that was turned is the one that the controller writes by."""
            now = egress.kubectl("-n", "kube-system", "get", "lease", "egress-ha", "-o", "jsonpath={.spec.renewTime}")
            return now[:10] > times[:10]

        until(jumped, 5, "a day later in the Lease")
        # A failover meanwhile.
        egress.fault("freeze", GATEWAYS[0])
        try:
            until(lambda: "172.18.0.85" in answer(egress, "netperf-pod", "172.18.0.8"), 5, "the other gateway serves")
            for host in hosts:
                egress.on(host, f"echo +0 > {_CLOCK}")
        finally:
            egress.fault("thaw", GATEWAYS[0])
        until(lambda: is_well(egress), 60, "it is back")
        assert not overlapping([held(egress, host, "172.18.0.84") for host in GATEWAYS])
    until(lambda: is_well(egress), 60, "all is well")


@pytest.mark.thorough
def test_controllers_that_are_replaced_while_a_gateway_freezes(egress: Edge) -> None:
    before = set(replicas(egress))
    (result,) = egress.drill("controllers-replaced")
    assert result["passed"], result["faults"]
    assert not before & set(replicas(egress))
    assert result["streams"][0]["lost"] > 0


@pytest.mark.thorough
def test_a_node_that_is_deleted_loses_its_address_and_nobody_else_gets_it_before(egress: Edge) -> None:
    host = GATEWAYS[0]
    egress.kubectl("delete", "node", host, "--wait=false")
    try:
        until(lambda: "172.18.0.85" in answer(egress, "netperf-pod", "172.18.0.8"), 15, "the other gateway serves")
    finally:
        # The node runner, as a kubelet that starts again, has the node registered anew.
        egress.on(host, "pkill -x noderunner")
    until(lambda: "172.18.0.84" in addresses(egress, host) and is_well(egress), 60, "it is a gateway again")
