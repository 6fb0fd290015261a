"""Rules whose judgement depends on the release, each against the real agents, operator and API of that release.

A rule that speaks is waived, and the programs show what the rule says. Where the rule is silent, they have to do what
was declared.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lab.toolchain.recipes import DEFAULT_CILIUM, LATER_CILIUM
from rules.across.x04_api_version import served
from tests.e2e.harness import Edge, until

pytestmark = [pytest.mark.versions, pytest.mark.alone]

VERSIONS = [DEFAULT_CILIUM.version, *(each.version for each in LATER_CILIUM)]
Edit = Callable[[Any], object]


@pytest.fixture(scope="module", params=VERSIONS)
def edge(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """The dev stack on a release."""
    edge = Edge(tmp_path_factory.mktemp("release") / "project", "dev")
    cilium = edge.original["config"]["cilium-edge:stack"]["cilium"]
    cilium["version"] = request.param
    # What the ConfigMap says, agents read when they start.
    cilium["values"].update(rollOutCiliumPods=True, operator={"replicas": 1, "rollOutPods": True})
    edge.reset()
    try:
        edge.run("up", timeout=2400)
        yield edge
    finally:
        edge.reset()
        edge.run("down", ok=False)


def release(edge: Edge) -> tuple[int, ...]:
    version = edge.original["config"]["cilium-edge:stack"]["cilium"]["version"]
    return tuple(map(int, version.split(".")[:2]))


def speaks(edge: Edge, rule: str, edit: Edit) -> bool:
    """Whether a rule says something of the changed stack; the stack is left with a waiver of it."""
    edge.change(edit)
    spoken = f" {rule} " in edge.run("check", ok=False).stdout

    def waived(stack: Any) -> None:
        edit(stack)
        # Keys that a later chart has no more are part of the question.
        stack["waivers"] = [{"rule": each, "reason": "the real programs show it"} for each in (rule, "X1", "X6")]

    edge.change(waived)
    return spoken


def values(**more: Any) -> Edit:
    return lambda stack: stack["cilium"]["values"].update(more)


def agents_say(edge: Edge) -> str:
    """The last lines of every agent that does not run."""
    return edge.kubectl(
        "-n", "kube-system", "logs", "-l", "k8s-app=cilium", "-c", "cilium-agent", "--tail=15", ok=False
    )


def both(*edits: Edit) -> Edit:
    return lambda stack: [edit(stack) for edit in edits]


def without_replacement(stack: Any) -> None:
    stack["cilium"]["kubeProxyReplacement"] = False


def tunnel(protocol: str) -> Edit:
    def edit(stack: Any) -> None:
        del stack["cilium"]["nativeRoutingCIDR"]
        stack["cilium"].update(routingMode="tunnel")
        stack["cilium"]["values"]["tunnelProtocol"] = protocol

    return edit


# What is declared, the releases whose agents do not start with it, and what one of those agents says.
REFUSED: dict[str, tuple[Edit, set[tuple[int, ...]], str]] = {
    "BPF masquerading without kube-proxy replacement": (
        both(without_replacement, values(bpf={"masquerade": True})),
        {(1, 18)},
        "BPF masquerade requires NodePort",
    ),
    "IPIP without acceleration": (
        values(loadBalancer={"mode": "dsr", "dsrDispatch": "ipip"}),
        {(1, 18)},
        "only available under XDP acceleration",
    ),
    "modes by annotation over VXLAN": (
        both(tunnel("vxlan"), values(bpf={"lbModeAnnotation": True}, loadBalancer={"dsrDispatch": "ipip"})),
        {(1, 18), (1, 19)},
        "unable to initialize kube-proxy replacement options",
    ),
    "modes by annotation over Geneve": (
        both(tunnel("geneve"), values(bpf={"lbModeAnnotation": True})),
        {(1, 18), (1, 19)},
        "requires geneve dispatch",
    ),
    "a mode that nobody knows, of agents that serve no Services": (
        both(without_replacement, values(loadBalancer={"mode": "direct"})),
        {(1, 18), (1, 19), (1, 20)},
        "Invalid value for --bpf-lb-mode",
    ),
    "a dispatch that nobody knows, of agents that serve no Services": (
        both(without_replacement, values(loadBalancer={"dsrDispatch": "gre"})),
        {(1, 19), (1, 20)},
        "Invalid value for --bpf-lb-dsr-dispatch",
    ),
    "an answer to what policies deny that nobody knows": (
        values(policyDenyResponse="reset"),
        {(1, 19), (1, 20)},
        "must be 'icmp' or 'none'",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_agents_start_where_rule_x10_is_silent_and_nowhere_else(edge: Edge, case: str) -> None:
    edit, releases, word = REFUSED[case]
    refused = speaks(edge, "X10", both(edit, lambda stack: stack["cilium"].update(readyTimeout=20)))
    assert refused is (release(edge) in releases)
    done = edge.run("up", ok=False)
    said = agents_say(edge)
    assert (done.returncode != 0) is refused, done.stderr + said
    assert (word in said) is refused, said
    edge.reset()
    edge.run("up")


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


def shared(stack: Any) -> None:
    """TCP and UDP of one number under one sharing key, and no telling them apart."""
    stack["cilium"]["values"]["loadBalancer"] = {"protocolDifferentiation": {"enabled": False}}
    stack["services"] += [
        {
            "name": f"dns-{protocol.lower()}",
            "selector": {"app": "webpod"},
            "ports": [{"port": 53, "protocol": protocol}],
            "annotations": {"lbipam.cilium.io/sharing-key": "dns"},
        }
        for protocol in ("TCP", "UDP")
    ]


def test_services_share_an_address_where_rule_p5_is_silent(edge: Edge) -> None:
    apart = speaks(edge, "P5", shared)
    assert apart is (release(edge) < (1, 19))
    edge.run("up")
    found = json.loads(edge.kubectl("get", "services", "dns-tcp", "dns-udp", "-o", "json"))["items"]
    addresses = [entry["ip"] for item in found for entry in item["status"]["loadBalancer"].get("ingress", [])]
    assert len(addresses) == 2 and (addresses[0] != addresses[1]) is apart


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


def fields(stack: Any) -> None:
    stack["bgp"]["peerConfigs"][0]["transport"] = {"sourceInterface": "eth1"}
    stack["bgp"]["advertisements"][0]["advertisements"].append({"type": "Interface", "interface": "eth1"})


def test_the_api_has_the_fields_of_which_rule_b44_is_silent(edge: Edge) -> None:
    lacking = speaks(edge, "B44", fields)
    assert lacking is (release(edge) < (1, 19))
    peers = {"apiVersion": "cilium.io/v2", "kind": "CiliumBGPPeerConfig", "metadata": {"name": "later"}}
    peers["spec"] = {"transport": {"sourceInterface": "eth1"}}
    routes = {"apiVersion": "cilium.io/v2", "kind": "CiliumBGPAdvertisement", "metadata": {"name": "later"}}
    entry = {"advertisementType": "Interface", "interface": {"name": "eth1"}}
    routes["spec"] = {"advertisements": [entry]}
    for item in (peers, routes):
        command = ["lab", "exec", "mgmt", "--", "kubectl", "apply", "--dry-run=server", "--validate=strict", "-f", "-"]
        done = edge.run(*command, ok=False, stdin=json.dumps(item))
        assert (done.returncode != 0) is lacking, done.stderr


def test_the_api_serves_the_versions_that_rule_x4_names(edge: Edge) -> None:
    items = json.loads(edge.kubectl("get", "crds", "-o", "json"))["items"]
    exact = tuple(map(int, edge.original["config"]["cilium-edge:stack"]["cilium"]["version"].split(".")))
    found = {
        item["spec"]["names"]["kind"]: {
            f"{item['spec']['group']}/{each['name']}" for each in item["spec"]["versions"] if each["served"]
        }
        for item in items
    }
    judged = {kind: served(kind, exact) for kind in found}  # type: ignore[arg-type]
    assert len(judged) > 10
    for kind, versions in judged.items():
        assert versions is None or set(versions) == found[kind], kind
    assert ("CiliumBGPPeeringPolicy" in found) is (exact < (1, 19))
