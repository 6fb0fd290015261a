"""`up` alone finds what somebody changed on a host, and sets it right, under both engines."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.by_pulumi import ByPulumi, forget, hand_over
from tests.e2e.harness import Edge


def changed(summary: Any) -> set[str]:
    """What stands for something; the first read of the stack's own outputs makes a default provider."""
    return {
        step["name"]
        for step in summary["steps"]
        if step["op"] not in ("same", "read") and not step["type"].startswith("pulumi:providers:")
    }


@pytest.fixture(params=["builtin", pytest.param("pulumi", marks=pytest.mark.pulumi)])
def reader(edge: Edge, request: pytest.FixtureRequest) -> Iterator[Edge]:
    """The stack, whose program asks the hosts; by one engine or the other."""
    document = copy.deepcopy(edge.original)
    document["config"]["cilium-edge:readHosts"] = True
    edge.write(document)
    if request.param == "builtin":
        yield edge
        return
    pulumi = ByPulumi(edge)
    forget(edge)
    hand_over(edge, pulumi)
    try:
        yield pulumi
    finally:
        hand_over(pulumi, edge)
        forget(edge)


def test_up_alone_sets_right_what_was_changed_by_hand(reader: Edge) -> None:
    # Nothing was observed by this program yet; from here on it is.
    assert not changed(reader.json("up"))
    assert not changed(reader.json("up"))
    reader.on(
        "cilium-r",
        "vtysh -c 'configure terminal' -c 'router bgp 65000' -c 'address-family ipv4 unicast'"
        " -c 'no network 10.10.1.0/24'",
    )
    reader.on("cilium-w3", "ip route del 172.20.0.0/16")
    assert changed(reader.json("up")) == {"cilium-r-conf", "bgp-route-cilium-w3"}
    assert "network 10.10.1.0/24" in reader.on("cilium-r", "vtysh -c 'show running-config'")
    assert "192.168.20.200" in reader.on("cilium-w3", "ip route show 172.20.0.0/16")
    assert not changed(reader.json("up"))


def test_a_host_that_cannot_be_asked_is_told_and_not_touched(reader: Edge) -> None:
    reader.run("up")
    reader.on("cilium-r", "pkill -STOP -x sshd")
    try:
        done = reader.run("plan", "--json")
    finally:
        reader.on("cilium-r", "pkill -CONT -x sshd")
    assert "cilium-r-conf: whether it drifted is not known: root@192.168.121.2" in done.stderr + done.stdout
    assert not changed(json.loads(done.stdout))
