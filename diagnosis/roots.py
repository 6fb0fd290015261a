"""Finds the root causes among the rows that are not green, and folds consequences under their root.

Each row has a layer, and each layer needs the layers below it: a route needs its session, a session its daemon,
packets need everything. A row follows from a lower row if the hosts of the lower row explain the fault.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from config.errors import KUBELET_UNREACHABLE
from config.stack import StackConfig
from diagnosis.entities import API, Hosts
from probes.verdict import Color, Verdict

_LAYERS = (
    # The parts that everything else needs.
    ("router-daemon", "forwarding", "operator"),
    # Differences from the declaration.
    ("service", "declared", "router-config", "static-route", "bgp-override"),
    ("bgp-session", "bgp-unexpected"),
    ("lb-ipam", "network", "l2", "egress-status", "egress-ipam", "egress-gateway", "ingress", "object"),
    ("announced", "rib", "rib-surplus", "route"),
    ("fib", "egress-map", "envoy", "certificate"),
    ("pod-to-pod", "arp"),
    ("vip-http", "egress-source", "ingress-http"),
    ("packets",),
)
_LAYER = {check: number for number, checks in enumerate(_LAYERS) for check in checks}
_OTHERS = _LAYER["object"]
_TO_SERVERS = ("vip-http", "ingress-http")
_POINTS_ELSEWHERE = ("see the router's side", "see the red ones above")


@dataclass(frozen=True)
class Root:
    """A root cause, and the rows that would be green without it."""

    verdict: Verdict
    follows: tuple[Verdict, ...] = ()

    @property
    def cause(self) -> str:
        """The cause as text."""
        return self.verdict.cause or self.verdict.observed

    def as_dict(self) -> dict[str, object]:
        """The root for JSON."""
        return {
            "check": self.verdict.check,
            "subject": self.verdict.subject,
            "where": self.verdict.where,
            "cause": self.cause,
            "follows": [{"check": one.check, "subject": one.subject, "where": one.where} for one in self.follows],
        }


def roots(stack: StackConfig, verdicts: list[Verdict]) -> list[Root]:
    """The root causes, lowest layer first. Every row that is not green is a root or follows from one."""
    hosts = Hosts(stack)
    rows = sorted((v for v in verdicts if v.color is not Color.GREEN), key=_place)
    groups: list[list[Verdict]] = []
    for number, row in enumerate(rows):
        # A row that follows from a consequence follows from its root.
        group = next((each for each in groups if any(_follows(row, one, rows[:number], hosts) for one in each)), None)
        if group is None:
            groups.append([row])
        else:
            group.append(row)
    return [Root(first, tuple(others)) for first, *others in groups]


def _place(verdict: Verdict) -> tuple[int, int, int]:
    """Sort key: stopped daemons first, then silent hosts, then the layers. Rows that point to another row are last.

    The operator is a pod: its silent node may be the cause.
    """
    layer = _LAYER.get(verdict.check, _OTHERS)
    # A hanging client is no silent host: its server may not answer.
    waits = layer >= _LAYER["pod-to-pod"] and KUBELET_UNREACHABLE not in verdict.cause
    silent = verdict.color is Color.GREY and layer > 0 and not waits
    turn = (1 if verdict.where == API else 2) if silent else 0 if layer == 0 and verdict.check != "operator" else 3
    # A missing peer of an agent says more than a lost session of a router.
    order = 2 if verdict.cause in _POINTS_ELSEWHERE else 0 if verdict.observed == "no such peer" else 1
    return turn, 0 if silent else layer, order


def _follows(row: Verdict, cause: Verdict, before: list[Verdict], hosts: Hosts) -> bool:
    """Whether a row would be green without the cause. `before`: all rows that come before the row."""
    same = row.check == cause.check
    if row.check == "packets" or (row.check in _TO_SERVERS and cause.check == "pod-to-pod"):
        # Pods that do not reach each other are not reachable by an address or by Envoy, either.
        return True
    if same and (row.subject == cause.subject or (row.cause and (row.cause, row.where) == (cause.cause, cause.where))):
        # One object seen from several places, or several objects with the same fault.
        return True
    if same and (row.cause in _POINTS_ELSEWHERE or cause.observed == "no such peer"):
        return hosts.about(row) == hosts.about(cause)
    if cause.color is Color.GREY:
        return _of_the_silent(row, cause, hosts)
    if cause.check in _BY_CHECK:
        return _BY_CHECK[cause.check](row, cause, hosts)
    if row.color is Color.GREY or _LAYER.get(row.check, _OTHERS) <= _LAYER.get(cause.check, _OTHERS):
        return False
    if row.check in ("rib", "fib"):
        return _route_follows(row, cause, before, hosts)
    return bool(hosts.about(row) & hosts.about(cause) - hosts.routers)


def _of_daemons(row: Verdict, cause: Verdict, hosts: Hosts) -> bool:
    return cause.where in hosts.about(row)


def _of_forwarding(row: Verdict, cause: Verdict, hosts: Hosts) -> bool:
    """No packet gets from one subnet to another: agents may not answer, sessions and packets may be lost."""
    return row.check not in ("router-daemon", "service", "router-config", "static-route", "operator")


def _of_operator(row: Verdict, cause: Verdict, hosts: Hosts) -> bool:
    return row.check in ("lb-ipam", "announced", "ingress", "route", "rib", "fib", "bgp-session", "egress-status")


def _of_object(row: Verdict, cause: Verdict, hosts: Hosts) -> bool:
    """Rows on the announcement of a Service and on the node that answers for it."""
    words = f"{row.subject} {row.expected}".replace(",", " ").split()
    return cause.subject.rpartition("/")[2] in words


def _of_declared(row: Verdict, cause: Verdict, hosts: Hosts) -> bool:
    """Rows on announcements, their sessions, and pools."""
    if cause.subject.startswith("CiliumLoadBalancerIPPool"):
        return row.check in ("lb-ipam", "announced", "object", "rib", "fib", "ingress")
    if cause.subject.startswith("CiliumL2"):
        return row.check in ("l2", "announced", "arp")
    return row.check in (*_ROUTED, "bgp-unexpected", "bgp-override", "object", "declared")


def _of_config(row: Verdict, cause: Verdict, hosts: Hosts) -> bool:
    """Rows on FRR's sessions and routes, which its configuration decides."""
    return row.check in (*_ROUTED, "network") and cause.where in hosts.about(row)


