"""The stacks on the newest patches of later minor versions of Cilium, and the way there under traffic."""

from __future__ import annotations

from typing import Any

import pytest

from lab.toolchain.recipes import DEFAULT_CILIUM, LATER_CILIUM
from tests.e2e.harness import Edge

pytestmark = [pytest.mark.versions, pytest.mark.alone]

VERSIONS = [each.version for each in LATER_CILIUM]
VIP = "172.16.1.1"
# Ten requests a second, and a line for each that was lost, until the file is gone.
_CLIENT = f"""touch /tmp/asking
while [ -e /tmp/asking ]; do
  n=$((n+1)); curl -s --fail --max-time 1 -o /dev/null http://{VIP}/ || echo lost; sleep 0.1
done
echo sent $n
"""


def on(version: str) -> Any:
    return lambda stack: stack["cilium"].update(version=version)


def proven_and_unchanged(edge: Edge, version: str) -> None:
    """What was brought up is green, is that version, and a second `up` finds nothing to do."""
    assert edge.verify()["green"]
    assert edge.cilium_versions() == {version}
    assert "no changes" in edge.run("up").stderr


def waived(version: str) -> Any:
    """A gateway interface without a wire behind it, as the shipped stack has it."""

    def edit(stack: Any) -> None:
        on(version)(stack)
        stack["waivers"] = [{"rule": "G24", "reason": "the lab shows what happens then"}]

    return edit


def by_address(version: str) -> Any:
    """The same policy by the interface's address."""

    def edit(stack: Any) -> None:
        on(version)(stack)
        gateway = stack["egressPolicies"][0]["egressGateway"]
        assert gateway.pop("interface") == "net0"
        gateway["egressIP"] = "172.18.0.42"

    return edit


@pytest.mark.parametrize("version", [version for version in VERSIONS if not version.startswith("1.19.")])
def test_from_1_20_on_packets_leave_by_the_gateway_interface(version: str, tmp_path: Any) -> None:
    edge = Edge(tmp_path / "project", "egress")
    edge.change(on(version))
    try:
        assert "G24 " in edge.run("plan", ok=False).stderr
        edge.change(waived(version))
        edge.run("up", timeout=2400)
        red = {v["subject"] for v in edge.verify(20, ok=False)["verdicts"] if v["color"] == "red"}
        assert red == {"netperf-pod -> remote-outpost", "netperf-west -> remote-outpost"}
        edge.change(by_address(version))
        edge.run("up", timeout=300)
        proven_and_unchanged(edge, version)
    finally:
        edge.run("down", ok=False)


@pytest.mark.parametrize(
    ("version", "stack"),
    [
        *((version, stack) for version in VERSIONS for stack in ("dev", "ecmp")),
        (VERSIONS[0], "egress"),
    ],
)
def test_a_stack_is_proven_on(version: str, stack: str, tmp_path: Any) -> None:
    edge = Edge(tmp_path / "project", stack)
    edge.change(on(version))
    try:
        # The first one builds what it runs.
        edge.run("up", timeout=2400)
        proven_and_unchanged(edge, version)
    finally:
        edge.run("down", ok=False)


def later_fields(stack: Any) -> None:
    """What 1.19 brought: an interface's addresses as routes, and an interface as the source of sessions."""
    stack["cilium"]["version"] = VERSIONS[0]
    for number, node in enumerate(stack["nodes"]):
        node["interfaces"].append({"name": "ids", "address": f"10.255.0.{number}/32", "loopback": True})
    stack["bgp"]["advertisements"][0]["advertisements"].append({"type": "Interface", "interface": "ids"})
    stack["bgp"]["peerConfigs"][0]["transport"] = {"sourceInterface": "eth1"}


def test_what_later_versions_brought_is_proven_on_them(tmp_path: Any) -> None:
    edge = Edge(tmp_path / "project", "dev")
    edge.change(later_fields)
    try:
        edge.run("up", timeout=2400)
        found = edge.verify()
        assert found["green"]
        proven = {v["subject"] for v in found["verdicts"] if v["check"] == "fib"}
        assert {f"10.255.0.{n}/32" for n in range(4)} <= proven
    finally:
        edge.run("down", ok=False)


def test_the_agents_go_from_one_minor_version_to_the_next_under_traffic(tmp_path: Any) -> None:
    edge = Edge(tmp_path / "project", "dev")
    try:
        edge.run("up", timeout=2400)
        assert edge.cilium_versions() == {DEFAULT_CILIUM.version}
        for version in VERSIONS:
            client = edge.start("lab", "exec", "cilium-r", "--", "/bin/sh", "-c", _CLIENT)
            edge.change(on(version))
            edge.run("up", timeout=2400)
            found = edge.verify()
            edge.on("cilium-r", "rm /tmp/asking")
            out, _ = client.communicate(timeout=30)
            assert found["green"] and edge.cilium_versions() == {version}
            sent, lost = int(out.split()[-1]), out.count("lost")
            # A node whose agent starts again is left out by the router after its hold time at the latest.
            assert sent > 100 and lost < sent / 4, f"{lost} of {sent} lost on the way to {version}"
    finally:
        edge.run("down", ok=False)
