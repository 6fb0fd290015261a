"""Next hops in the tables that a router shows: FRR's RIB, and the kernel's FIB."""

from __future__ import annotations

from ipaddress import ip_network

from probes.observations import Json


def beaten(table: Json, prefix: str) -> bool:
    """Whether BGP has a route to a prefix, but zebra prefers a route of another source."""
    routes = [route for route in table.get(prefix) or [] if route.get("protocol") == "bgp"]
    return bool(routes) and not any(route.get("selected") for route in routes)


def discarding(neighbors: Json) -> frozenset[str]:
    """The neighbors whose routes FRR discards because there is no policy (RFC 8212)."""
    found = set()
    for address, neighbor in neighbors.items():
        families = (neighbor.get("addressFamilyInfo") or {}) if isinstance(neighbor, dict) else {}
        if any(family.get("inboundEbgpRequiresPolicy") for family in families.values()):
            found.add(address)
    return frozenset(found)


def rib_next_hops(rib: Json) -> dict[str, frozenset[str]]:
    """Prefix -> next hops of the selected route, from `show ip route bgp json`."""
    result = {}
    for prefix, routes in rib.items():
        for route in routes if isinstance(routes, list) else []:
            if route.get("selected") and route.get("protocol") == "bgp":
                hops = (hop for hop in route.get("nexthops", []) if hop.get("active"))
                result[prefix] = frozenset(str(hop["ip"]) for hop in hops if "ip" in hop)
    return result


def fib_next_hops(fib: Json) -> dict[str, frozenset[str]]:
    """Prefix -> gateways, from `ip -j route show proto bgp`."""
    result = {}
    for route in fib:
        prefix = "0.0.0.0/0" if route["dst"] == "default" else str(ip_network(route["dst"]))
        hops = route.get("nexthops") or [route]
        result[prefix] = frozenset(str(hop["gateway"]) for hop in hops if "gateway" in hop)
    return result
