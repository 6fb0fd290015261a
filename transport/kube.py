"""The Kubernetes API: any object by apiVersion and kind, with server-side apply."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from config.errors import KUBELET_UNREACHABLE, ApiError
from transport import kube_client, kube_exec
from transport.deadline import Deadline
from transport.kube_requests import NotFound, Object, Requests

FIELD_MANAGER = "cilium-edge"
# Neighbor resolution reports an unreachable node after three seconds.
_KUBELET_SECONDS = 4.0


def time_for_command(left: float) -> float:
    """The seconds of `left` for a command in a Pod. The rest is for the check whether the Pod's node answers."""
    return max(left - _KUBELET_SECONDS, left / 2)


class Kube:
    """One cluster, from the text of a kubeconfig. Threads may share it.

    `deadline` bounds reads and commands in pods; a watch has its own time limit.
    """

    def __init__(self, kubeconfig: str) -> None:
        self._use(kube_client.from_kubeconfig(kubeconfig))

    @classmethod
    def ambient(cls) -> Kube:
        """The cluster of kubectl: from `KUBECONFIG` or the file in the home directory."""
        return cls.__new__(cls)._use(kube_client.ambient())

    @classmethod
    def in_cluster(cls, timeout: float) -> Kube:
        """The cluster of this process, by its ServiceAccount. `timeout`: limit of each call in seconds."""
        return cls.__new__(cls)._use(kube_client.in_cluster(), timeout)

    def _use(self, api: Any, timeout: float = 30.0) -> Kube:
        self.deadline = Deadline()
        self._requests = Requests(api, timeout, self.deadline)
        self.server = self._requests.server
        return self

    def get(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Object | None:
        """One object; None if the object or its kind does not exist."""
        try:
            return self._requests.call("GET", self._requests.path(api_version, kind, namespace, name))
        except NotFound:
            return None

    def find(self, api_version: str, kind: str, namespace: str | None = None, selector: str = "") -> list[Object]:
        """All objects of a kind, in one namespace or in all."""
        return self.listing(api_version, kind, namespace, selector)[0]

    def apply(
        self,
        manifest: Object,
        *,
        manager: str = FIELD_MANAGER,
        dry_run: bool = False,
        subresource: str = "",
        force: bool = True,
    ) -> Object:
        """Server-side apply: creates or changes the object and owns the fields of the manifest.

        Without `force`, a field with a different value from another manager raises ApiError with status 409.
        """
        path = self._requests.path_of(manifest) + (f"/{subresource}" if subresource else "")
        query = [("fieldManager", manager), ("force", str(force).lower())]
        if dry_run:
            query.append(("dryRun", "All"))
        return self._requests.call("PATCH", path, manifest, query, "application/apply-patch+yaml")

    def create(self, manifest: Object) -> Object:
        """Create a new object. Raises ApiError with status 409 if it exists."""
        path = self._requests.path(
            manifest["apiVersion"], manifest["kind"], manifest["metadata"].get("namespace"), None
        )
        return self._requests.call("POST", path, manifest)

    def replace(self, manifest: Object) -> Object:
        """Replace the version of an object that was read. Raises ApiError with status 409 if it has changed since."""
        return self._requests.call("PUT", self._requests.path_of(manifest), manifest)

    def listing(self, api_version: str, kind: str, namespace: str | None, selector: str) -> tuple[list[Object], str]:
        """All objects of a kind, and the list's version, at which a watch can start."""
        query = [("labelSelector", selector)] if selector else []
        answer = self._requests.call("GET", self._requests.path(api_version, kind, namespace, None), query=query)
        return answer.get("items", []), answer["metadata"]["resourceVersion"]

    def watch(
        self, api_version: str, kind: str, namespace: str | None, selector: str, version: str, seconds: int
    ) -> Iterator[Object]:
        """Changes since a version, for `seconds` seconds. Each change is the API's `{type, object}`."""
        import urllib3

        query = [
            ("watch", "true"),
            ("resourceVersion", version),
            ("timeoutSeconds", str(seconds)),
            ("allowWatchBookmarks", "true"),
            *([("labelSelector", selector)] if selector else []),
        ]
        path = self._requests.path(api_version, kind, namespace, None)
        timeout = urllib3.Timeout(connect=self._requests.timeout, read=seconds + self._requests.timeout)
        try:
            answer = self._requests.raw("GET", path, query, preload_content=False, retries=False, timeout=timeout)
            try:
                if answer.status >= 400:
                    raise ApiError(f"watch {path}: {answer.status}", answer.status)
                rest = b""
                for chunk in answer.stream(1 << 16, decode_content=True):
                    *lines, rest = (rest + chunk).split(b"\n")
                    yield from (json.loads(line) for line in lines if line.strip())
            finally:
                answer.close()
                answer.release_conn()
        except urllib3.exceptions.HTTPError as error:
            raise ApiError(f"{self.server}: the Kubernetes API does not answer: {error}") from None

    def delete(
        self, api_version: str, kind: str, name: str, namespace: str | None = None, *, uid: str | None = None
    ) -> bool:
        """Delete an object in the background: the garbage collector deletes its dependents later.

        With `uid`, a later object of the same name is not deleted. Returns False if there is nothing to delete.
        """
        options: Object = {"propagationPolicy": "Background"}
        if uid is not None:
            options["preconditions"] = {"uid": uid}
        try:
            path = self._requests.path(api_version, kind, namespace, name)
            self._requests.call("DELETE", path, options)
        except NotFound:
            return False
        except ApiError as error:
            if uid is not None and error.status == 409:
                return False
            raise
        return True

    def exec(
        self, namespace: str, pod: str, container: str, command: list[str], timeout: float = 10
    ) -> tuple[int, str, str]:
        """Run a command in a container; returns exit status, standard output and standard error.

        Raises ApiError if the command does not end in time. The error says so if the node does not answer at all.
        """
        timeout = min(timeout, time_for_command(self.deadline.left(timeout + _KUBELET_SECONDS)))
        path = f"{self._requests.path('v1', 'Pod', namespace, pod)}/exec"
        try:
            done = kube_exec.run(self._requests.api, path, container, command, timeout)
        except (OSError, ValueError, TypeError) as error:
            raise ApiError(f"exec in pod {namespace}/{pod}: {error}") from None
        if done is None:
            self._reach_kubelet(namespace, pod, container)
            raise ApiError(f"pod {pod}: {command[0]} did not end within {timeout:.0f} s")
        return done

    def log(self, namespace: str, pod: str, container: str, lines: int) -> str:
        """The last lines of a container's log."""
        return self._log(namespace, pod, container, lines, self._requests.timeout)

    def _log(self, namespace: str, pod: str, container: str, lines: int, seconds: float) -> str:
        path = f"{self._requests.path('v1', 'Pod', namespace, pod)}/log"
        query = [("container", container), ("tailLines", str(lines))]
        return self._requests.answer("GET", path, query=query, seconds=seconds, retry=False).decode(errors="replace")

    def _reach_kubelet(self, namespace: str, pod: str, container: str) -> None:
        """Raise ApiError if a pod's kubelet does not answer: a hanging command then says nothing about the pod.

        A request for logs takes the same path as a command, and the kubelet itself answers it.
        """
        try:
            self._log(namespace, pod, container, 1, _KUBELET_SECONDS)
        except ApiError as error:
            # Other errors, such as Forbidden or no log, are answers.
            if error.status in (0, 500, 502, 503, 504):
                status = (self.get("v1", "Pod", pod, namespace) or {}).get("status") or {}
                where = f"{status.get('hostIP', 'its node')}:10250"
                raise ApiError(f"{KUBELET_UNREACHABLE} at {where} (no answer in time)") from None
