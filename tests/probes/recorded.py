"""Answers recorded from a healthy dev stack, cut to what the judges read, and ways to spoil them."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml

from config.load import parse
from config.stack import StackConfig
from probes.observations import Observations

NODES = {
    "cilium-ctr": "192.168.10.100",
    "cilium-w1": "192.168.10.101",
    "cilium-w2": "192.168.10.102",
    "cilium-w3": "192.168.20.100",
}
BACKENDS = {"cilium-w1": "webpod-1", "cilium-w2": "webpod-2", "cilium-w3": "webpod-3"}
_DEV = Path(__file__).resolve().parents[2] / "Pulumi.dev.yaml"


def dev_object() -> dict[str, Any]:
    """A fresh copy of the stack object of the shipped dev stack."""
    return copy.deepcopy(dict(yaml.safe_load(_DEV.read_text())["config"]["cilium-edge:stack"]))


def dev() -> StackConfig:
    return parse(dev_object(), "dev")


def neighbor() -> dict[str, Any]:
    return {
        "remoteAs": 65001,
        "localAs": 65000,
        "bgpState": "Established",
        "bgpTimerHoldTimeMsecs": 9000,
        "bgpTimerKeepAliveIntervalMsecs": 3000,
    }


def rib_route(prefix: str, hops: list[str]) -> list[dict[str, Any]]:
    nexthops = [{"ip": hop, "active": True, "fib": True} for hop in hops]
    return [{"prefix": prefix, "protocol": "bgp", "selected": True, "installed": True, "nexthops": nexthops}]


def fib_route(prefix: str, hops: list[str]) -> dict[str, Any]:
    if len(hops) == 1:
        return {"dst": prefix, "gateway": hops[0], "dev": "eth1"}
    return {"dst": prefix.removesuffix("/32"), "nexthops": [{"gateway": hop, "dev": "eth1"} for hop in hops]}


def router_answer(neighbors: dict[str, Any], routes: dict[str, list[str]], *networks: str) -> dict[str, Any]:
    """What a router says whose own `networks` are announced."""
    return {
        "neighbors": neighbors,
        "rib": {prefix: rib_route(prefix, hops) for prefix, hops in routes.items()},
        "fib": [fib_route(prefix, hops) for prefix, hops in routes.items()],
        "static": {},
        "not-running": [],
        "networks": {network: {"paths": [{"sourced": True, "valid": True}]} for network in networks},
    }


def reporting(kind: str, name: str, fault: str, status: str = "False") -> dict[str, Any]:
    """An object of Cilium's with one condition."""
    condition = {"type": f"cilium.io/{fault}", "status": status, "message": f"{fault} of {kind}"}
    return {"metadata": {"name": name}, "status": {"conditions": [condition]}}


def healthy() -> Observations:
    """What Collector.collect() returns when all is well."""
    routes = {f"172.20.{i}.0/24": [address] for i, address in enumerate(NODES.values())}
    routes["172.16.1.1/32"] = list(NODES.values())
    peer = {
        "peer-address": "192.168.10.200",
        "peer-asn": 65000,
        "local-asn": 65001,
        "session-state": "established",
        "applied-hold-time-seconds": 9,
        "applied-keep-alive-time-seconds": 3,
    }
    service = {
        "metadata": {"name": "webpod", "namespace": "default", "labels": {"app": "webpod"}},
        "status": {
            "conditions": [{"type": "cilium.io/IPAMRequestSatisfied", "status": "True", "message": ""}],
            "loadBalancer": {"ingress": [{"ip": "172.16.1.1", "ipMode": "VIP"}]},
        },
    }
    endpoints = [
        {"addresses": ["172.20.9.9"], "conditions": {"ready": True}, "nodeName": node, "targetRef": {"name": pod}}
        for node, pod in BACKENDS.items()
    ]
    slices = [
        {
            "metadata": {
                "name": "webpod-x",
                "namespace": "default",
                "labels": {"kubernetes.io/service-name": "webpod"},
            },
            "endpoints": endpoints,
        }
    ]
    return Observations(
        routers={"cilium-r": router_answer({a: neighbor() for a in NODES.values()}, routes, "10.10.1.0/24")},
        agents={node: [dict(peer)] for node in NODES},
        objects={
            "services": [service],
            "slices": slices,
            "pods": [],
            "nodes": [],
            "CiliumBGPClusterConfig": [reporting("CiliumBGPClusterConfig", "cilium-bgp", "NoMatchingNode")],
            "CiliumBGPPeerConfig": [reporting("CiliumBGPPeerConfig", "cilium-peer", "MissingAuthSecret")],
            "CiliumBGPNodeConfig": [{"metadata": {"name": node}} for node in NODES],
            "CiliumLoadBalancerIPPool": [reporting("CiliumLoadBalancerIPPool", "cilium-pool", "PoolConflict")],
        },
    )
