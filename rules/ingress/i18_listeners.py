"""I18: Cilium does not serve a listener, or two listeners conflict.

Why: Cilium serves HTTP, HTTPS and TLS listeners. Two listeners on one port need different hostnames. Two listeners
on one port must both use TLS, or neither.
Seen: `Conflicted: True` or `Accepted: False` for the listener in the Gateway's status. The listener does not
answer.
Since: 1.16
Source: operator/pkg/gateway-api/gateway_reconcile.go of Cilium; "Distinct listeners" of the Gateway API

Bad: `listeners: [{ name: a, port: 80 }, { name: b, port: 80 }]`
Good: a hostname for each, or another port
"""

from __future__ import annotations

from collections.abc import Iterator

from effective.made import gateways
from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Checks each Gateway separately, because each has its own address."""
    for path, gateway in gateways(facts.stack):
        first: dict[tuple[int, str], str] = {}
        secured: dict[int, tuple[str, bool]] = {}
        for i, listener in enumerate(gateway.listeners):
            where = f"{path}.listeners[{i}]"
            if listener.protocol in ("TCP", "UDP"):
                yield error(
                    f"{where}.protocol",
                    "HTTP, HTTPS or TLS",
                    listener.protocol,
                    "use a LoadBalancer Service: Cilium does not serve this protocol",
                )
                continue
            before = first.setdefault((listener.port, listener.hostname or ""), where)
            if before != where:
                yield error(
                    where,
                    f"another port or hostname than {before}",
                    f"{listener.port} {listener.hostname or 'every host'}",
                    "give each listener a hostname of its own, or another port",
                )
                continue
            other, tls = secured.setdefault(listener.port, (where, listener.tls is not None))
            if tls != (listener.tls is not None):
                yield error(
                    f"{where}.protocol",
                    f"a protocol {'with' if tls else 'without'} TLS, as {other} on the same port",
                    listener.protocol,
                    "give one of the two another port",
                )
