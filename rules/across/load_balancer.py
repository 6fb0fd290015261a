"""Modes of Cilium's load balancer that contradict the routing: the agent ends with a line in its log.

Source: daemon/cmd/kube_proxy_replacement.go up to 1.18, pkg/kpr/initializer/kube_proxy_replacement.go from 1.19.
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error

_MODES = ("snat", "dsr", "hybrid")
_DISPATCH = ("opt", "ipip", "geneve")
_ALGORITHMS = ("random", "maglev")
_TABLES = (251, 509, 1021, 2039, 4093, 8191, 16381, 32749, 65521, 131071)
_WHERE = "cilium.values.loadBalancer"


def load_balancer(facts: Facts) -> Iterator[Finding]:
    """Mode, dispatch, algorithm, and what they ask of the tunnel."""
    mode = str(facts.helm("loadBalancer.mode") or "snat")
    dispatch = str(facts.helm("loadBalancer.dsrDispatch") or "opt")
    if mode not in _MODES:
        yield error(f"{_WHERE}.mode", "snat, dsr or hybrid", mode, "take one of them")
        return
    yield from _algorithm(facts)
    annotated = facts.release >= (1, 17) and facts.on("bpf.lbModeAnnotation")
    if mode == "snat" and not annotated:
        return
    if dispatch not in _DISPATCH:
        yield error(f"{_WHERE}.dsrDispatch", "opt, ipip or geneve", dispatch, "take one of them")
        return
    yield from _annotation(facts, mode, dispatch, annotated)
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
        # In native routing too: the packets of the dispatch are Geneve's.
        yield error(
            "cilium.values.tunnelProtocol",
            "geneve with dsrDispatch geneve",
            protocol,
            "set cilium.values.tunnelProtocol: geneve",
        )


def _annotation(facts: Facts, mode: str, dispatch: str, annotated: bool) -> Iterator[Finding]:
    acceleration = str(facts.helm("loadBalancer.acceleration") or "disabled")
    if annotated and mode == "hybrid":
        yield error(f"{_WHERE}.mode", "snat or dsr with bpf.lbModeAnnotation", mode, "take another mode")
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
    size = facts.helm("maglev.tableSize")
    if size is not None and str(size).isdigit() and int(size) not in _TABLES:
        known = ", ".join(map(str, _TABLES))
        yield error("cilium.values.maglev.tableSize", f"one of {known}", size, "take one of them")
