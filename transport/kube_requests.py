"""Requests to the Kubernetes API: paths from discovery, credentials, time limits and errors."""

from __future__ import annotations

import json
import threading
from typing import Any

from config.errors import ApiError
from transport.deadline import Deadline

Object = dict[str, Any]


class NotFound(ApiError):
    """The object or its kind does not exist."""


class Requests:
    """The HTTP requests of one cluster. `api`: a `kubernetes.client.ApiClient`. `timeout`: seconds for each request."""

    def __init__(self, api: Any, timeout: float, deadline: Deadline) -> None:
        self.api = api
        self.api.configuration.retries = 2
        self.server: str = api.configuration.host
        self.timeout = timeout
        self._deadline = deadline
        self._resources: dict[tuple[str, str], tuple[str, bool]] = {}
        self._lock = threading.Lock()

    def path(self, api_version: str, kind: str, namespace: str | None, name: str | None) -> str:
        """The path of an object, or of all objects of a kind if `name` is None. Raises NotFound for an unknown kind."""
        plural, namespaced = self._resource(api_version, kind)
        base = _base(api_version)
        if namespaced and (namespace or name):
            base += f"/namespaces/{_quote(namespace or 'default')}"
        return f"{base}/{plural}" + (f"/{_quote(name)}" if name else "")

    def path_of(self, manifest: Object) -> str:
        """The path of the object that a manifest describes."""
        metadata = manifest["metadata"]
        return self.path(manifest["apiVersion"], manifest["kind"], metadata.get("namespace"), metadata["name"])

    def _resource(self, api_version: str, kind: str) -> tuple[str, bool]:
        """Plural name of a kind and whether it is namespaced, from the API's discovery."""
        with self._lock:
            found = self._resources.get((api_version, kind))
        if found is not None:
            return found
        try:
            listing = self.call("GET", _base(api_version))
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

    def raw(self, method: str, path: str, query: Any, content_type: str = "application/json", **options: Any) -> Any:
        """The raw response. The request has the credentials of the kubeconfig or the ServiceAccount."""
        headers = {"Accept": "application/json", "Content-Type": content_type}
        self.api.update_params_for_auth(headers, [], ["BearerToken"], path, method, options.get("body"))
        text = "?" + "&".join(f"{k}={_quote(v)}" for k, v in query) if query else ""
        return self.api.rest_client.pool_manager.request(
            method, f"{self.server}{path}{text}", headers=headers, **options
        )

    def call(
        self,
        method: str,
        path: str,
        body: Object | None = None,
        query: Any = (),
        content_type: str = "application/json",
    ) -> Object:
        """The JSON object of an answer; empty if the answer is not a JSON object."""
        text = self.answer(method, path, body, query, content_type)
        return dict(json.loads(text)) if text.startswith(b"{") else {}

    def answer(
        self,
        method: str,
        path: str,
        body: Object | None = None,
        query: Any = (),
        content_type: str = "application/json",
        seconds: float | None = None,
        retry: bool = True,
    ) -> bytes:
        """The body of an answer. `seconds`: its time limit. Raises NotFound, or ApiError with the status."""
        import urllib3
        from kubernetes.client.exceptions import ApiException

        seconds = self._deadline.left(seconds or self.timeout)
        # With a deadline, a retry would have no time left.
        retries = urllib3.Retry(2 if retry and not self._deadline.bounds else 0, backoff_factor=0.2)
        try:
            answer = self.raw(
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
            answered = json.loads(answer.data) if answer.data.startswith(b"{") else {}
            message = answered.get("message")
            if answer.status == 404:
                raise NotFound(message or path)
            message = message or answer.data.decode(errors="replace")[:300]
            raise ApiError(f"{method} {path}: {answer.status}: {message}", answer.status)
        return bytes(answer.data)


def _base(api_version: str) -> str:
    return f"/api/{api_version}" if "/" not in api_version else f"/apis/{api_version}"


def _quote(value: str) -> str:
    from urllib.parse import quote

    return quote(value, safe="")
