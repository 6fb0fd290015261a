"""What a session carries: the families of its peer config, and IPv6 between IPv6 addresses alone."""

from __future__ import annotations

from typing import Any

from config.load import parse
from effective.peerings.expected import expected_sessions
from probes.expected_prefixes import ExpectedPrefix, expected_prefixes
from probes.observations import Observations
from probes.verify import control_plane
from tests.probes.recorded import dev_object, healthy

SIX = {"cilium-ctr": "fd00:10::100", "cilium-w1": "fd00:10::101"}
VIP, VIP6 = "172.16.1.1/32", "fd00:172::1/128"
POD6 = "fd00:20:1::/64"


def dual(*families: dict[str, Any]) -> dict[str, Any]:
    """The dev stack with a second session between IPv6 addresses, for two of its nodes."""
    document = dev_object()
    [cluster] = document["bgp"]["clusterConfigs"]
    [instance] = cluster["instances"]
    [peer] = [one for one in instance["peers"] if one["address"] == "192.168.10.200"]
    instance["peers"].append({**peer, "name": "tor-6", "address": "fd00:10::200", "peerConfigRef": "six"})
    [config] = document["bgp"]["peerConfigs"]
    document["bgp"]["peerConfigs"].append({**config, "name": "six", "families": list(families)})
    for node in document["nodes"]:
        if node["name"] in SIX:
            node["interfaces"].append({"name": "eth1", "address": f"{SIX[node['name']]}/64"})
    [router] = document["routers"]
    router["interfaces"].append({"name": "eth1", "address": "fd00:10::200/64"})
    router["bgp"]["neighbors"] += [{"address": one, "remoteAs": 65001} for one in SIX.values()]
    return document


def seen() -> Observations:
    observations = healthy()
    for item in observations.objects["services"]:
        item["status"]["loadBalancer"]["ingress"].append({"ip": "fd00:172::1"})
    observations.objects["nodes"] = [
        {"metadata": {"name": "cilium-w1", "labels": {}}, "spec": {"podCIDRs": ["172.20.1.0/24", POD6]}}
    ]
    return observations


def expected(*families: dict[str, Any]) -> dict[str, ExpectedPrefix]:
    stack = parse(dual(*families), "dev")
    sessions = list(expected_sessions(stack))
    found = expected_prefixes(stack, sessions, seen())["cilium-r"]
    return {item.prefix: item for item in found}


def family(afi: str) -> dict[str, Any]:
    return {"afi": afi, "advertisements": {"matchLabels": {"advertise": "bgp"}}}


def test_a_session_between_ipv6_addresses_carries_what_its_family_selects() -> None:
    found = expected(family("ipv6"))
    assert found[VIP6].next_hops == set(SIX.values()) and found[POD6].next_hops == {SIX["cilium-w1"]}
    # The sessions between IPv4 addresses carry IPv4 alone, and the others no IPv4.
    assert all("fd00" not in hop for hop in found[VIP].next_hops) and len(found[VIP].next_hops) == 4


def test_a_family_that_is_not_declared_carries_nothing() -> None:
    found = expected(family("ipv4"))
    assert found[VIP6].next_hops == frozenset() and POD6 not in found


def test_an_ipv4_session_carries_no_ipv6() -> None:
    """The program activates IPv6 for IPv6 neighbors only."""
    document = dev_object()
    document["bgp"]["peerConfigs"][0]["families"].append(family("ipv6"))
    stack = parse(document, "dev")
    found = {i.prefix: i for i in expected_prefixes(stack, list(expected_sessions(stack)), seen())["cilium-r"]}
    assert found[VIP6].next_hops == frozenset() and POD6 not in found and found[VIP].next_hops


def test_an_address_whose_family_no_session_carries_is_red() -> None:
    document = dev_object()
    stack = parse(document, "dev")
    verdicts = control_plane(stack, list(expected_sessions(stack)), seen())
    [red] = [one for one in verdicts if one.check == "announced"]
    assert red.expected == "fd00:172::1 is announced" and "in this family" in red.cause
