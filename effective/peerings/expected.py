"""The sessions to expect of a stack, derived only from its declaration."""

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
    """One BGP session between a node and a router. Timers are the negotiated values, in seconds.

    `address` is the router's address in the node's configuration. `node_address` is the node's address in the router's
    view. `side` has the router's settings for the node.
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
        """The router's policies for routes from the node and to the node."""
        return self.side.policies

    def __str__(self) -> str:
        return f"{self.node.name} - {self.router.name}"


def expected_sessions(stack: StackConfig) -> tuple[ExpectedSession, ...]:
    """Every session with a router of the stack that the stack declares on Cilium's side."""
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
