"""Ingresses."""

from __future__ import annotations

from config.ingress import MODE_ANNOTATION, Ingress, IngressBackend, IngressPath
from effective.objects.form import Manifest, named_object


def ingress(item: Ingress) -> Manifest:
    """An Ingress."""
    rules = []
    for rule in item.rules:
        paths = [{"path": path.path, "pathType": path.path_type, "backend": _backend(path)} for path in rule.paths]
        rules.append({**({"host": rule.host} if rule.host else {}), "http": {"paths": paths}})
    spec: Manifest = {"ingressClassName": item.ingress_class_name, "rules": rules}
    if item.default_backend is not None:
        spec["defaultBackend"] = _backend(item.default_backend)
    if item.tls:
        spec["tls"] = [
            {
                **({"hosts": list(tls.hosts)} if tls.hosts else {}),
                **({"secretName": tls.secret_name} if tls.secret_name else {}),
            }
            for tls in item.tls
        ]
    result = named_object("networking.k8s.io/v1", "Ingress", item.name, spec)
    result["metadata"] |= {"namespace": item.namespace, "labels": dict(item.labels)}
    mode = {MODE_ANNOTATION: item.load_balancer_mode} if item.load_balancer_mode else {}
    if item.annotations or mode:
        result["metadata"]["annotations"] = {**item.annotations, **mode}
    return result


def _backend(item: IngressBackend | IngressPath) -> Manifest:
    port = {"name": item.port} if isinstance(item.port, str) else {"number": item.port}
    return {"service": {"name": item.service, "port": port}}
