"""Whether an Ingress has its Service's address, and whether the Envoy of every node has its routes."""

from __future__ import annotations

from collections.abc import Iterator

from config.ingress import Ingress, IngressBackend, IngressPath
from config.stack import StackConfig
from config.workload import Service
from effective.made import of_ingress
from probes.seen import Json, Seen
from probes.services import load_balancer_addresses, service_object
from probes.verdict import Verdict, judged, unknown

# Domain, path and the backend's namespace:service:port.
Route = tuple[str, str, str]
ANY_HOST = "*"


def ours(stack: StackConfig) -> list[Ingress]:
    """The Ingresses that Cilium serves."""
    if stack.ingress_controller is None:
        return []
    return [item for item in stack.ingresses if item.class_name == "cilium"]


def judge(stack: StackConfig, seen: Seen) -> Iterator[Verdict]:
    """Both, for each Ingress. Pure."""
    for item in ours(stack):
        yield _address(item, of_ingress(stack, item), seen)
    wanted = {route for item in ours(stack) for route in routes(item)}
    if wanted:
        for node in stack.nodes:
            yield _envoy(node.name, wanted, seen)


def _address(item: Ingress, service: Service | None, seen: Seen) -> Verdict:
    subject = f"{item.namespace}/{item.name}"
    if service is None:
        # Listeners on the nodes' own network: there is no address to have.
        return judged("ingress", subject, True, "no address: host network", "none", "API")
    wanted = f"the address of Service {service.namespace}/{service.name}"
    for key in ("ingresses", "services"):
        if key not in seen.objects:
            return unknown("ingress", subject, wanted, "API", seen.errors.get(key, "not asked"))
    found = _object(item, seen)
    addresses = load_balancer_addresses(service_object(seen, service))
    shown = load_balancer_addresses(found)
    if found is None:
        return judged("ingress", subject, False, wanted, "no such Ingress", "API", "not deployed")
    if service_object(seen, service) is None:
        cause = "the operator has made no Service of it: does its log speak of this Ingress?"
        return judged("ingress", subject, False, wanted, "no such Service", "API", cause)
    cause = "LB-IPAM has given the Service no address" if not addresses else (
        "the operator has not written the address into the Ingress: its log says why")  # fmt: skip
    return judged("ingress", subject, bool(addresses) and shown == addresses, wanted,
                  ", ".join(shown) or "no address", "API", cause)  # fmt: skip


def _object(item: Ingress, seen: Seen) -> Json | None:
    return next((found for found in seen.objects["ingresses"] if found["metadata"]["name"] == item.name
                 and found["metadata"]["namespace"] == item.namespace), None)  # fmt: skip


def _envoy(node: str, wanted: set[Route], seen: Seen) -> Verdict:
    expected = f"{len(wanted)} routes"
    told = seen.envoys.get(node)
    if told is None:
        return unknown("envoy", node, expected, node, seen.errors.get(f"envoy of {node}", "no agent there"))
    absent = sorted(wanted - known_routes(told))
    observed = f"{len(wanted) - len(absent)} of them" + (f", without {_shown(absent[0])}" if absent else "")
    cause = ("the agent has not programmed Envoy: its log says why (a listener that Envoy refuses, a Secret or a"
             " CRD that is missing)")  # fmt: skip
    return judged("envoy", node, not absent, expected, observed, node, cause)


def _shown(route: Route) -> str:
    host, path, backend = route
    return f"{'' if host == ANY_HOST else host}{path} to {backend}"


def routes(item: Ingress) -> Iterator[Route]:
    """The routes that an Ingress means, but for those to a port that it names: nobody here knows its number.

    Where TLS passes through, Envoy reads no request and has no route.
    """
    if item.passes_tls:
        return
    for rule in item.rules:
        for path in rule.paths:
            # To Cilium a prefix ends without a slash.
            text = path.path.rstrip("/") or "/" if path.path_type == "Prefix" else path.path
            if isinstance(path.port, int):
                yield rule.host or ANY_HOST, text, backend_of(item, path)
    default = by_default(item)
    if default is not None and isinstance(default.port, int):
        yield ANY_HOST, "/", backend_of(item, default)


def by_default(item: Ingress) -> IngressBackend | None:
    """The default backend; None where a rule leaves nothing to it."""
    taken = any(rule.host is None and path.path == "/" for rule in item.rules for path in rule.paths)
    return None if taken else item.default_backend


def backend_of(item: Ingress, path: IngressBackend | IngressPath) -> str:
    """A backend as Cilium's clusters are called."""
    return f"{item.namespace}:{path.service}:{path.port}"


def known_routes(dump: Json) -> set[Route]:
    """The routes of an Envoy, from its own view of its configuration."""
    result: set[Route] = set()
    for config in dump.get("configs") or []:
        for host in (config.get("route_config") or {}).get("virtual_hosts") or []:
            for route in host.get("routes") or []:
                cluster = (route.get("route") or {}).get("cluster", "")
                path = _path(route.get("match") or {})
                result |= {(domain, path, cluster.rpartition("/")[2]) for domain in host.get("domains") or []}
    return result


def _path(match: Json) -> str:
    """The path as an Ingress has it, whatever Cilium made of it."""
    expression = (match.get("safe_regex") or {}).get("regex")
    if expression is not None:
        return str(expression)
    return str(match.get("path_separated_prefix") or match.get("path") or match.get("prefix") or "/")
