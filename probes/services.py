"""LoadBalancer Services: the address from LB-IPAM, and the nodes with a ready backend."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from config.pool import Pool
from config.stack import StackConfig
from config.workload import SHARING_KEY, Service
from probes.observations import Json, Observations
from probes.verdict import Verdict, judged, unknown

_CONDITION = "cilium.io/IPAMRequestSatisfied"


def service_object(observations: Observations, service: Service) -> Json | None:
    """The Service's object in the API."""
    for item in observations.objects.get("services", []):
        metadata = item["metadata"]
        if (metadata["namespace"], metadata["name"]) == (service.namespace, service.name):
            return item
    return None


def load_balancer_addresses(service: Json | None) -> list[str]:
    """The load balancer addresses in the Service's status."""
    status = ((service or {}).get("status") or {}).get("loadBalancer") or {}
    return [entry["ip"] for entry in status.get("ingress") or [] if "ip" in entry]


def cluster_addresses(service: Json | None) -> list[str]:
    """The cluster IPs; a headless Service has none."""
    given = ((service or {}).get("spec") or {}).get("clusterIPs") or []
    return [ip for ip in given if ip not in ("", "None")]


def external_addresses(service: Json | None) -> list[str]:
    """The external IPs of the Service."""
    return list(((service or {}).get("spec") or {}).get("externalIPs") or [])


def every_address(service: Json | None) -> list[str]:
    """Every address that a Service can be announced with."""
    return [*load_balancer_addresses(service), *cluster_addresses(service), *external_addresses(service)]


def backends_by_node(observations: Observations, service: Service) -> dict[str, list[str]]:
    """Node name -> names of its ready backend pods, from the EndpointSlices."""
    result: dict[str, list[str]] = {}
    for _, endpoint, name in ready_endpoints(observations, service.namespace, service.name):
        result.setdefault(endpoint.get("nodeName", ""), []).append(name)
    return result


def ready_endpoints(observations: Observations, namespace: str, service: str) -> Iterator[tuple[Json, Json, str]]:
    """Each ready endpoint of a Service: EndpointSlice, endpoint, and the pod's name (without a pod: the address)."""
    for item in observations.objects.get("slices", []):
        metadata = item["metadata"]
        owner = (metadata.get("labels") or {}).get("kubernetes.io/service-name")
        if (metadata["namespace"], owner) != (namespace, service):
            continue
        for endpoint in item.get("endpoints") or []:
            if (endpoint.get("conditions") or {}).get("ready"):
                yield item, endpoint, (endpoint.get("targetRef") or {}).get("name", endpoint["addresses"][0])


def judge(stack: StackConfig, observations: Observations) -> Iterator[Verdict]:
    """For each LoadBalancer Service: LB-IPAM's condition, and whether its address is from a declared pool."""
    for service in stack.services:
        if service.type != "LoadBalancer":
            continue
        wanted = "an address from a pool, IPAMRequestSatisfied True"
        if "services" not in observations.objects:
            why = observations.errors.get("services", "not asked")
            yield unknown("lb-ipam", service.name, wanted, "API", why)
            continue
        found = service_object(observations, service)
        if found is None:
            yield judged(
                "lb-ipam",
                service.name,
                False,
                wanted,
                "no such Service",
                "API",
                "not deployed: edge up --refresh makes it",
            )
            continue
        addresses = load_balancer_addresses(found)
        conditions = {c["type"]: c for c in (found.get("status") or {}).get("conditions") or []}
        condition = conditions.get(_CONDITION, {})
        outside = [a for a in addresses if not any(holds(pool, a) for pool in stack.pools)]
        good = bool(addresses) and condition.get("status") == "True" and not outside
        observed = f"{', '.join(addresses) or 'no address'}, {condition.get('status', 'no condition')}"
        cause = condition.get("message") or "no enabled pool matches the Service"
        if outside:
            cause = f"{', '.join(outside)} is in no declared pool"
        yield judged("lb-ipam", service.name, good, wanted, observed, "API", cause)
    yield from _shared(stack, observations)


def _shared(stack: StackConfig, observations: Observations) -> Iterator[Verdict]:
    """Services with the same sharing key must have the same address."""
    keys: dict[tuple[str, str], list[Service]] = {}
    for service in stack.services:
        if key := service.annotations.get(SHARING_KEY):
            keys.setdefault((service.namespace, key), []).append(service)
    for (_, key), services in keys.items():
        given = {service.name: load_balancer_addresses(service_object(observations, service)) for service in services}
        observed = "; ".join(f"{name} {', '.join(addresses) or 'none'}" for name, addresses in given.items())
        first, *others = given.values()
        yield judged(
            "lb-ipam",
            f"sharing key {key}",
            all(other == first for other in others),
            f"one address for {', '.join(given)}",
            observed,
            "API",
            "they cannot share: two of them have one port, or different pods under policy Local",
        )


def holds(pool: Pool, address: str) -> bool:
    """Whether an address is inside one of the pool's blocks."""
    wanted = ip_address(address)
    return any(wanted in prefix for block in pool.blocks for prefix in block.prefixes)
