"""API clients of a cluster: from the text of a kubeconfig, kubectl's kubeconfig, or this process's ServiceAccount."""

from __future__ import annotations

import re
from typing import Any

from config.errors import ApiError
from transport.libraries import load

# Each of these functions returns a `kubernetes.client.ApiClient`.


def from_kubeconfig(text: str) -> Any:
    """The cluster of a kubeconfig."""
    load("kubernetes")
    import yaml
    from kubernetes import config as kubernetes_config
    from kubernetes.config.config_exception import ConfigException

    try:
        return kubernetes_config.new_client_from_config_dict(yaml.safe_load(text))
    except (yaml.YAMLError, ConfigException, TypeError, AttributeError, ValueError) as error:
        raise ApiError(f"the kubeconfig cannot be used: {_without_values(error)}") from None


def ambient() -> Any:
    """The cluster of kubectl: from `KUBECONFIG` or the file in the home directory."""
    load("kubernetes")
    from kubernetes import config as kubernetes_config
    from kubernetes.config.config_exception import ConfigException

    try:
        return kubernetes_config.new_client_from_config()
    except ConfigException as error:
        raise ApiError(f"no kubeconfig: set KUBECONFIG, or give a kubeconfig ({_without_values(error)})") from None


def in_cluster() -> Any:
    """The cluster of this process, by its ServiceAccount."""
    load("kubernetes")
    from kubernetes import client
    from kubernetes import config as kubernetes_config
    from kubernetes.config.config_exception import ConfigException

    try:
        configuration = client.Configuration()
        kubernetes_config.load_incluster_config(configuration)
    except ConfigException as error:
        raise ApiError(f"not in a cluster: {error}") from None
    return client.ApiClient(configuration)


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
