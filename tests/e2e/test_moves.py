"""Objects and hosts that are called something else, or stand elsewhere in the stack file, stay what they are."""

from __future__ import annotations

import json
import random
import subprocess
import time
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from tests.e2e.by_pulumi import ByPulumi, forget, hand_over
from tests.e2e.harness import Edge

Edit = Callable[[Any], None]
OLD = {"CiliumBGPAdvertisement", "CiliumBGPPeerConfig", "CiliumBGPClusterConfig", "CiliumLoadBalancerIPPool"}


def uids(edge: Edge, kinds: str = "ciliumloadbalancerippools,services") -> dict[str, str]:
    """Kind and name -> uid: an object that was made anew has another one."""
    items = json.loads(edge.kubectl("get", kinds, "-A", "-o", "json"))["items"]
    return {f"{i['kind']} {i['metadata']['name']}": i["metadata"]["uid"] for i in items}


def as_declared(edge: Edge) -> None:
    """Everything that was declared last is there: files on hosts, running configurations, routes, objects."""
    edge.run("refresh", "--preview-only", "--expect-no-changes")
    assert edge.on("cilium-r", "grep ^bgpd= /etc/frr/daemons") == "bgpd=yes\n"
    names = {f"CiliumLoadBalancerIPPool {pool}" for pool in declared_pools(edge)}
    assert {key for key in uids(edge) if key.startswith("CiliumLoadBalancerIPPool")} == names


def declared_pools(edge: Edge) -> set[str]:
    stack = yaml.safe_load((edge.dir / f"Pulumi.{edge.stack}.yaml").read_text())["config"]["cilium-edge:stack"]
    made = [m["metadata"]["name"] for m in stack.get("manifests", []) if m["kind"] == "CiliumLoadBalancerIPPool"]
    return {*(pool["name"] for pool in stack.get("pools", [])), *made}


def manifest(pool: Any) -> Any:
    return {
        "apiVersion": "cilium.io/v2",
        "kind": "CiliumLoadBalancerIPPool",
        "metadata": {"name": pool["name"]},
        "spec": {"blocks": pool["blocks"]},
    }


def to_manifests(stack: Any) -> None:
    stack["manifests"] = [manifest(pool) for pool in stack.pop("pools")]


def split(stack: Any) -> None:
    stack["pools"] = [
        {"name": "cilium-pool", "blocks": [{"cidr": "172.16.1.0/25"}]},
        {"name": "upper", "blocks": [{"cidr": "172.16.1.128/25"}]},
    ]


def swapped(stack: Any) -> None:
    stack["pools"] = [
        {"name": "upper", "blocks": [{"cidr": "172.16.1.0/25"}]},
        {"name": "cilium-pool", "blocks": [{"cidr": "172.16.1.128/25"}]},
    ]


def renamed_peer_config(stack: Any) -> None:
    stack["bgp"]["peerConfigs"][0]["name"] = "tor"
    for peer in stack["bgp"]["clusterConfigs"][0]["instances"][0]["peers"]:
        peer["peerConfigRef"] = "tor"


def renamed_advertisement(stack: Any) -> None:
    stack["bgp"]["advertisements"][0]["name"] = "pods"


def nothing(stack: Any) -> None:
    """The stack as it is shipped."""


EDITS: tuple[Edit, ...] = (to_manifests, split, swapped, renamed_peer_config, renamed_advertisement, nothing)


def old_versions(edge: Edge) -> int:
    """A state as one of Cilium 1.17 is: pools and BGP kinds are v2alpha1."""
    path = edge.home / "state" / f"{edge.stack}.json"
    text, count = path.read_text(), 0
    for kind in OLD:
        # Others depend on them by their URNs.
        text = text.replace(f"kubernetes:cilium.io/v2:{kind}", f"kubernetes:cilium.io/v2alpha1:{kind}")
    state = json.loads(text)
    for resource in state["deployment"]["resources"]:
        if resource["type"].rpartition(":")[2] in OLD:
            one = json.dumps(resource).replace('"apiVersion": "cilium.io/v2"', '"apiVersion": "cilium.io/v2alpha1"')
            resource |= json.loads(one)
            count += 1
    path.write_text(json.dumps(state))
    return count


