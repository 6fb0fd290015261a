"""Checks of a single part of a stack, such as a router, the BGP objects or pools. Other parts are ignored."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import Any

from config.cluster import ExistingCluster
from config.stack import StackConfig
from rules.finding import Finding
from rules.registry import check_all
from rules.scope import OF_ABSENCE, OF_FIELDS, ROUTER, SCOPE

# Documentation addresses (RFC 5737), because the rules of the address plan do not run.
NOWHERE = ExistingCluster(
    kind="existing",
    pod_cidr=IPv4Network("192.0.2.0/25"),
    service_cidr=IPv4Network("192.0.2.128/25"),
    api_server=IPv4Address("198.51.100.1"),
)


def part(**fields: Any) -> StackConfig:
    """A stack with only these fields."""
    return StackConfig(cluster=NOWHERE, nodes=(), **fields)


def judge_part(stack: StackConfig, *, installed: bool = False) -> tuple[Finding, ...]:
    """The findings for a part. `installed`: the Cilium release and its values are known."""
    asked = ROUTER if stack.routers else (SCOPE - OF_ABSENCE) | OF_FIELDS
    return tuple(finding for finding in check_all(stack, installed=installed).findings if finding.rule in asked)
