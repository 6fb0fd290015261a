"""The pools that serve a Service, as in LB-IPAM."""

from __future__ import annotations

from collections.abc import Iterator

from config.net import Address
from config.pool import Pool
from config.workload import SHARING_KEY, Service, service_labels
from rules.facts import Facts
from rules.spans import Span, of_block, usable

IPS = ("lbipam.cilium.io/ips", "io.cilium/lb-ipam-ips")
SHARING = (SHARING_KEY, "io.cilium/lb-ipam-sharing-key")
CROSS = ("lbipam.cilium.io/sharing-cross-namespace", "io.cilium/lb-ipam-sharing-cross-namespace")


def matching(facts: Facts, service: Service) -> list[Pool]:
    """The enabled pools with a selector that matches the Service."""
    labels = service_labels(service)
    return [
        pool
        for pool in facts.stack.pools
        if not pool.disabled and (pool.service_selector is None or pool.service_selector.matches(labels))
    ]


def annotation(service: Service, names: tuple[str, ...]) -> str | None:
    """The value of an annotation under its current name or an older name."""
    return next((service.annotations[name] for name in names if name in service.annotations), None)


def requested(service: Service) -> Iterator[str]:
    """The addresses that a Service requests, as texts."""
    yield from map(str, service.asked)
    yield from (part.strip() for part in (annotation(service, IPS) or "").split(",") if part.strip())


def blocks(facts: Facts, *, enabled_only: bool = False) -> list[Span]:
    """Every block of every pool with its path."""
    return [
        of_block(block, f"pools[{i}].blocks[{j}]", f"pool {pool.name}")
        for i, pool in enumerate(facts.stack.pools)
        if enabled_only is False or not pool.disabled
        for j, block in enumerate(pool.blocks)
    ]


def gives(pool: Pool, address: Address) -> bool:
    """Whether a pool can allocate that address."""
    return any(usable(block, pool).has(address) for block in pool.blocks)
