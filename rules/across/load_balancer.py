"""Modes of Cilium's load balancer that contradict the routing. The agent exits with one line in its log.

Source: daemon/cmd/kube_proxy_replacement.go up to 1.18, pkg/kpr/initializer/kube_proxy_replacement.go from 1.19,
pkg/loadbalancer/config.go from 1.18, pkg/maglev and pkg/datapath/xdp from 1.17.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error

_MODES = ("snat", "dsr", "hybrid")
_DISPATCH = ("opt", "ipip", "geneve")
_ALGORITHMS = ("random", "maglev")
# `testing-only` is the agent's value for drivers without native XDP.
_ACCELERATIONS = ("disabled", "native", "best-effort", "testing-only")
_TABLES = (251, 509, 1021, 2039, 4093, 8191, 16381, 32749, 65521, 131071)
_WHERE = "cilium.values.loadBalancer"


def load_balancer(facts: Facts) -> Iterator[Finding]:
    """Mode, dispatch, algorithm, and their requirements on the tunnel.

    Agents that serve no Services still check some of these values, and more of them with each release.
    """
    served = facts.serves_services
    mode = str(facts.helm("loadBalancer.mode") or "snat")
    dispatch = str(facts.helm("loadBalancer.dsrDispatch") or "opt")
    annotated = facts.release >= (1, 17) and facts.on("bpf.lbModeAnnotation")
    if served or facts.release >= (1, 17):
        yield from _table_and_acceleration(facts)
    if served or facts.release >= (1, 18):
        yield from _algorithm(facts)
        if mode not in _MODES:
            yield error(f"{_WHERE}.mode", "snat, dsr or hybrid", mode, "take one of them")
            return
        if annotated and mode == "hybrid":
            yield error(f"{_WHERE}.mode", "snat or dsr with bpf.lbModeAnnotation", mode, "take another mode")
    asks_for = served and (mode != "snat" or annotated)
    if dispatch not in _DISPATCH and (asks_for or facts.release >= (1, 19)):
        yield error(f"{_WHERE}.dsrDispatch", "opt, ipip or geneve", dispatch, "take one of them")
    elif asks_for:
        yield from _dispatch(facts, dispatch, annotated)
        yield from _tunnel(facts, mode, dispatch)


def _tunnel(facts: Facts, mode: str, dispatch: str) -> Iterator[Finding]:
    tunnel = str(facts.helm("routingMode") or "tunnel") == "tunnel"
    protocol = str(facts.helm("tunnelProtocol") or "vxlan")
    what = f"{mode}, dispatch {dispatch}, {'tunnel ' + protocol if tunnel else 'native routing'}"
    by_annotation = mode == "snat"
    if tunnel and protocol == "vxlan":
        if not (by_annotation and facts.release >= (1, 20) and dispatch == "ipip"):
            yield error(
                f"{_WHERE}.mode",
                "snat with a VXLAN tunnel",
                what,
                "use routingMode native, or tunnelProtocol geneve and dsrDispatch geneve",
            )
    elif tunnel and dispatch != "geneve" and not (by_annotation and facts.release >= (1, 20)):
        fix = "set loadBalancer.dsrDispatch: geneve"
        yield error(f"{_WHERE}.dsrDispatch", "geneve with a Geneve tunnel", what, fix)
    elif dispatch == "geneve" and protocol != "geneve":
        # Also with native routing, because the dispatch uses Geneve packets.
        yield error(
            "cilium.values.tunnelProtocol",
            "geneve with dsrDispatch geneve",
            protocol,
            "set cilium.values.tunnelProtocol: geneve",
        )


def _dispatch(facts: Facts, dispatch: str, annotated: bool) -> Iterator[Finding]:
    acceleration = str(facts.helm("loadBalancer.acceleration") or "disabled")
    if annotated and facts.release == (1, 17) and dispatch != "ipip":
        yield error(
            f"{_WHERE}.dsrDispatch",
            "ipip with bpf.lbModeAnnotation (Cilium 1.17)",
            dispatch,
            "set loadBalancer.dsrDispatch: ipip, or take Cilium 1.18",
        )
    if dispatch == "ipip" and facts.release < (1, 19) and acceleration == "disabled":
        yield error(
            f"{_WHERE}.acceleration",
            "native or best-effort with dsrDispatch ipip",
            acceleration,
            "set loadBalancer.acceleration: native",
        )


def _algorithm(facts: Facts) -> Iterator[Finding]:
    algorithm = str(facts.helm("loadBalancer.algorithm") or "random")
    if algorithm not in _ALGORITHMS:
        yield error(f"{_WHERE}.algorithm", "random or maglev", algorithm, "take one of them")


def _table_and_acceleration(facts: Facts) -> Iterator[Finding]:
    size = facts.helm("maglev.tableSize")
    if size is not None and str(size).isdigit() and int(size) not in _TABLES:
        known = ", ".join(map(str, _TABLES))
        yield error("cilium.values.maglev.tableSize", f"one of {known}", size, "take one of them")
    acceleration = str(facts.helm("loadBalancer.acceleration") or "disabled")
    if acceleration not in _ACCELERATIONS:
        yield error(f"{_WHERE}.acceleration", "disabled, native or best-effort", acceleration, "take one of them")
