"""The questions to a router: sessions, routes of both families, and differences between frr.conf and what runs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from config.router import Router
from probes.observations import Json

_MARK = "=-=-="
# {VRF} is empty if BGP is in the default VRF.
_COMMANDS = {
    "neighbors": "vtysh -c 'show bgp{VRF} neighbors json'",
    "rib": "vtysh -c 'show ip route{VRF} bgp json'",
    "rib6": "vtysh -c 'show ipv6 route{VRF} bgp json'",
    "static": "vtysh -c 'show ip route{VRF} static json'",
    "static6": "vtysh -c 'show ipv6 route{VRF} static json'",
    "paths6": "vtysh -c 'show bgp{VRF} ipv6 unicast json'",
    "fib": "ip -j route show{VRF} proto bgp",
    "fib6": "ip -6 -j route show{VRF} proto bgp",
}
# The differences between the file and the running configuration, by FRR's own comparison.
_COMPARED = "/usr/lib/frr/frr-reload.py --test --stdout /etc/frr/frr.conf 2>/dev/null"


def script(router: Router, foreign: frozenset[str]) -> str:
    """The shell script for a router. `foreign`: its neighbors outside the stack."""
    vrf = _vrf(router)
    networks = [f"vtysh -c 'show bgp{vrf} ipv{p.version} unicast {p} json'" for p in router.bgp.networks]
    others = [
        f"vtysh -c 'show bgp{vrf} {family} unicast neighbors {name} routes json'"
        for name in sorted(foreign)
        for family in ("ipv4", "ipv6")
    ]
    commands = [command.replace("{VRF}", vrf) for command in _COMMANDS.values()]
    return f"; echo {_MARK}; ".join([*commands, _COMPARED, *networks, *others])


def read(router: Router, output: str, errors: str) -> dict[str, Json]:
    """The answers of the script, by their names. Tables have the routes of both families.

    Raises ValueError if FRR did not answer.
    """
    answers = output.split(_MARK)
    found: dict[str, Json] = {}
    for key, text in zip(_COMMANDS, answers[: len(_COMMANDS)], strict=True):
        found[key] = json.loads(text) if text.strip() else None
        # An empty output of vtysh is no empty table: bgpd or zebra did not answer.
        if found[key] is None and key in ("neighbors", "rib", "static"):
            command = _COMMANDS[key].replace("{VRF}", _vrf(router))
            raise ValueError(f"`{command}` printed nothing: {errors.strip()[:100]}")
    differing, *rest = answers[len(_COMMANDS) :]
    originated, learned = rest[: len(router.bgp.networks)], rest[len(router.bgp.networks) :]
    real = dict(_global_hops(found["paths6"] or {}))
    return {
        "neighbors": found["neighbors"],
        "rib": {**found["rib"], **_replaced(found["rib6"] or {}, "ip", real)},
        "static": {**found["static"], **(found["static6"] or {})},
        "fib": [*(found["fib"] or []), *map(_named, _replaced(found["fib6"] or [], "gateway", real))],
        "foreign": [prefix for text in learned for prefix in (json.loads(text or "{}").get("routes") or {})],
        "not-running": [line for line in _lines(differing, "Add") if "password" not in line],
        # frr-reload prints the command that would remove a line.
        "not-in-file": [line.removeprefix("no ") for line in _lines(differing, "Delete")],
        "networks": {str(p): json.loads(text) for p, text in zip(router.bgp.networks, originated, strict=True)},
    }


def _vrf(router: Router) -> str:
    return f" vrf {router.bgp.vrf}" if router.bgp.vrf else ""


def _global_hops(paths: Json) -> Iterator[tuple[str, str]]:
    """Link-local next hop -> the global address that the same neighbor announced beside it (RFC 2545)."""
    for routes in (paths.get("routes") or {}).values():
        for route in routes:
            by_scope = {hop.get("scope"): str(hop["ip"]) for hop in route.get("nexthops") or () if "ip" in hop}
            if {"link-local", "global"} <= set(by_scope):
                yield by_scope["link-local"], by_scope["global"]


def _replaced(value: Any, key: str, real: dict[str, str]) -> Any:
    """A table in which next hops are global addresses. zebra prefers link-local ones."""
    if isinstance(value, dict):
        return {
            name: real.get(one, one) if name == key and isinstance(one, str) else _replaced(one, key, real)
            for name, one in value.items()
        }
    return [_replaced(one, key, real) for one in value] if isinstance(value, list) else value


def _named(route: Json) -> Json:
    """A route of the kernel. `ip` calls the default routes of both families `default`."""
    return {**route, "dst": "::/0"} if route["dst"] == "default" else route


def _lines(shown: str, heading: str) -> list[str]:
    """The lines under a heading of frr-reload's list (`Add` or `Delete`), with passwords hidden."""
    lines = [line.strip() for line in shown.partition(f"Lines To {heading}")[2].partition("Lines To ")[0].splitlines()]
    return [re.sub(r"(password) .*", r"\1 (not shown)", line) for line in lines if line and set(line) != {"="}]
