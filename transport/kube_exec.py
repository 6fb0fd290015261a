"""Runs a command in a container, over a websocket to the Kubernetes API."""

from __future__ import annotations

import json
import re
from typing import Any

from config.errors import KUBELET_UNREACHABLE
from transport.libraries import load


def run(api: Any, path: str, container: str, command: list[str], timeout: float) -> tuple[int, str, str] | None:
    """Exit status, standard output and standard error; None if the command does not end in time.

    `api`: a `kubernetes.client.ApiClient`. `path`: the Pod's `exec`. Connecting and running may each take `timeout`
    seconds. Raises OSError if the API does not answer, and ValueError if the API says why no command ran.
    """
    # The client's websocket is used directly: the generated method imports a model of each kind of the API, and this
    # import takes longer than the command.
    load("kubernetes.stream.ws_client")
    import websocket
    from kubernetes.client.exceptions import ApiException
    from kubernetes.stream.ws_client import ERROR_CHANNEL, websocket_call

    headers: dict[str, str] = {}
    query = [("container", container), ("stdout", "true"), ("stderr", "true"), *(("command", word) for word in command)]
    api.update_params_for_auth(headers, [], ["BearerToken"], path, "GET", None)
    # The client itself connects without a timeout.
    websocket.setdefaulttimeout(timeout)
    try:
        session = websocket_call(
            api.configuration,
            "GET",
            f"{api.configuration.host}{path}",
            query_params=query,
            headers=headers,
            _preload_content=False,
        )
        session.run_forever(timeout=timeout)
    except ApiException as error:
        raise ValueError(error.reason) from None
    if session.is_open():
        session.close(timeout=0.1)
        return None
    return _exit_status(session.read_channel(ERROR_CHANNEL)), session.read_stdout(), session.read_stderr()


def _exit_status(text: str) -> int:
    """Exit status from the API's closing message. Raises ValueError with the API's reason if no command ended."""
    status = json.loads(text or "{}")
    if status.get("status") == "Success":
        return 0
    for cause in (status.get("details") or {}).get("causes") or []:
        if cause.get("reason") == "ExitCode":
            return int(cause["message"])
    message = " ".join(str(status.get("message") or "the connection was cut off").split())
    # The kubelet's address is enough: the message already has the names in the path.
    found = re.search(r'"https://([^/"]+)/[^"]*": (.*)$', message)
    raise ValueError(f"{KUBELET_UNREACHABLE} at {found[1]} ({found[2]})" if found else message)
