"""The Kubernetes API: any object by apiVersion and kind, with server-side apply."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from typing import Any

from config.errors import KUBELET_UNREACHABLE, ApiError
from transport import kube_exec
from transport.deadline import Deadline

FIELD_MANAGER = "cilium-edge"
# Neighbor resolution reports an unreachable node after three seconds.
_KUBELET_SECONDS = 4.0
Object = dict[str, Any]


def time_for_command(left: float) -> float:
    """The seconds of `left` for a command in a Pod. The rest is for the check whether the Pod's node answers."""
    return max(left - _KUBELET_SECONDS, left / 2)


class Kube:
    """One cluster, from the text of a kubeconfig. Threads may share it.

    `deadline` bounds reads and commands in pods; a watch has its own time limit.
    """

    deadline: Deadline

    def __init__(self, kubeconfig: str) -> None:
        import yaml
        from kubernetes import config as kubernetes_config
        from kubernetes.config.config_exception import ConfigException

        try:
            document = yaml.safe_load(kubeconfig)
            self._api = kubernetes_config.new_client_from_config_dict(document)
        except (yaml.YAMLError, ConfigException, TypeError, AttributeError, ValueError) as error:
            raise ApiError(f"the kubeconfig cannot be used: {_without_values(error)}") from None
        self._setup()

    @classmethod
    def ambient(cls) -> Kube:
        """The cluster of kubectl: from `KUBECONFIG` or the file in the home directory."""
        from kubernetes import config as kubernetes_config
        from kubernetes.config.config_exception import ConfigException

        try:
            client = kubernetes_config.new_client_from_config()
        except ConfigException as error:
            raise ApiError(f"no kubeconfig: set KUBECONFIG, or give a kubeconfig ({_without_values(error)})") from None
        kube = cls.__new__(cls)
        kube._api = client
        kube._setup()
        return kube

    @classmethod
    def in_cluster(cls, timeout: float) -> Kube:
        """The cluster of this process, by its ServiceAccount. `timeout`: limit of each call in seconds."""
        from kubernetes import client
        from kubernetes import config as kubernetes_config
        from kubernetes.config.config_exception import ConfigException

        try:
            configuration = client.Configuration()
            kubernetes_config.load_incluster_config(configuration)
        except ConfigException as error:
            raise ApiError(f"not in a cluster: {error}") from None
        kube = cls.__new__(cls)
        kube._api = client.ApiClient(configuration)
        kube._setup(timeout)
        return kube

    def _setup(self, timeout: float = 30.0) -> None:
        self._api.configuration.retries = 2
        self.server: str = self._api.configuration.host
        self._timeout = timeout
        self.deadline = Deadline()
        self._resources: dict[tuple[str, str], tuple[str, bool]] = {}
        self._lock = threading.Lock()

    def get(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Object | None:
        """One object; None if the object or its kind does not exist."""
        try:
            return self._call("GET", self._path(api_version, kind, namespace, name))
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
        metadata = manifest["metadata"]
        path = self._path(manifest["apiVersion"], manifest["kind"], metadata.get("namespace"), metadata["name"]) + (
            f"/{subresource}" if subresource else ""
        )
        query = [("fieldManager", manager), ("force", str(force).lower())]
        if dry_run:
            query.append(("dryRun", "All"))
        return self._call("PATCH", path, manifest, query, "application/apply-patch+yaml")

    def create(self, manifest: Object) -> Object:
        """Create a new object. Raises ApiError with status 409 if it exists."""
        path = self._path(manifest["apiVersion"], manifest["kind"], manifest["metadata"].get("namespace"), None)
        return self._call("POST", path, manifest)

    def replace(self, manifest: Object) -> Object:
        """Replace the version of an object that was read. Raises ApiError with status 409 if it has changed since."""
        metadata = manifest["metadata"]
        path = self._path(manifest["apiVersion"], manifest["kind"], metadata.get("namespace"), metadata["name"])
        return self._call("PUT", path, manifest)

    def listing(self, api_version: str, kind: str, namespace: str | None, selector: str) -> tuple[list[Object], str]:
        """All objects of a kind, and the list's version, at which a watch can start."""
        query = [("labelSelector", selector)] if selector else []
        answer = self._call("GET", self._path(api_version, kind, namespace, None), query=query)
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
        path = self._path(api_version, kind, namespace, None)
        timeout = urllib3.Timeout(connect=self._timeout, read=seconds + self._timeout)
        try:
            answer = self._request("GET", path, query, preload_content=False, retries=False, timeout=timeout)
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
            path = self._path(api_version, kind, namespace, name)
            self._call("DELETE", path, options)
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
        """Run a command in a container; exit status, standard output, standard error.

        Raises ApiError if the command does not end in time. The error says so if the node does not answer at all.
        """
        timeout = min(timeout, time_for_command(self.deadline.left(timeout + _KUBELET_SECONDS)))
        path = f"{self._path('v1', 'Pod', namespace, pod)}/exec"
        try:
            done = kube_exec.run(self._api, path, container, command, timeout)
        except (OSError, ValueError, TypeError) as error:
            raise ApiError(f"exec in pod {namespace}/{pod}: {error}") from None
        if done is None:
            self._reach_kubelet(namespace, pod, container)
            raise ApiError(f"pod {pod}: {command[0]} did not end within {timeout:.0f} s")
        return done

    def log(self, namespace: str, pod: str, container: str, lines: int) -> str:
        """The last lines of a container's log."""
        return self._log(namespace, pod, container, lines, self._timeout)

    def _log(self, namespace: str, pod: str, container: str, lines: int, seconds: float) -> str:
        path = f"{self._path('v1', 'Pod', namespace, pod)}/log"
        query = [("container", container), ("tailLines", str(lines))]
        return self._answer("GET", path, query=query, seconds=seconds, retry=False).decode(errors="replace")

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

    def _path(self, api_version: str, kind: str, namespace: str | None, name: str | None) -> str:
        plural, namespaced = self._resource(api_version, kind)
        base = f"/api/{api_version}" if "/" not in api_version else f"/apis/{api_version}"
        if namespaced and (namespace or name):
            base += f"/namespaces/{_quote(namespace or 'default')}"
        return f"{base}/{plural}" + (f"/{_quote(name)}" if name else "")

    def _resource(self, api_version: str, kind: str) -> tuple[str, bool]:
        """Plural name of a kind and whether it is namespaced, from the API's discovery."""
        with self._lock:
            found = self._resources.get((api_version, kind))
        if found is not None:
            return found
        base = f"/api/{api_version}" if "/" not in api_version else f"/apis/{api_version}"
        try:
            listing = self._call("GET", base)
        except NotFound:
            listing = {}
        with self._lock:
            for entry in listing.get("resources", []):
                if "/" not in entry["name"]:
                    key = (api_version, entry["kind"])
                    self._resources[key] = (entry["name"], entry["namespaced"])
            found = self._resources.get((api_version, kind))
        if found is None:
            raise NotFound(f"the cluster has no kind {kind} in {api_version}")
        return found

    def _request(
        self, method: str, path: str, query: Any, content_type: str = "application/json", **options: Any
    ) -> Any:
        """The raw response. The request has the credentials of the kubeconfig or the ServiceAccount."""
        headers = {"Accept": "application/json", "Content-Type": content_type}
        self._api.update_params_for_auth(headers, [], ["BearerToken"], path, method, options.get("body"))
        text = "?" + "&".join(f"{k}={_quote(v)}" for k, v in query) if query else ""
        return self._api.rest_client.pool_manager.request(
            method, f"{self.server}{path}{text}", headers=headers, **options
        )

    def _call(
        self,
        method: str,
        path: str,
        body: Object | None = None,
        query: Any = (),
        content_type: str = "application/json",
    ) -> Object:
        text = self._answer(method, path, body, query, content_type)
        return dict(json.loads(text)) if text.startswith(b"{") else {}

    def _answer(
        self,
        method: str,
        path: str,
        body: Object | None = None,
        query: Any = (),
        content_type: str = "application/json",
        seconds: float | None = None,
        retry: bool = True,
    ) -> bytes:
        import urllib3
        from kubernetes.client.exceptions import ApiException

        seconds = self.deadline.left(seconds or self._timeout)
        # With a deadline, a retry would have no time left.
        retries = urllib3.Retry(2 if retry and not self.deadline.bounds else 0, backoff_factor=0.2)
        try:
            answer = self._request(
                method,
                path,
                query,
                content_type,
                body=None if body is None else json.dumps(body),
                timeout=urllib3.Timeout(connect=min(5.0, seconds), read=seconds),
                retries=retries,
            )
        except urllib3.exceptions.HTTPError as error:
            reason = getattr(error, "reason", None) or error
            raise ApiError(f"{self.server}: the Kubernetes API does not answer: {reason}") from None
        except ApiException as error:
            raise ApiError(f"{self.server}: {error.reason}") from None
        if answer.status >= 400:
            told = json.loads(answer.data) if answer.data.startswith(b"{") else {}
            message = told.get("message")
            if answer.status == 404:
                raise NotFound(message or path)
            message = message or answer.data.decode(errors="replace")[:300]
            raise ApiError(f"{method} {path}: {answer.status}: {message}", answer.status)
        return bytes(answer.data)


class NotFound(ApiError):
    """The object or its kind does not exist."""


def _without_values(error: Exception) -> str:
    """The fault of a kubeconfig and its place, never the text there: it may be part of a token or a key."""
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        return f"not YAML, in line {mark.line + 1}"
    from kubernetes.config.config_exception import ConfigException

    # The client's message names the missing key. Any quoted text comes from the file.
    words = str(error) if isinstance(error, ConfigException) else ""
    found = re.search(r"Expected key ([a-z-]+)\b", words)
    return f"the key {found[1]} is missing" if found else "the clusters, users or contexts are incomplete"


def _quote(value: str) -> str:
    from urllib.parse import quote

    return quote(value, safe="")