_ROUTED = ("bgp-session", "announced", "rib", "rib-surplus", "fib", "route")
_BY_CHECK: dict[str, Callable[[Verdict, Verdict, Hosts], bool]] = {
    "router-daemon": _of_daemons,
    "forwarding": _of_forwarding,
    "operator": _of_operator,
    "service": _of_object,
    "lb-ipam": _of_object,
    "declared": _of_declared,
    "router-config": _of_config,
}


def _of_the_silent(row: Verdict, cause: Verdict, hosts: Hosts) -> bool:
    """Grey rows of one silent host have one cause. Red rows of its peers follow from it."""
    if cause.where == API:
        return row.color is Color.GREY and (row.where not in hosts.routers or cause.cause in row.cause)
    if row.color is Color.GREY:
        return row.where == cause.where
    about = hosts.about(row)
    if row.check in ("rib", "fib"):
        return hosts.missing(row) == {cause.where}
    return cause.where in about and cause.where not in hosts.routers


def _route_follows(row: Verdict, cause: Verdict, before: list[Verdict], hosts: Hosts) -> bool:
    """A route follows from the lost sessions of its missing next hops. A kernel route follows from the RIB's route."""
    if (row.subject, row.where) == (cause.subject, cause.where):
        return True
    missing = hosts.missing(row)
    ill = {
        host
        for one in before
        if one.check == "bgp-session" or one.color is Color.GREY
        for host in hosts.about(one) - hosts.routers
    }
    return bool(missing) and missing <= ill and bool(missing & hosts.about(cause))
