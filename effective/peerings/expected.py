"""The sessions that a stack promises, derived from the declaration alone."""

from __future__ import annotations

from dataclasses import dataclass

from config.bgp import Peer, PeerConfig
from config.net import Address
from config.node import Node
from config.route_policy import PolicyUse
from config.router import Router
from config.stack import StackConfig
from effective.peerings.agreed import timers
from effective.peerings.declared import declared_sessions
from effective.peerings.router_side import RouterSide


@dataclass(frozen=True)
class ExpectedSession:
    """One BGP session between a node and a router. Timers are the agreed ones, in seconds.

    `address` is the router's address as the node has it, `node_address` the node's as the router sees it.
    `side`: what the router has for the node.
    """

    router: Router
    node: Node
    peer: Peer
    address: Address
    node_address: Address
    peer_config: PeerConfig | None
    local_asn: int | None
    hold: int
    keepalive: int
    side: RouterSide

    @property
    def policies(self) -> PolicyUse:
        """What the router lets in from the node, and out to it."""
        return self.side.policies

    def __str__(self) -> str:
        return f"{self.node.name} - {self.router.name}"


def expected_sessions(stack: StackConfig) -> tuple[ExpectedSession, ...]:
    """Every session that the stack declares on Cilium's side towards a router of the stack."""
    return tuple(
        ExpectedSession(
            one.far.router,
            one.node,
            one.peer,
            one.address,
            one.source,
            one.peer_config,
            one.local_asn,
            *timers(one),
            one.far,
        )
        for one in declared_sessions(stack)
        if one.far is not None and one.far.router.managed and one.address is not None
    )
