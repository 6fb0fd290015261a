"""I11: The backend of an Ingress or a route does not exist.

Why: Cilium accepts the object. The listener answers, and no backend is behind the listener.
Seen: Clients get 503 (500 from a route). An Ingress shows no other sign.
Since: 1.16
Source: Cilium operator/pkg/model/ingestion/ingress.go, pkg/ciliumenvoyconfig

Bad: `service: wbe` for a Service named web; `port: 8080` for a Service with port 80
Good: the name of a Service in the same namespace, and one of its ports
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error, warning
from rules.ingress.routes import backends
from rules.words import nearest


def check(facts: Facts) -> Iterator[Finding]:
    """An undeclared Service may exist (warning). A missing port of a declared Service does not exist (error)."""
    services = {(s.namespace, s.name): s for s in facts.stack.services}
    for where, space, name, port in _backends(facts):
        service = services.get((space, name))
        if service is None:
            near = [other for its, other in services if its == space]
            yield warning(
                f"{where}.service",
                f"a Service of namespace {space}",
                name,
                nearest(name, near, "declare it (with managed: false if it exists already)"),
            )
        elif port not in [said for each in service.all_ports() for said in (each.port, each.name)]:
            have = ", ".join(f"{each.port} {each.name or ''}".strip() for each in service.all_ports())
            fix = (
                "take the Service's port, not its pods'"
                if isinstance(port, int)
                else (f"give the Service's port that name: ports: [{{ name: {port}, port: ... }}]")
            )
            yield error(f"{where}.port", f"a port of Service {service.name} ({have})", port, fix)


def _backends(facts: Facts) -> Iterator[tuple[str, str, str, int | str]]:
    """Path, namespace, Service and port of each backend of an Ingress or of a route."""
    for i, ingress in enumerate(facts.stack.ingresses):
        for place, backend in ingress.backends() if ingress.class_name == "cilium" else ():
            yield f"ingresses[{i}].{place}", ingress.namespace, backend.service, backend.port
    for path, _, route in facts.stack.routes():
        for place, one in backends(route):
            yield f"{path}.{place}", one.namespace or route.namespace, one.service, one.port
