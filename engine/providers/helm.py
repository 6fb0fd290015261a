"""kubernetes:helm.sh/v3:Release, applied by the helm command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from config.errors import ApiError, MachineError
from engine.diff import PropertyChange, touches
from engine.providers import helm_objects
from engine.providers.base import Context, DiffResult
from engine.values import UNKNOWN, Properties

RELEASE = "kubernetes:helm.sh/v3:Release"
# Boolean property -> option of helm.
_SWITCHES = {
    "createNamespace": "--create-namespace",
    "atomic": "--atomic",
    "cleanupOnFail": "--cleanup-on-fail",
    "skipCrds": "--skip-crds",
    "dependencyUpdate": "--dependency-update",
    "devel": "--devel",
    "disableOpenapiValidation": "--disable-openapi-validation",
    "disableWebhooks": "--no-hooks",
    "forceUpdate": "--force",
    "renderSubchartNotes": "--render-subchart-notes",
    "resetValues": "--reset-values",
    "reuseValues": "--reuse-values",
    "takeOwnership": "--take-ownership",
    "waitForJobs": "--wait-for-jobs",
}
_VALUED = {"description": "--description", "maxHistory": "--history-max"}


class HelmProvider:
    """Installs charts. Values go through standard input, the kubeconfig through a private file."""

    def diff(self, kind: str, before: Properties, changes: list[PropertyChange], provider: Properties) -> DiffResult:
        replace = tuple(c.path for c in changes if touches(c, ["name", "namespace"]))
        return DiffResult(bool(changes), replace, delete_before_replace=True)

    def identity(self, kind: str, inputs: Properties) -> str | None:
        return f"helm/{inputs.get('namespace') or 'default'}/{inputs.get('name')}"

    def preview(self, kind: str, inputs: Properties) -> Properties:
        return {**inputs, "status": UNKNOWN}

    def create(self, kind: str, inputs: Properties, context: Context) -> tuple[str, Properties]:
        name, namespace = str(inputs["name"]), str(inputs.get("namespace") or "default")
        return f"{namespace}/{name}", self._install(inputs, context)

    def update(
        self, kind: str, id: str, before: Properties, outputs: Properties, inputs: Properties, context: Context
    ) -> Properties:
        return self._install(inputs, context)

    def delete(self, kind: str, id: str, inputs: Properties, outputs: Properties, context: Context) -> None:
        _uninstall(inputs, context)

    def read(
        self, kind: str, id: str, inputs: Properties, outputs: Properties, context: Context
    ) -> tuple[Properties, Properties] | None:
        found = _status(inputs, context)
        if found is None:
            return None
        values = json.loads(
            _helm(["get", "values", str(inputs["name"]), "-o", "json", *_namespace(inputs)], context) or "{}"
        )
        from transport.kube import Kube

        read = {**inputs, "values": values or {}}
        by_hand = helm_objects.changed(
            found["manifest"], Kube(str(context.provider["kubeconfig"])), str(inputs.get("namespace") or "default")
        )
        if by_hand:
            # No program declares this property, so the next `up` removes it and upgrades the release.
            read["changedByHand"] = by_hand
        return read, {**outputs, "status": _summary(found)}

    def secret_outputs(self, kind: str, inputs: Properties) -> tuple[str, ...]:
        return ()

    def _install(self, inputs: Properties, context: Context) -> Properties:
        _clear_pending(inputs, context)
        arguments = [
            "upgrade",
            "--install",
            str(inputs["name"]),
            str(inputs["chart"]),
            *_namespace(inputs),
            "--values",
            "-",
            "--output",
            "json",
            f"--timeout={inputs.get('timeout') or context.timeout:.0f}s",
        ]
        repository = (inputs.get("repositoryOpts") or {}).get("repo")
        if repository:
            arguments += ["--repo", str(repository)]
        if inputs.get("version") and not Path(str(inputs["chart"])).is_dir():
            arguments += ["--version", str(inputs["version"])]
        arguments += [option for key, option in _SWITCHES.items() if inputs.get(key)]
        for key, option in _VALUED.items():
            arguments += [option, str(inputs[key])] if inputs.get(key) else []
        if not inputs.get("skipAwait", False):
            arguments.append("--wait")
        answer = json.loads(_helm(arguments, context, json.dumps(inputs.get("values") or {})))
        return {**inputs, "status": _summary(answer)}


def _clear_pending(inputs: Properties, context: Context) -> None:
    """Clear the pending status that a killed helm leaves in a release: the status blocks later operations."""
    found = _status(inputs, context)
    state = (found or {}).get("info", {}).get("status", "")
    if found is not None and state.startswith("pending-"):
        from transport.kube import Kube

        name = f"sh.helm.release.v1.{inputs['name']}.v{found['version']}"
        namespace = str(inputs.get("namespace") or "default")
        Kube(str(context.provider["kubeconfig"])).delete("v1", "Secret", name, namespace)
    elif state in ("uninstalling", "uninstalled"):
        # An interrupted uninstall is completed, and the release is installed again.
        _uninstall(inputs, context)


def _uninstall(inputs: Properties, context: Context) -> None:
    try:
        _helm(
            [
                "uninstall",
                str(inputs["name"]),
                "--ignore-not-found",
                "--wait",
                f"--timeout={context.timeout:.0f}s",
                *_namespace(inputs),
            ],
            context,
        )
    except ApiError:
        # Another helm may have completed the uninstall. Only the absence of the release counts.
        if _status(inputs, context) is not None:
            raise


def _status(inputs: Properties, context: Context) -> dict[str, Any] | None:
    try:
        text = _helm(["status", str(inputs["name"]), "-o", "json", *_namespace(inputs)], context)
    except ApiError as error:
        if "not found" in str(error):
            return None
        raise
    return dict(json.loads(text))


def _summary(release: dict[str, Any]) -> Properties:
    metadata = release.get("chart", {}).get("metadata", {})
    return {
        "name": release["name"],
        "namespace": release["namespace"],
        "revision": release["version"],
        "status": release["info"]["status"],
        "chart": metadata.get("name", ""),
        "version": metadata.get("version", ""),
        "appVersion": metadata.get("appVersion", ""),
    }


def _namespace(inputs: Properties) -> list[str]:
    return ["--namespace", str(inputs.get("namespace") or "default")]


def _helm(arguments: list[str], context: Context, stdin: str | None = None) -> str:
    program = shutil.which("helm")
    if program is None:
        raise MachineError("helm is not on PATH; build helm with `make setup`, or install helm v3")
    with _kubeconfig(context) as file:
        done = subprocess.run(
            [*_with_its_parent(), program, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
            env={**os.environ, "KUBECONFIG": f"/proc/self/fd/{file}"},
            pass_fds=(file,),
        )
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or ["no output"]
        raise ApiError(f"helm {arguments[0]} {arguments[1]}: {lines[-1].removeprefix('Error: ')}")
    return done.stdout


def _with_its_parent() -> list[str]:
    """Command prefix that ends helm with this process. Otherwise helm and the next run would change one release."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL"] if setpriv else []


@contextmanager
def _kubeconfig(context: Context) -> Iterator[int]:
    """The kubeconfig as an open file without a name: the file is gone when this process and helm have ended."""
    file = os.memfd_create("kubeconfig")
    try:
        os.write(file, str(context.provider.get("kubeconfig") or "").encode())
        yield file
    finally:
        os.close(file)
