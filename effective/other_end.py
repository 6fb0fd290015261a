"""The configuration that an unmanaged router needs for the nodes that peer with it, as plain facts."""

from __future__ import annotations

from collections.abc import Iterator

from config.router import Router
from config.stack import StackConfig
from effective.peerings.declared import DeclaredSession, declared_sessions


def other_end(stack: StackConfig, router: Router) -> str:
    """A text with one line for each neighbor, in terms that apply to routers of any vendor."""
    lines = list(
        dict.fromkeys(_neighbor(one) for one in declared_sessions(stack) if one.far and one.far.router == router)
    )
    networks = [f"networks of its own: {', '.join(map(str, router.bgp.networks))}"] if router.bgp.networks else []
    head = f"{router.name}: AS {router.bgp.asn}, router ID {router.bgp.router_id or 'of its choice'}, not managed here"
    return "\n".join([head, *networks, *(lines or ["no node of the stack peers with it"]), ""])


def _neighbor(session: DeclaredSession) -> str:
    return f"neighbor {session.source} ({session.node.name}): {', '.join(_facts(session))}"


def _facts(session: DeclaredSession) -> Iterator[str]:
    config, far = session.peer_config, session.far
    assert far is not None
    yield f"remote AS {session.local_asn if session.local_asn is not None else 'missing: the node has no localASN'}"
    if far.asn != far.router.bgp.asn:
        yield f"local AS {far.asn}"
    if config is None:
        return
    if config.transport is not None and config.transport.peer_port is not None:
        yield f"connects to port {config.transport.peer_port}"
    yield f"hold time {config.timers.hold} s, keepalive {config.timers.keepalive} s"
    yield f"password {'set' if config.auth_secret_ref else 'not set'}"
    if config.ebgp_multihop is not None and session.local_asn != far.asn:
        yield f"eBGP multihop {config.ebgp_multihop}"
    restart = config.timers.graceful_restart
    yield f"graceful restart {restart} s" if restart else "no graceful restart"
    yield f"families {' and '.join(family.afi for family in config.families)}"
