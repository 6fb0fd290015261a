"""Values that Pulumi's providers themselves keep in a state: added on export, removed on import.

Without these values a provider sees a difference in every resource of the built-in engine, and replaces it.
Sources: pulumi-kubernetes `provider.go` (`checkpointObject`), `helm_release.go`; pulumi-go-provider;
pulumi-terraform-bridge `schema.go` (`__defaults`).
"""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import metadata
from typing import Any

from config.errors import StateError
from engine.providers.docker.provider import CONTAINER, NETWORK
from engine.providers.helm import RELEASE
from engine.providers.kubernetes import field_manager
from engine.registry import CLUSTER_UID, PROVIDER_PREFIX
from engine.resource import Resource
from engine.state import State
from engine.values import Properties, Secret

_FALSE = (
    "allowNullValues",
    "atomic",
    "cleanupOnFail",
    "createNamespace",
    "dependencyUpdate",
    "devel",
    "disableCRDHooks",
    "disableOpenapiValidation",
    "disableWebhooks",
    "forceUpdate",
    "lint",
    "recreatePods",
    "renderSubchartNotes",
    "replace",
    "resetValues",
    "reuseValues",
    "skipAwait",
    "skipCrds",
    "verify",
    "waitForJobs",
)
_RELEASE_DEFAULTS = {**dict.fromkeys(_FALSE, False), "description": "", "keyring": "", "postrender": "", "timeout": 0}
# Type -> what the Docker provider fills in, by its schema: in `healthcheck` and in each of `ports`, if declared.
_DOCKER_DEFAULTS: dict[str, Properties] = {
    NETWORK: {"ipamDriver": "default"},
    CONTAINER: {
        "containerReadRefreshTimeoutMilliseconds": 15000,
        "healthcheck": {"startInterval": "0s"},
        "mustRun": True,
        "networkMode": "bridge",
        "ports": {"ip": "0.0.0.0", "protocol": "tcp"},  # noqa: S104
        "removeVolumes": True,
        "start": True,
    },
}
# What the Docker provider reads of a container: without these outputs the provider would replace the container.
# A refresh by the provider reads the real values.
_CONTAINER_OUTPUTS: Properties = {
    "command": [],
    "entrypoints": [],
    "envs": [],
    "readOnly": False,
    "securityOpts": [],
    "stdinOpen": False,
    "tty": False,
}
# The secret fields of a connection, by the command provider's schema.
_CONNECTION_SECRETS = ("privateKey", "privateKeyPassword", "password")
# The bridge's list of the properties that it has filled in, in each object of the inputs.
_DEFAULTS = "__defaults"
_OBJECT_PREFIX = "kubernetes:"
_COMMAND_PREFIX = "command:remote:"


def for_pulumi(resource: Resource) -> Resource:
    """The resource as Pulumi's own providers record it."""
    if not resource.custom:
        return resource
    inputs, outputs = resource.inputs, resource.outputs
    if resource.type.startswith(PROVIDER_PREFIX):
        version = _version(resource.type)
        known = {key: value for key, value in outputs.items() if key != CLUSTER_UID}
        inputs, outputs = {"__internal": {}, **version, **inputs}, {**version, **known}
    elif resource.type == RELEASE:
        inputs = {**_RELEASE_DEFAULTS, **inputs}
        outputs = {**_RELEASE_DEFAULTS, **outputs, "__inputs": Secret(inputs)}
    elif resource.type.startswith(_OBJECT_PREFIX):
        outputs = {
            "__inputs": inputs,
            "__initialApiVersion": inputs.get("apiVersion"),
            "__fieldManager": field_manager(resource.type, inputs),
            **outputs,
        }
    elif resource.type.startswith(_COMMAND_PREFIX):
        inputs, outputs = _sealed(inputs), _sealed(outputs)
    elif resource.type in _DOCKER_DEFAULTS:
        defaults = _DOCKER_DEFAULTS[resource.type]
        inputs = _filled(inputs, defaults, listed=True)
        read = _CONTAINER_OUTPUTS if resource.type == CONTAINER else {}
        outputs = _filled(outputs, {**defaults, **read}, listed=False)
    return replace(resource, inputs=inputs, outputs=outputs)


