"""Waits for Kubernetes: for an API server that is not ready yet, and for objects that take time to become ready."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from config.errors import ApiError
from engine.providers.base import Context, NotAwaited
from engine.values import Properties
from transport.kube import Kube
from transport.kube_requests import NotFound
from transport.pauses import pause

# Seconds until a restarted API server on a busy machine answers again.
_PATIENCE = 30.0


def go_on(context: Context, what: str) -> None:
    """Report what the step waits for. Raises NotAwaited if the run is ending."""
    context.waiting(what)
    if context.ending.is_set():
        raise NotAwaited(f"{what}; the wait was stopped")


def patiently(call: Callable[[], Properties], context: Context) -> Properties:
    """Repeat a call that fails for a temporary reason: the API server is restarting, the default
    ServiceAccount of the namespace does not exist yet, or the kind is being registered.
    """
    began = time.monotonic()
    while True:
        try:
            return call()
        except ApiError as error:
            passing = error.status in (0, 429, 500, 502, 503, 504) or (
                error.status == 403 and "service account" in str(error)
            )
            if not passing or time.monotonic() - began > min(_PATIENCE, context.timeout) or context.ending.is_set():
                raise
            context.waiting(str(error))
        pause(began)


def ready(kube: Kube, live: Properties, context: Context) -> Properties:
    """Wait until the object is ready. Raises ApiError with the reason at the deadline."""
    metadata, seconds = live["metadata"], context.timeout
    began = time.monotonic()
    while True:
        reason = _not_ready(live)
        if reason is None:
            return live
        if time.monotonic() - began > seconds:
            why = "; ".join(_reasons(kube, live))
            raise ApiError(
                f"{live['kind']} {metadata['name']}: not ready after {seconds:.0f} s: {reason}"
                + (f" ({why})" if why else "")
            )
        go_on(context, f"{live['kind']} {metadata['name']}: {reason}")
        pause(began)
        found = kube.get(live["apiVersion"], live["kind"], metadata["name"], metadata.get("namespace"))
        if found is None:
            raise NotFound(f"{live['kind']} {metadata['name']}: the object was deleted during the wait")
        live = found


def _not_ready(live: Properties) -> str | None:
    spec, status = live.get("spec") or {}, live.get("status") or {}
    match live["kind"]:
        case "Deployment" | "StatefulSet":
            wanted, ready = spec.get("replicas", 1), status.get("readyReplicas", 0)
            current = status.get("observedGeneration", 0) >= live["metadata"].get("generation", 0)
            if not current or ready < wanted or status.get("updatedReplicas", 0) < wanted:
                return f"{ready} of {wanted} replicas ready"
        case "DaemonSet":
            wanted, ready = status.get("desiredNumberScheduled", 0), status.get("numberReady", 0)
            if status.get("observedGeneration", 0) < live["metadata"].get("generation", 0) or ready < wanted:
                return f"{ready} of {wanted} nodes ready"
        case "Pod":
            conditions = {c["type"]: c["status"] for c in status.get("conditions") or []}
            if conditions.get("Ready") != "True":
                return f"phase {status.get('phase', 'Pending')}"
        case "Service" if spec.get("type") == "LoadBalancer":
            if not (status.get("loadBalancer") or {}).get("ingress"):
                return "LB-IPAM has given no address"
        case "CustomResourceDefinition":
            conditions = {c["type"]: c["status"] for c in status.get("conditions") or []}
            if conditions.get("Established") != "True":
                return "not Established"
    return None


def _reasons(kube: Kube, live: Properties) -> Iterator[str]:
    """Why pods of a workload are not ready, from the pods' own status."""
    labels = ((live.get("spec") or {}).get("selector") or {}).get("matchLabels") or {}
    if live["kind"] == "Service":
        for condition in (live.get("status") or {}).get("conditions") or []:
            if condition["status"] != "True":
                yield f"{condition['type']}: {condition.get('message', '')}"
        return
    selector = ",".join(f"{k}={v}" for k, v in labels.items())
    pods = kube.find("v1", "Pod", live["metadata"].get("namespace"), selector) if selector else []
    for pod in pods:
        status = pod.get("status") or {}
        where = (pod.get("spec") or {}).get("nodeName", "no node")
        for one in status.get("containerStatuses") or []:
            waiting = (one.get("state") or {}).get("waiting")
            if waiting:
                yield f"{pod['metadata']['name']} on {where}: {waiting.get('message') or waiting['reason']}"
        for condition in status.get("conditions") or []:
            if condition["type"] == "PodScheduled" and condition["status"] != "True":
                yield f"{pod['metadata']['name']}: {condition.get('message', 'not scheduled')}"
