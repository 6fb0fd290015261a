"""Generates stacks of any size, to measure growth."""

from __future__ import annotations

import copy
import shutil
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).resolve().parent.parent


def stack_object(nodes: int, routers: int, services: int) -> dict[str, Any]:
    """A valid stack object, with nodes spread evenly over the routers' subnets."""
    shipped = yaml.safe_load((PROJECT / "Pulumi.dev.yaml").read_text())["config"]["cilium-edge:stack"]
    stack: dict[str, Any] = copy.deepcopy(shipped)
    subnets = list(IPv4Network("10.0.0.0/8").subnets(new_prefix=20))[1 : routers + 1]
    pod_cidrs = IPv4Network("100.64.0.0/10").subnets(new_prefix=24)
    hosts = [subnet.hosts() for subnet in subnets]
    gateways = [next(iterator) for iterator in hosts]
    stack["cluster"] |= {"podCIDR": "100.64.0.0/10", "apiServer": str(gateways[0] + 1)}
    stack["cluster"]["managementPrefix"] = "192.168.0.0/16"
    stack["cilium"]["nativeRoutingCIDR"] = "100.64.0.0/10"
    neighbors: list[list[dict[str, str]]] = [[] for _ in range(routers)]
    stack["nodes"] = []
    for i in range(nodes):
        r = i % routers
        address = str(next(hosts[r]))
        neighbors[r].append({"address": address, "peerGroup": "CILIUM"})
        stack["nodes"].append(
            {
                "name": f"node-{i}",
                "role": "worker" if i else "control-plane",
                "podCIDR": str(next(pod_cidrs)),
                "interfaces": [{"name": "eth1", "address": f"{address}/20"}],
                "labels": {"rack": f"r{r}"},
            }
        )
    router = stack["routers"][0]
    stack["routers"], configs = [], []
    for r in range(routers):
        one = copy.deepcopy(router)
        one |= {"name": f"router-{r}", "interfaces": [{"name": "eth1", "address": f"{gateways[r]}/20"}]}
        one["bgp"] |= {"routerId": str(gateways[r]), "networks": [], "neighbors": neighbors[r]}
        stack["routers"].append(one)
        peer = {"name": "tor", "asn": 65000, "address": str(gateways[r]), "peerConfigRef": "cilium-peer"}
        configs.append(
            {
                "name": f"rack-{r}",
                "nodeSelector": {"matchLabels": {"rack": f"r{r}"}},
                "instances": [{"name": "instance-65001", "localASN": 65001, "peers": [peer]}],
            }
        )
    stack["bgp"]["clusterConfigs"] = configs
    stack["pools"] = [{"name": "pool", "blocks": [{"cidr": "172.16.0.0/16"}]}]
    stack["workloads"] = []
    stack["services"] = [
        {"name": f"svc-{i}", "labels": {"app": "webpod"}, "selector": {"app": f"a{i}"}} for i in range(services)
    ]
    return stack


def project(directory: Path, nodes: int, routers: int, services: int) -> Path:
    """A project directory with the generated stack as `dev`."""
    directory.mkdir(parents=True, exist_ok=True)
    for name in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(PROJECT / name, directory / name)
    document = {"config": {"cilium-edge:stack": stack_object(nodes, routers, services)}}
    (directory / "Pulumi.dev.yaml").write_text(yaml.safe_dump(document, sort_keys=False))
    return directory