def from_pulumi(resource: Resource) -> Resource:
    """The resource as the program declares it."""
    inputs = resource.inputs
    if resource.type == RELEASE:
        inputs = {key: value for key, value in inputs.items() if value or key == "values"}
    elif resource.type.startswith(PROVIDER_PREFIX):
        named = not resource.name.startswith("default")
        inputs = {
            key: value for key, value in inputs.items() if not key.startswith("__") and not (named and key == "version")
        }
    elif resource.type.startswith(_OBJECT_PREFIX):
        inputs = _in_scope(inputs, resource.outputs)
    elif resource.custom:
        inputs = _declared(inputs)
    return replace(resource, inputs=inputs)


def take_in(state: State, text: str) -> int:
    """Import an exported deployment into a state; returns its number of resources. Raises StateError."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise StateError(f"expected a deployment as `stack export` prints it, got no JSON: {error}") from None
    try:
        state.import_document(document, from_pulumi)
    except (KeyError, TypeError, AttributeError):
        raise StateError("expected a deployment as `stack export` prints it, got another document") from None
    return len(state.resources)


def _filled(properties: Properties, defaults: Properties, *, listed: bool) -> Properties:
    """The properties with the defaults that they lack; `listed`: with the bridge's list of these."""
    result, added = dict(properties), []
    for key, value in defaults.items():
        if isinstance(value, dict):
            if isinstance(result.get(key), dict):
                result[key] = _filled(result[key], value, listed=listed)
            elif isinstance(result.get(key), list):
                items = result[key]
                result[key] = [_filled(one, value, listed=listed) if isinstance(one, dict) else one for one in items]
        elif result.get(key) is None:
            result[key] = value
            added.append(key)
    return {**result, _DEFAULTS: added} if listed else result


def _in_scope(inputs: Properties, outputs: Properties) -> Properties:
    """The inputs of an object without the namespace that an object of the cluster does not have.

    The provider writes `default` there as long as the cluster does not know the kind.
    """
    metadata, live = inputs.get("metadata"), outputs.get("metadata")
    if not isinstance(metadata, dict) or not isinstance(live, dict) or live.get("namespace"):
        return inputs
    return {**inputs, "metadata": {key: value for key, value in metadata.items() if key != "namespace"}}


def _declared(value: Any) -> Any:
    """A value of inputs without the defaults that a provider of the Terraform bridge has added."""
    if isinstance(value, Secret):
        return Secret(_declared(value.value))
    if isinstance(value, list):
        return [_declared(item) for item in value]
    if not isinstance(value, dict):
        return value
    added = {_DEFAULTS, *(value.get(_DEFAULTS) or ())}
    return {key: _declared(item) for key, item in value.items() if key not in added}


def _version(provider: str) -> Properties:
    """The provider version that the SDK requests: the SDK's own."""
    try:
        return {"version": metadata.version(f"pulumi-{provider.removeprefix(PROVIDER_PREFIX)}")}
    except metadata.PackageNotFoundError:
        return {}


def _sealed(properties: Properties) -> Properties:
    """The properties with every secret field of a connection marked as secret, inside the secret connection."""
    connection = properties.get("connection")
    if connection is None:
        return properties
    inner = connection.value if isinstance(connection, Secret) else connection
    marked = _marked(inner)
    return {**properties, "connection": Secret(marked) if isinstance(connection, Secret) else marked}


def _marked(connection: Any) -> Any:
    if not isinstance(connection, dict):
        return connection
    result: dict[str, Any] = {}
    for key, value in connection.items():
        if key == "proxy":
            result[key] = _marked(value)
        else:
            known = key in _CONNECTION_SECRETS and value is not None and not isinstance(value, Secret)
            result[key] = Secret(value) if known else value
    return result
