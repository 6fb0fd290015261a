"""kubernetes:*: any object by server-side apply."""

from __future__ import annotations

import base64
import threading
import time
from typing import Any

from config.errors import ApiError
from engine.diff import ABSENT, PropertyChange, changes, touches
from engine.providers import kubernetes_waits as waits
from engine.providers.base import Context, DiffResult
from engine.providers.made_anew import made_anew
from engine.values import UNKNOWN, Properties
from transport.kube import FIELD_MANAGER, Kube
from transport.pauses import pause

_IDENTITY = ["kind", "metadata.name", "metadata.namespace"]
_SKIP_AWAIT = "pulumi.com/skipAwait"


class KubernetesProvider:
    """Applies Kubernetes objects. A kind that ends in `Patch` owns only the fields that it sets."""

    def __init__(self) -> None:
        self._clusters: dict[str, Kube] = {}
        self._lock = threading.Lock()

    def diff(self, kind: str, before: Properties, changes: list[PropertyChange], provider: Properties) -> DiffResult:
        changes = [change for change in changes if not _same_namespace(change)]
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
        began = time.monotonic()
        while live is not None and live["metadata"]["uid"] == uid:
            what = f"{inputs['kind']} {name}: not deleted yet; a finalizer may block it: {_shown_by(inputs)}"
            waits.go_on(context, what)
            if time.monotonic() - began > context.timeout:
                raise ApiError(f"{what} (waited {context.timeout:.0f} s)")
            pause(began)
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
        live = waits.patiently(lambda: kube.apply(manifest, manager=field_manager(kind, inputs)), context)
        if (manifest["metadata"].get("annotations") or {}).get(_SKIP_AWAIT) == "true":
            return live
        return waits.ready(kube, live, context)

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


def _same_namespace(change: PropertyChange) -> bool:
    """Whether nothing but the default namespace was written down or left out."""
    both = (change.before, change.after)
    return change.path == "metadata.namespace" and all(value is ABSENT or value == "default" for value in both)


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