def events(edge: Edge) -> subprocess.Popen[str]:
    """What the API tells of pools meanwhile."""
    words = ["lab", "exec", "mgmt", "--", "kubectl", "get", "ciliumloadbalancerippools", "-w", "--output-watch-events"]
    watch = edge.start(*words)
    assert watch.stdout is not None
    while "ADDED" not in watch.stdout.readline():
        assert watch.poll() is None
    return watch


def told(watch: subprocess.Popen[str]) -> str:
    time.sleep(1)
    watch.terminate()
    return watch.communicate()[0]


def test_an_upgrade_to_another_api_version_updates_in_place(edge: Edge) -> None:
    before = uids(edge)
    count = old_versions(edge)
    watch = events(edge)
    result = edge.json("up")
    assert result["counts"]["update"] == count > 4 and set(result["counts"]) == {"same", "update"}
    assert "DELETED" not in told(watch) and uids(edge) == before


@pytest.mark.pulumi
def test_an_upgrade_to_another_api_version_updates_in_place_by_pulumi(edge: Edge) -> None:
    before = uids(edge)
    old_versions(edge)
    pulumi = ByPulumi(edge)
    hand_over(edge, pulumi)
    try:
        watch = events(edge)
        counts = pulumi.json("up")["counts"]
        assert counts["update"] > 4 and not {"delete", "create", "replace"} & set(counts)
        assert "DELETED" not in told(watch) and uids(edge) == before
        hand_over(pulumi, edge)
    finally:
        forget(edge)


def test_a_pool_that_moves_within_the_stack_file_stays_the_same_object(edge: Edge) -> None:
    before = uids(edge)
    for edit in (to_manifests, nothing):
        edge.change(edit)
        watch = events(edge)
        edge.run("up")
        assert "DELETED" not in told(watch) and uids(edge) == before
        as_declared(edge)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", [1])
def test_whatever_is_renamed_moved_split_or_merged_what_was_declared_last_is_there(edge: Edge, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test that can be repeated
    for edit in chance.sample(EDITS, 4):
        edge.change(edit)
        done = edge.run("up", ok=False)
        assert done.returncode == 0, (seed, edit.__name__, done.stderr)
        as_declared(edge)


@pytest.mark.pulumi
def test_whatever_is_renamed_moved_split_or_merged_is_there_by_pulumi_too(edge: Edge) -> None:
    pulumi = ByPulumi(edge)
    hand_over(edge, pulumi)
    try:
        for edit in random.Random(3).sample(EDITS, 4):  # noqa: S311 - a test that can be repeated
            edge.change(edit)
            done = pulumi.run("up", ok=False)
            assert done.returncode == 0, (edit.__name__, done.stderr)
            pulumi.run("plan", "--expect-no-changes")
            names = {f"CiliumLoadBalancerIPPool {pool}" for pool in declared_pools(edge)}
            assert {key for key in uids(edge) if key.startswith("CiliumLoadBalancerIPPool")} == names
            assert edge.on("cilium-r", "grep ^bgpd= /etc/frr/daemons") == "bgpd=yes\n"
        hand_over(pulumi, edge)
        as_declared(edge)
    finally:
        forget(edge)


def test_a_router_of_another_name_is_another_host_of_the_lab(edge: Edge) -> None:
    def rename(stack: Any) -> None:
        stack["routers"][0]["name"] = "tor"

    edge.change(rename)
    edge.run("up")
    assert edge.on("tor", "head -c 24 /etc/frr/frr.conf") == "! Rendered by cilium-edg"
    assert edge.on("tor", "grep ^bgpd= /etc/frr/daemons") == "bgpd=yes\n"
    assert {host["name"] for host in edge.json("lab", "status")} >= {"tor"}
    assert "cilium-r" not in edge.run("lab", "status").stdout
