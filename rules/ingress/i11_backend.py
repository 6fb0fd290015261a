"""I11: An Ingress whose backend is not there.

Why: Cilium takes the Ingress as it is: the listener answers, and behind it is nobody.
Seen: clients get 503; nothing else says it.
Since: 1.16
Source: Cilium operator/pkg/model/ingestion/ingress.go, pkg/ciliumenvoyconfig

Bad: `service: wbe` where the Service is called web; `port: 8080` where it has port 80
Good: the name of a Service of the same namespace, and one of its ports
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error, warning
from rules.words import nearest


def check(facts: Facts) -> Iterator[Finding]:
    """A Service that is not declared may be of elsewhere; a port that a declared Service lacks is not."""
    services = {(s.namespace, s.name): s for s in facts.stack.services}
    for i, ingress in enumerate(facts.stack.ingresses):
        if ingress.class_name != "cilium":
            continue
        for place, backend in ingress.backends():
            where = f"ingresses[{i}].{place}"
            service = services.get((ingress.namespace, backend.service))
            if service is None:
                near = [name for space, name in services if space == ingress.namespace]
                yield warning(
                    f"{where}.service",
                    f"a Service of namespace {ingress.namespace}",
                    backend.service,
                    nearest(backend.service, near, "declare it (managed: false where somebody else makes it)"),
                )
            elif backend.port not in [said for port in service.all_ports() for said in (port.port, port.name)]:
                have = ", ".join(f"{port.port} {port.name or ''}".strip() for port in service.all_ports())
                fix = "take the Service's port, not its pods'" if isinstance(backend.port, int) else (
                    f"give the Service's port that name: ports: [{{ name: {backend.port}, port: ... }}]")  # fmt: skip
                yield error(f"{where}.port", f"a port of Service {service.name} ({have})", backend.port, fix)
