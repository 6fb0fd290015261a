"""kubernetes:*: any object by server-side apply, with waits for objects that take time to become ready."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from config.errors import ApiError
from engine.diff import PropertyChange, changes, touches
from engine.providers.base import Context, DiffResult, NotAwaited
from engine.providers.made_anew import made_anew
from engine.values import UNKNOWN, Properties
from transport.kube import FIELD_MANAGER, Kube
from transport.kube_requests import NotFound

_IDENTITY = ["kind", "metadata.name", "metadata.namespace"]
# Seconds until a restarted API server on a busy machine answers again.
_PATIENCE = 30.0
_SKIP_AWAIT = "pulumi.com/skipAwait"


class KubernetesProvider:
    """Applies Kubernetes objects. A kind that ends in `Patch` owns only the fields that it sets."""

    def __init__(self) -> None:
        self._clusters: dict[str, Kube] = {}
        self._lock = threading.Lock()

    def diff(self, kind: str, before: Properties, changes: list[PropertyChange], provider: Properties) -> DiffResult:
        paths = [*_IDENTITY, *made_anew(before, provider)]
        replace = tuple(change.path for change in changes if touches(change, paths) or _other_group(change))
        return DiffResult(bool(changes), replace, delete_before_replace=True)

    def identity(self, kind: str, inputs: Properties) -> str | None:
        metadata = inputs.get("metadata") or {}
        name = metadata.get("name")
        if not isinstance(name, str) or not isinstance(inputs.get("apiVersion"), str):
            return None
        # All API versions of a kind have the same objects.
        space = metadata.get("namespace") or "default"
        parts = [_group(inputs["apiVersion"]), inputs.get("kind"), space, name]
        return "/".join(map(str, [*parts, field_manager(kind, inputs)] if _is_patch(kind) else parts))

    def preview(self, kind: str, inputs: Properties) -> Properties:
        return {**inputs, "status": UNKNOWN}

    def create(self, kind: str, inputs: Properties, context: Context) -> tuple[str, Properties]:
        live = self._apply(kind, inputs, context)
        metadata = live["metadata"]
        scope = metadata.get("namespace")
        return f"{scope}/{metadata['name']}" if scope else metadata["name"], _outputs(inputs, live)

    def update(
        self, kind: str, id: str, before: Properties, outputs: Properties, inputs: Properties, context: Context
    ) -> Properties:
        return _outputs(inputs, self._apply(kind, inputs, context))

    def delete(self, kind: str, id: str, inputs: Properties, outputs: Properties, context: Context) -> None:
        kube, metadata = self._kube(context), inputs["metadata"]
        namespace, name = metadata.get("namespace"), metadata["name"]
        if _is_patch(kind):
            # An apply without fields gives up ownership of the fields.
            manifest = {key: inputs[key] for key in ("apiVersion", "kind")}
            identity = {"name": name} | ({"namespace": namespace} if namespace else {})
            if kube.get(inputs["apiVersion"], inputs["kind"], name, namespace) is not None:
                kube.apply({**manifest, "metadata": identity}, manager=field_manager(kind, inputs))
            return
        live = kube.get(inputs["apiVersion"], inputs["kind"], name, namespace)
        if live is None or not _ours(live, outputs):
            return
        uid = live["metadata"]["uid"]
        kube.delete(inputs["apiVersion"], inputs["kind"], name, namespace, uid=uid)
        deadline = time.monotonic() + context.timeout
        while live is not None and live["metadata"]["uid"] == uid:
            what = f"{inputs['kind']} {name}: not deleted yet; a finalizer may block it: {_shown_by(inputs)}"
            _go_on(context, what)
            if time.monotonic() > deadline:
                raise ApiError(f"{what} (waited {context.timeout:.0f} s)")
            time.sleep(0.1)
            live = kube.get(inputs["apiVersion"], inputs["kind"], name, namespace)

    def read(
        self, kind: str, id: str, inputs: Properties, outputs: Properties, context: Context
    ) -> tuple[Properties, Properties] | None:
        metadata = inputs["metadata"]
        live = self._kube(context).get(
            inputs["apiVersion"], inputs["kind"], metadata["name"], metadata.get("namespace")
        )
        if live is None:
            return None
        return _observed(inputs, _readable(live)), _outputs(inputs, live)

    def find(self, kind: str, id: str, context: Context) -> Properties | None:
        """The live object with the id (`NAME`, `NAMESPACE/NAME`); None if it does not exist."""
        api_version, _, name_of_kind = kind.removeprefix("kubernetes:").rpartition(":")
        namespace, _, name = id.rpartition("/")
        return self._kube(context).get(
            api_version.removeprefix("core/"), name_of_kind.removesuffix("Patch"), name, namespace or None
        )

    def differing(self, inputs: Properties, live: Properties) -> list[str]:
        """The paths at which a live object differs from the inputs."""
        return [change.path for change in changes(_observed(inputs, _readable(live)), inputs)]

    def found(self, inputs: Properties, live: Properties) -> Properties:
        """The outputs of a live object."""
        return _outputs(inputs, live)

    def secret_outputs(self, kind: str, inputs: Properties) -> tuple[str, ...]:
        return ("data", "stringData") if kind.endswith(":Secret") else ()

    def _apply(self, kind: str, inputs: Properties, context: Context) -> Properties:
        kube = self._kube(context)
        manifest = {key: value for key, value in inputs.items() if value is not None}
        if _is_patch(kind) and not self._exists(kube, manifest):
            name = manifest["metadata"]["name"]
            raise ApiError(f"{manifest['kind']} {name}: does not exist, and a patch creates no object")
        live = _patiently(lambda: kube.apply(manifest, manager=field_manager(kind, inputs)), context)
        if (manifest["metadata"].get("annotations") or {}).get(_SKIP_AWAIT) == "true":
            return live
        return _await(kube, live, context)

    @staticmethod
    def _exists(kube: Kube, manifest: Properties) -> bool:
        metadata = manifest["metadata"]
        return (
            kube.get(manifest["apiVersion"], manifest["kind"], metadata["name"], metadata.get("namespace")) is not None
        )

    def _kube(self, context: Context) -> Kube:
        text = context.provider.get("kubeconfig")
        if not isinstance(text, str) or not text:
            raise ApiError("the Kubernetes provider has no kubeconfig")
        with self._lock:
            if text not in self._clusters:
                self._clusters[text] = Kube(text)
            return self._clusters[text]


def _shown_by(inputs: Properties) -> str:
    """The command that shows an object."""
    metadata = inputs["metadata"]
    space = f" -n {metadata['namespace']}" if metadata.get("namespace") else ""
    return f"kubectl get {inputs['kind']} {metadata['name']}{space} -o yaml"


def _group(api_version: str) -> str:
    return api_version.rpartition("/")[0]


def _other_group(change: PropertyChange) -> bool:
    if change.path != "apiVersion":
        return False
    return _group(str(change.before)) != _group(str(change.after))


def _ours(live: Properties, outputs: Properties) -> bool:
    """Whether the live object is the one of the state, not a later object with the same name."""
    uid = (outputs.get("metadata") or {}).get("uid")
    if uid is not None:
        return bool(live["metadata"]["uid"] == uid)
    # The create was interrupted before it was recorded.
    managers = live["metadata"].get("managedFields") or []
    return any(entry.get("manager") == FIELD_MANAGER and entry.get("operation") == "Apply" for entry in managers)


def _go_on(context: Context, what: str) -> None:
    """Report what the step waits for. Raises NotAwaited if the run is ending."""
    context.waiting(what)
    if context.ending.is_set():
        raise NotAwaited(f"{what}; the wait was stopped")


def _patiently(call: Callable[[], Properties], context: Context) -> Properties:
    """Repeat a call that fails for a temporary reason: the API server is restarting, the default
    ServiceAccount of the namespace does not exist yet, or the kind is being registered.
    """
    deadline = time.monotonic() + min(_PATIENCE, context.timeout)
    while True:
        try:
            return call()
        except ApiError as error:
            passing = error.status in (0, 429, 500, 502, 503, 504) or (
                error.status == 403 and "service account" in str(error)
            )
            if not passing or time.monotonic() > deadline or context.ending.is_set():
                raise
            context.waiting(str(error))
        time.sleep(0.25)


def _is_patch(kind: str) -> bool:
    return kind.endswith("Patch")


def field_manager(kind: str, inputs: Properties) -> str:
    """The field manager for an object's fields."""
    # Patches of one object by several resources must not remove each other's fields.
    concern = (inputs["metadata"].get("annotations") or {}).get("pulumi.com/patchFieldManager")
    return str(concern or FIELD_MANAGER)


