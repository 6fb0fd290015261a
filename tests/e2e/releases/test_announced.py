"""Whom agents tell of an address, by BGP and by ARP: rules B36, B39 and L8."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from tests.e2e.harness import Edge, until
from tests.e2e.releases.helpers import release, speaks

pytestmark = [pytest.mark.versions, pytest.mark.alone]


def by_envoy(stack: Any) -> None:
    """An Ingress whose Service has externalTrafficPolicy Local, announced by BGP."""
    # The lab's Envoy has a stream for each kind.
    later = not stack["cilium"]["version"].startswith(("1.18.", "1.19."))
    stack["cilium"]["values"]["envoy"] = {"xdsMode": "split"} if later else {"enabled": True}
    stack["ingressController"] = {"mode": "dedicated"}
    ingress: dict[str, Any] = {"name": "web", "rules": [{"paths": [{"path": "/", "service": "webpod", "port": 80}]}]}
    ingress["annotations"] = {"ingress.cilium.io/service-external-traffic-policy": "Local"}
    stack["ingresses"] = [ingress]
    entry = {
        "type": "Service",
        "addresses": ["LoadBalancerIP"],
        "selector": {"matchLabels": {"cilium.io/ingress": "true"}},
    }
    stack["bgp"]["advertisements"][1]["advertisements"].append(entry)


def test_nodes_announce_an_ingress_with_local_traffic_where_rule_b39_is_silent(edge: Edge) -> None:
    nowhere = speaks(edge, "B39", by_envoy)
    assert nowhere is (release(edge) < (1, 19))
    edge.run("up")
    item = json.loads(edge.kubectl("get", "service", "cilium-ingress-web", "-o", "json"))
    [address] = [entry["ip"] for entry in item["status"]["loadBalancer"]["ingress"]]

    def known() -> bool:
        return bool(json.loads(edge.on("cilium-r", f"vtysh -c 'show bgp ipv4 unicast {address}/32 json'")))

    if nowhere:
        # As long as an address of another Service takes, and longer.
        time.sleep(10)
        assert not known()
    else:
        until(known, 30, f"a route to {address}")


def bare(stack: Any) -> None:
    """An L2 policy on an interface without an address, which the agents are told to use."""
    stack["nodes"][1]["interfaces"].append({"name": "eth9"})
    stack["cilium"]["devices"] = ["eth1", "eth9"]
    stack["pools"] = [{"name": "cilium-pool", "blocks": [{"cidr": "192.168.10.208/28"}]}]
    on_w1 = {"matchLabels": {"kubernetes.io/hostname": "cilium-w1"}}
    stack["l2Policies"] = [{"name": "bare", "interfaces": ["^eth9$"], "loadBalancerIPs": True, "nodeSelector": on_w1}]


def wired(stack: Any) -> None:
    """The same, for a lab whose interface is another one of a wire than a lab makes of it."""
    bare(stack)
    stack["nodes"][1]["interfaces"].pop()


def test_agents_answer_arp_without_an_address_where_rule_l8_is_silent(edge: Edge) -> None:
    dumb = speaks(edge, "L8", bare)
    assert dumb is (release(edge) < (1, 19))
    edge.on("cilium-w1", "ip link add link eth1 name eth9 type macvlan mode bridge; ip link set eth9 up")
    try:
        edge.change(wired)
        edge.run("up")
        item = json.loads(edge.kubectl("get", "service", "webpod", "-o", "json"))
        [address] = [entry["ip"] for entry in item["status"]["loadBalancer"]["ingress"]]
        agent = ("-n", "kube-system", "exec", agent_on(edge, "cilium-w1"), "-c", "cilium-agent", "--")
        until(
            lambda: address in edge.kubectl(*agent, "cilium-dbg", "shell", "--", "db/show", "l2-announce", ok=False),
            60,
            f"the agent on cilium-w1 holds {address}",
        )

        def answered() -> bool:
            return "reply from" in edge.on("cilium-r", f"arping -c 1 -w 1 -I eth1 {address}; true")

        if dumb:
            time.sleep(5)
            assert not answered()
        else:
            until(answered, 30, f"an answer for {address}")
    finally:
        edge.on("cilium-w1", "ip link del eth9", ok=False)
        edge.reset()
        edge.run("up")


def agent_on(edge: Edge, node: str) -> str:
    chosen = ("-l", "k8s-app=cilium", "--field-selector", f"spec.nodeName={node}", "-o", "name")
    return edge.kubectl("-n", "kube-system", "get", "pods", *chosen).strip()


def twice(stack: Any) -> None:
    """Two entries that take the same Service, each with a community."""
    entries = stack["bgp"]["advertisements"][1]["advertisements"]
    entries[0]["communities"] = ["65001:100"]
    entries.append({**entries[0], "communities": ["65001:200"]})


def test_agents_merge_the_communities_of_two_entries_as_rule_b36_says(edge: Edge) -> None:
    assert speaks(edge, "B36", twice)
    edge.run("up")
    edge.verify()
    shown = json.loads(edge.on("cilium-r", "vtysh -c 'show bgp ipv4 unicast 172.16.1.1/32 json'"))
    assert {path["community"]["string"] for path in shown["paths"]} == {"65001:100 65001:200"}
