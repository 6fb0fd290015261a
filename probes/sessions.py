"""State and timers of every session, on both sides: the router's neighbor and the agent's peer."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from config.net import Address
from effective.peerings.declared import DeclaredSession
from effective.peerings.expected import ExpectedSession
from probes.observations import Json, Observations
from probes.propagation import RouterSession
from probes.verdict import Verdict, judged, unknown

CHECK = "bgp-session"
_NO_PEER = "the agent runs no such peer: the node is not selected, peerConfigRef is wrong, or localASN is missing"


def judge(session: ExpectedSession, observations: Observations) -> Iterator[Verdict]:
    """Two verdicts, one for each side, independent of each other."""
    yield _router_side(session, observations)
    yield _agent_side(session, observations)


def towards_others(declared: list[DeclaredSession], observations: Observations) -> Iterator[Verdict]:
    """Sessions with routers outside the stack: only the agent's side can be queried."""
    for one in declared:
        if (one.far is not None and one.far.router.managed) or one.address is None:
            continue
        where, subject = one.node.name, f"{one} (agent)"
        peers = observations.agents.get(where)
        if peers is None:
            yield unknown(CHECK, subject, "established", where, _no_agent(where, observations))
            continue
        peer = _peer(peers, one.address)
        state = peer.get("session-state") if peer else "no such peer"
        cause = f"{one.address} does not answer as AS {one.peer.asn}, or knows no neighbor {one.source}"
        multihop = one.peer_config.ebgp_multihop if one.peer_config else None
        if peer is None:
            cause = _NO_PEER
        elif not one.on_link and one.peer.asn != one.local_asn and (multihop or 1) == 1:
            cause = f"{one.address} is on no link of {where}, and packets go one hop without ebgpMultihop"
        yield judged(CHECK, subject, state == "established", "established", state, where, cause)


def between_routers(session: RouterSession, observations: Observations) -> Verdict:
    """A session between two routers, from the near router's side. The far side has its own verdict."""

    def cause(neighbor: Json) -> str:
        remote = neighbor.get("remoteAs")
        if remote and remote != session.back.asn:
            return f"FRR expects AS {remote}, {session.far.name} speaks as AS {session.back.asn}"
        return _no_session(neighbor)

    return _on_router(
        f"{session} (router)",
        session.near.name,
        session.address,
        (session.hold, session.keepalive),
        observations,
        cause,
    )


def unexpected(
    router: str,
    expected: list[ExpectedSession],
    between: list[RouterSession],
    others: set[str],
    observations: Observations,
) -> Iterator[Verdict]:
    """Established neighbors that belong to no session of the stack.

    `others`: the router's declared neighbors that are neither nodes nor managed routers.
    """
    answer = observations.routers.get(router)
    if answer is None:
        return
    known = others | {str(s.node_address) for s in expected if s.router.name == router}
    known |= {str(session.address) for session in between if session.near.name == router}
    for address, neighbor in answer["neighbors"].items():
        if address not in known and isinstance(neighbor, dict) and neighbor.get("bgpState") == "Established":
            yield judged(
                "bgp-unexpected",
                address,
                False,
                "no such session",
                "Established",
                router,
                "a peer that the stack does not declare",
            )


def _router_side(session: ExpectedSession, observations: Observations) -> Verdict:
    return _on_router(
        f"{session} (router)",
        session.router.name,
        session.node_address,
        (session.hold, session.keepalive),
        observations,
        lambda neighbor: _cause(session, neighbor),
    )


def _on_router(
    subject: str,
    where: str,
    address: Address,
    timers: tuple[int, int],
    observations: Observations,
    cause: Callable[[Json], str],
) -> Verdict:
    """The verdict on a router's neighbor. `timers`: hold and keepalive in seconds."""
    wanted = f"Established, hold {timers[0]} s, keepalive {timers[1]} s"
    answer = observations.routers.get(where)
    if answer is None:
        return unknown(CHECK, subject, wanted, where, observations.errors.get(where, "not asked"))
    neighbor = answer["neighbors"].get(str(address))
    if not isinstance(neighbor, dict):
        why = f"FRR has no neighbor {address}, and no listen range with it"
        return judged(CHECK, subject, False, wanted, "no such neighbor", where, why)
    state = neighbor.get("bgpState", "unknown")
    if state != "Established":
        return judged(CHECK, subject, False, wanted, state, where, cause(neighbor))
    hold = neighbor.get("bgpTimerHoldTimeMsecs", 0) // 1000
    keepalive = neighbor.get("bgpTimerKeepAliveIntervalMsecs", 0) // 1000
    observed = f"Established, hold {hold} s, keepalive {keepalive} s"
    why = "the agreed timers are not the declared ones: a side still runs older settings"
    return judged(CHECK, subject, (hold, keepalive) == timers, wanted, observed, where, why)


def _cause(session: ExpectedSession, neighbor: Json) -> str:
    remote, local = neighbor.get("remoteAs"), neighbor.get("localAs")
    # This check comes first: for `external`, FRR keeps showing the last AS number.
    if session.local_asn == local and not neighbor.get("nbrInternalLink"):
        return f"both sides are AS {local}, and the neighbor is external"
    if remote and session.local_asn and remote not in (session.local_asn, 0):
        return f"FRR expects AS {remote}, Cilium speaks as AS {session.local_asn}"
    if session.peer.asn != local:
        return f"Cilium expects AS {session.peer.asn}, FRR speaks as AS {local}"
    return _no_session(neighbor)


def _no_session(neighbor: Json) -> str:
    reason = neighbor.get("lastNotificationReason") or neighbor.get("lastResetDueTo") or ""
    if "Admin. shutdown" in (reason, neighbor.get("lastResetDueTo")):
        return "FRR has the neighbor shut down (Admin. shutdown): `no neighbor ... shutdown` on the router"
    hint = f"FRR says: {reason}" if reason else "no TCP connection"
    return f"{hint}; check reachability, ebgpMultihop and the MD5 password on both sides"


def _agent_side(session: ExpectedSession, observations: Observations) -> Verdict:
    where, subject = session.node.name, f"{session} (agent)"
    wanted = f"established, hold {session.hold} s, keepalive {session.keepalive} s"
    peers = observations.agents.get(where)
    if peers is None:
        return unknown(CHECK, subject, wanted, where, _no_agent(where, observations))
    peer = _peer(peers, session.address)
    if peer is None:
        return judged(CHECK, subject, False, wanted, "no such peer", where, _NO_PEER)
    hold, keepalive = peer.get("applied-hold-time-seconds"), peer.get("applied-keep-alive-time-seconds")
    observed = f"{peer.get('session-state')}, hold {hold} s, keepalive {keepalive} s"
    state_good = peer.get("session-state") == "established"
    good = state_good and (hold, keepalive) == (session.hold, session.keepalive)
    cause = "the agreed timers are not the declared ones" if state_good else "see the router's side"
    return judged(CHECK, subject, good, wanted, observed, where, cause)


def _peer(peers: list[Json], address: Address) -> Json | None:
    return next((p for p in peers if p.get("peer-address") == str(address)), None)


def _no_agent(node: str, observations: Observations) -> str:
    return observations.errors.get(node) or observations.errors.get("pods") or "no agent pod on this node"