def _outputs(inputs: Properties, live: Properties) -> Properties:
    metadata = {k: v for k, v in live["metadata"].items() if k in ("name", "namespace", "uid", "labels")}
    return {
        **inputs,
        "metadata": {**(inputs.get("metadata") or {}), **metadata},
        **({"status": live["status"]} if "status" in live else {}),
    }


def _readable(live: Properties) -> Properties:
    """A Secret with `stringData` as it may have been declared: the API stores it as `data`."""
    if live.get("kind") != "Secret":
        return live
    texts = {key: base64.b64decode(value).decode(errors="replace") for key, value in (live.get("data") or {}).items()}
    return {**live, "stringData": texts}


def _observed(declared: Any, live: Any) -> Any:
    """The live values at the declared paths: this shows manual changes and hides defaults."""
    if isinstance(declared, dict) and isinstance(live, dict):
        return {
            key: _observed(value, live[key])
            if key in live
            else value
            # The API drops empty maps of metadata.
            if key in ("annotations", "labels") and not value
            else None
            for key, value in declared.items()
        }
    if isinstance(declared, list) and isinstance(live, list):
        if len(declared) == len(live):
            return [_observed(one, other) for one, other in zip(declared, live, strict=True)]
        return live
    return live


def _await(kube: Kube, live: Properties, context: Context) -> Properties:
    """Wait until the object is ready. Raises ApiError with the reason at the deadline."""
    metadata, seconds = live["metadata"], context.timeout
    deadline = time.monotonic() + seconds
    while True:
        reason = _not_ready(live)
        if reason is None:
            return live
        if time.monotonic() > deadline:
            why = "; ".join(_reasons(kube, live))
            raise ApiError(
                f"{live['kind']} {metadata['name']}: not ready after {seconds:.0f} s: {reason}"
                + (f" ({why})" if why else "")
            )
        _go_on(context, f"{live['kind']} {metadata['name']}: {reason}")
        time.sleep(0.15)
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
