"""Whether an Ingress or Gateway has its Service's address, and whether every node's Envoy has its routes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from config.stack import StackConfig
from effective.entries import Entrance, entrances
from probes.observations import Json, Observations
from probes.services import load_balancer_addresses, service_object
from probes.verdict import Verdict, judged, unknown

# Domain, path and the backend's namespace:service:port.
Route = tuple[str, str, str]
ANY_HOST = "*"
# Kind -> key of its objects in the observations.
_KEYS = {"Ingress": "ingresses", "Gateway": "gateways"}


def judge(stack: StackConfig, observations: Observations) -> Iterator[Verdict]:
    """Two verdicts for each Ingress and Gateway: address and routes. Pure."""
    found = entrances(stack)
    for item in found:
        yield _address(item, observations)
    wanted = declared_routes(found)
    if wanted:
        for node in stack.nodes:
            yield _envoy(node.name, wanted, observations)


def _address(item: Entrance, observations: Observations) -> Verdict:
    key, subject, service = _KEYS[item.kind], str(item), item.service
    if service is None:
        # With listeners on the host network there is no address.
        return judged("ingress", subject, True, "no address: host network", "none", "API")
    wanted = f"the address of Service {service.namespace}/{service.name}"
    for each in (key, "services"):
        if each not in observations.objects:
            return unknown("ingress", subject, wanted, "API", observations.errors.get(each, "not asked"))
    found = next(
        (
            one
            for one in observations.objects[key]
            if (one["metadata"]["namespace"], one["metadata"]["name"]) == (item.namespace, item.name)
        ),
        None,
    )
    if found is None:
        return judged("ingress", subject, False, wanted, f"no such {item.kind}", "API", "not deployed")
    addresses = load_balancer_addresses(service_object(observations, service))
    shown = _shown_addresses(found)
    if service_object(observations, service) is None:
        refused = _refusals(found)
        cause = refused or f"the operator has made no Service of it: does its log mention this {item.kind}?"
        return judged("ingress", subject, False, wanted, "no such Service", "API", cause)
    cause = (
        _refusals(found)
        if addresses and shown == addresses
        else (
            "LB-IPAM has given the Service no address"
            if not addresses
            else f"the operator has not written the address into the {item.kind}: its log says why"
        )
    )
    return judged(
        "ingress",
        subject,
        bool(addresses) and shown == addresses and not cause,
        wanted,
        ", ".join(shown) or "no address",
        "API",
        cause,
    )


def _shown_addresses(found: Json) -> list[str]:
    """The addresses in the status of an Ingress or Gateway."""
    if found.get("kind") == "Ingress" or "loadBalancer" in (found.get("status") or {}):
        return load_balancer_addresses(found)
    return [str(each.get("value")) for each in (found.get("status") or {}).get("addresses") or []]


def _refusals(found: Json) -> str:
    """The operator's reasons for refusing a Gateway or one of its listeners."""
    status = found.get("status") or {}
    reported = [("it", one) for one in status.get("conditions") or []]
    reported += [
        (f"listener {each.get('name')}", one)
        for each in status.get("listeners") or []
        for one in each.get("conditions") or []
    ]
    good = ("Accepted", "Programmed", "ResolvedRefs")
    wrong = [(who, one) for who, one in reported if one.get("type") in good and one.get("status") == "False"]
    return "; ".join(f"{who} is not {one['type']}: {one.get('message') or one.get('reason')}" for who, one in wrong)


def _envoy(node: str, wanted: set[Route], observations: Observations) -> Verdict:
    expected = f"{len(wanted)} routes"
    reported = observations.envoys.get(node)
    if reported is None:
        return unknown("envoy", node, expected, node, observations.errors.get(f"envoy of {node}", "no agent there"))
    missing = sorted(wanted - known_routes(reported))
    observed = f"{len(wanted) - len(missing)} of them" + (f", without {_shown(missing[0])}" if missing else "")
    refused = "; ".join(map(str, observations.nacks.get(node, ())))
    cause = "the agent has not programmed Envoy: " + (refused or "its log says why (a Secret or a CRD that is missing)")
    return judged("envoy", node, not missing, expected, observed, node, cause)


def declared_routes(items: Iterable[Entrance]) -> set[Route]:
    """The expected routes of all Ingresses and Gateways."""
    return {route for item in items for route in routes(item)}


def _shown(route: Route) -> str:
    host, path, backend = route
    return f"{'' if host == ANY_HOST else host}{path} to {backend}"


def routes(item: Entrance) -> Iterator[Route]:
    """The expected routes of an entrance, without routes to a named port, whose number is unknown here.

    With TLS passthrough Envoy reads no request and has no route.
    """
    for entry in item.entries:
        for target in entry.targets if not entry.passes else ():
            if isinstance(target.port, int):
                yield entry.host or ANY_HOST, entry.path, str(target)


def known_routes(dump: Json) -> set[Route]:
    """The routes of an Envoy, from its configuration dump."""
    result: set[Route] = set()
    for config in dump.get("configs") or []:
        for host in (config.get("route_config") or {}).get("virtual_hosts") or []:
            for route in host.get("routes") or []:
                path = _path(route.get("match") or {})
                result |= {
                    (domain, path, cluster.rpartition("/")[2])
                    for domain in host.get("domains") or []
                    for cluster in _clusters(route.get("route") or {})
                }
    return result


def _clusters(action: Json) -> list[str]:
    shared = (action.get("weighted_clusters") or {}).get("clusters") or []
    return [action["cluster"]] if "cluster" in action else [str(one.get("name")) for one in shared]


def _path(match: Json) -> str:
    """The path as written in an Ingress, recovered from Cilium's match."""
    expression = (match.get("safe_regex") or {}).get("regex")
    if expression is not None:
        return str(expression)
    return str(match.get("path_separated_prefix") or match.get("path") or match.get("prefix") or "/")
