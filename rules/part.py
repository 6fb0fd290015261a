"""One part of a stack judged alone: a router, the BGP objects, pools. What is elsewhere is not spoken of."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import Any

from config.cluster import ExistingCluster
from config.stack import StackConfig
from rules.finding import Finding
from rules.registry import check_all
from rules.scope import OF_ABSENCE, ROUTER, SCOPE

# Addresses that nothing has (RFC 5737): the rules of the address plan are not asked.
NOWHERE = ExistingCluster(
    kind="existing",
    pod_cidr=IPv4Network("192.0.2.0/25"),
    service_cidr=IPv4Network("192.0.2.128/25"),
    api_server=IPv4Address("198.51.100.1"),
)


def part(**fields: Any) -> StackConfig:
    """A stack that has these fields and nothing else."""
    return StackConfig(cluster=NOWHERE, nodes=(), **fields)


def judge_part(stack: StackConfig, *, installed: bool = False) -> tuple[Finding, ...]:
    """What the rules say of it. `installed`: its Cilium is known with its values."""
    asked = ROUTER if stack.routers else SCOPE - OF_ABSENCE
    return tuple(finding for finding in check_all(stack, installed=installed).findings if finding.rule in asked)
