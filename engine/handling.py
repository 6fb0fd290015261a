"""How this engine handles everything that a program can request: options, and properties of resource types.

Nothing is ignored silently. Unsupported requests are refused by name, in a preview as in an `up`, before anything
is changed; the Pulumi CLI supports them. `docs/engine.md` has the same content as a table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from google.protobuf.message import Message

from engine.providers.command import COPY, LOCAL, REMOTE
from engine.providers.docker.provider import CONTAINER, IMAGE, NETWORK, REMOTE_IMAGE
from engine.providers.helm import RELEASE
from engine.values import ARCHIVE_SIGNATURE, ASSET_SIGNATURE, SIGNATURE, Properties, Secret


class Fate(StrEnum):
    """How a request is handled."""

    DONE = "carried out"
    REFUSED = "refused"
    # Part of the protocol between SDK and engine, or of plugins, which this engine does not have.
    NOTHING = "of no effect"


@dataclass(frozen=True)
class Option:
    """One field of a registration. `name`: the resource option as users write it."""

    name: str
    fate: Fate
    why: str = ""


def _done(name: str, why: str = "") -> Option:
    return Option(name, Fate.DONE, why)


def _refused(name: str, why: str) -> Option:
    return Option(name, Fate.REFUSED, why)


_PROTOCOL = Option("", Fate.NOTHING, "internal to the SDK")
_PLUGINS = Option("", Fate.NOTHING, "the built-in engine has no plugins")
CALLBACK = "the built-in engine calls no function of the program"

# By the name of the field in `RegisterResourceRequest`.
OPTIONS: Mapping[str, Option] = {
    "type": _done("type"),
    "name": _done("name"),
    "parent": _done("parent"),
    "custom": _done("custom"),
    "object": _done("inputs"),
    "protect": _done("protect"),
    "dependencies": _done("depends_on"),
    "provider": _done("provider"),
    "propertyDependencies": _done("inputs", "the resources that an input comes from"),
    "deleteBeforeReplace": _done("delete_before_replace"),
    "deleteBeforeReplaceDefined": _done("delete_before_replace"),
    "version": _done("version", "names the default provider, as the CLI does"),
    "ignoreChanges": _done("ignore_changes"),
    "additionalSecretOutputs": _done("additional_secret_outputs"),
    "aliases": _done("aliases"),
    "aliasURNs": _done("aliases"),
    "importId": _done("import_", "objects of Kubernetes; other types are refused"),
    "customTimeouts": _done("custom_timeouts"),
    "replaceOnChanges": _done("replace_on_changes"),
    "retainOnDelete": _done("retain_on_delete"),
    "deletedWith": _done("deleted_with"),
    "replace_with": _done("replace_with"),
    "replacement_trigger": _done("replacement_trigger"),
    "hideDiffs": _done("hide_diffs"),
    "remote": _refused("a remote component", "a plugin builds it"),
    "transforms": _refused("transforms", CALLBACK),
    "hooks": _refused("hooks", CALLBACK),
    "state_migrations": _refused("state_migrations", CALLBACK),
    "envVarMappings": _refused("env_var_mappings", "the built-in engine has no plugins"),
    "providers": Option("providers", Fate.NOTHING, "the SDK passes the providers to the children"),
    "packageRef": _PLUGINS,
    "pluginDownloadURL": _PLUGINS,
    "pluginChecksums": _PLUGINS,
    "acceptSecrets": _PROTOCOL,
    "acceptResources": _PROTOCOL,
    "supportsPartialValues": _PROTOCOL,
    "supportsResultReporting": _PROTOCOL,
    "accepts_byte_string": _PROTOCOL,
    "aliasSpecs": _PROTOCOL,
    "sourcePosition": _PROTOCOL,
    "stackTrace": _PROTOCOL,
    "parentStackTraceHandle": _PROTOCOL,
    "snippetId": _PROTOCOL,
}

_COMMAND = dict.fromkeys(
    ("create", "update", "delete", "stdin", "environment", "triggers", "addPreviousOutputInEnv"), Fate.DONE
)
_DIAL = dict.fromkeys(
    (
        "host",
        "port",
        "user",
        "privateKey",
        "privateKeyPassword",
        "password",
        "agentSocketPath",
        "hostKey",
        "dialErrorLimit",
        "perDialTimeout",
    ),
    Fate.DONE,
)
_CONNECTION = {f"connection.{key}": fate for key, fate in _DIAL.items()}
_CONNECTION |= {f"connection.proxy.{key}": fate for key, fate in _DIAL.items()}
_PROVIDER = "pulumi:providers:kubernetes"
_DOCKER = "pulumi:providers:docker"

# Type -> property path -> handling. Kubernetes objects are applied whole.
PROPERTIES: Mapping[str, Mapping[str, Fate]] = {
    LOCAL: {
        **_COMMAND,
        "dir": Fate.DONE,
        "interpreter": Fate.DONE,
        "logging": Fate.NOTHING,
        "assetPaths": Fate.REFUSED,
        "archivePaths": Fate.REFUSED,
    },
    REMOTE: {**_COMMAND, **_CONNECTION, "logging": Fate.NOTHING},
    COPY: {**_CONNECTION, "source": Fate.DONE, "remotePath": Fate.DONE, "triggers": Fate.DONE},
    RELEASE: {
        **dict.fromkeys(
            (
                "name",
                "namespace",
                "chart",
                "version",
                "values",
                "repositoryOpts.repo",
                "createNamespace",
                "atomic",
                "cleanupOnFail",
                "skipCrds",
                "skipAwait",
                "timeout",
                "dependencyUpdate",
                "description",
                "devel",
                "disableOpenapiValidation",
                "disableWebhooks",
                "forceUpdate",
                "maxHistory",
                "renderSubchartNotes",
                "resetValues",
                "reuseValues",
                "takeOwnership",
                "waitForJobs",
            ),
            Fate.DONE,
        ),
        **dict.fromkeys(
            (
                "allowNullValues",
                "disableCRDHooks",
                "keyring",
                "lint",
                "postrender",
                "recreatePods",
                "replace",
                "valueYamlFiles",
                "verify",
                "repositoryOpts.caFile",
                "repositoryOpts.certFile",
                "repositoryOpts.keyFile",
                "repositoryOpts.username",
                "repositoryOpts.password",
            ),
            Fate.REFUSED,
        ),
        # The CLI's provider writes these properties itself.
        **dict.fromkeys(("manifest", "resourceNames", "compat"), Fate.NOTHING),
    },
    NETWORK: {
        **dict.fromkeys(
            (
                "name",
                "driver",
                "options",
                "internal",
                "ipv6",
                "attachable",
                "labels",
                "ipamDriver",
                "ipamOptions",
                "ipamConfigs",
            ),
            Fate.DONE,
        ),
        "ingress": Fate.REFUSED,
    },
    REMOTE_IMAGE: {
        **dict.fromkeys(("name", "keepLocally", "forceRemove", "platform", "pullTriggers", "triggers"), Fate.DONE),
        "build": Fate.REFUSED,
    },
    IMAGE: {
        **dict.fromkeys(
            (
                "imageName",
                "build.context",
                "build.dockerfile",
                "build.args",
                "build.target",
                "build.platform",
                "build.network",
                "skipPush",
            ),
            Fate.DONE,
        ),
        **dict.fromkeys(("registry", "build.cacheFrom", "build.addHosts"), Fate.REFUSED),
        "buildOnPreview": Fate.NOTHING,
        "build.builderVersion": Fate.NOTHING,
    },
    CONTAINER: {
        **dict.fromkeys(
            (
                "name",
                "image",
                "hostname",
                "domainname",
                "command",
                "entrypoints",
                "envs",
                "labels",
                "user",
                "workingDir",
                "stopSignal",
                "tty",
                "stdinOpen",
                "init",
                "privileged",
                "runtime",
                "capabilities",
                "securityOpts",
                "sysctls",
                "cgroupnsMode",
                "ulimits",
                "ipcMode",
                "pidMode",
                "usernsMode",
                "readOnly",
                "shmSize",
                "groupAdds",
                "tmpfs",
                "volumes",
                "mounts",
                "uploads",
                "devices",
                "deviceCgroupRules",
                "networkMode",
                "networksAdvanced",
                "ports",
                "publishAllPorts",
                "hosts",
                "dns",
                "dnsOpts",
                "dnsSearches",
                "healthcheck",
                "restart",
                "maxRetryCount",
                "memory",
                "memorySwap",
                "memoryReservation",
                "cpuShares",
                "cpuSet",
                "wait",
                "waitTimeout",
                "mustRun",
                "start",
                "destroyGraceSeconds",
                "removeVolumes",
            ),
            Fate.DONE,
        ),
        **dict.fromkeys(
            (
                "attach",
                "cgroupParent",
                "cpuPeriod",
                "cpuQuota",
                "cpus",
                "deviceReadBps",
                "deviceReadIops",
                "deviceRequests",
                "deviceWriteBps",
                "deviceWriteIops",
                "gpus",
                "logDriver",
                "logOpts",
                "logs",
                "platform",
                "rm",
                "stopTimeout",
                "storageOpts",
            ),
            Fate.REFUSED,
        ),
        "containerReadRefreshTimeoutMilliseconds": Fate.NOTHING,
    },
    _DOCKER: {
        "host": Fate.DONE,
        **dict.fromkeys(
            (
                "caMaterial",
                "certMaterial",
                "certPath",
                "context",
                "disableDockerDaemonCheck",
                "keyMaterial",
                "registryAuth",
                "sshOpts",
            ),
            Fate.REFUSED,
        ),
    },
    _PROVIDER: {
        **dict.fromkeys(("kubeconfig", "enableSecretMutable", "enableConfigMapMutable"), Fate.DONE),
        **dict.fromkeys(
            (
                "context",
                "cluster",
                "namespace",
                "clusterIdentifier",
                "deleteUnreachable",
                "skipUpdateUnreachable",
                "enablePatchForce",
                "helmReleaseSettings",
                "kubeClientSettings",
                "renderYamlToDirectory",
                "upsertExistingObjects",
            ),
            Fate.REFUSED,
        ),
        "enableServerSideApply": Fate.DONE,
        "alwaysRender": Fate.NOTHING,
        "suppressDeprecationWarnings": Fate.NOTHING,
        "suppressHelmHookWarnings": Fate.NOTHING,
    },
}


def refused_options(request: Any) -> Iterator[str]:
    """One message for each part of a registration request that is not carried out, with the reason."""
    for field, value in request.ListFields():
        if isinstance(value, Message) and not value.ByteSize():
            # Present but empty.
            continue
        option = OPTIONS.get(field.name)
        if option is None:
            yield f"the option {field.name} (of a newer SDK)"
        elif option.fate is Fate.REFUSED:
            yield f"{option.name} ({option.why})"


def refused_inputs(kind: str, inputs: Properties) -> Iterator[str]:
    """Properties that are not carried out, for a type that this engine applies."""
    known = PROPERTIES.get(kind, {})
    yield from (path for path in _set(inputs) if known.get(path) is Fate.REFUSED)
    if kind in PROPERTIES:
        yield from (f"{path} (an archive or a remote asset)" for path in _foreign(inputs))
    if kind == IMAGE and not inputs.get("skipPush"):
        yield "an Image without `skipPush: true` (the built-in engine pushes no image)"
    if kind == _PROVIDER and not inputs.get("kubeconfig"):
        yield "a Kubernetes provider without `kubeconfig` (the environment's kubeconfig is never used)"
    if kind == _PROVIDER and inputs.get("enableServerSideApply") in (False, "false"):
        yield "enableServerSideApply: false (the built-in engine applies every object on the server)"


def _set(inputs: Properties, under: str = "") -> Iterator[str]:
    """The paths of all properties that are set."""
    for key, value in inputs.items():
        value = value.value if isinstance(value, Secret) else value
        if value is None or value is False or value == []:
            continue
        yield f"{under}{key}"
        if isinstance(value, dict):
            yield from _set(value, f"{under}{key}.")


def _foreign(value: Any, under: str = "") -> Iterator[str]:
    if isinstance(value, Secret):
        yield from _foreign(value.value, under)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _foreign(item, f"{under}[{index}]")
    elif isinstance(value, dict):
        if value.get(SIGNATURE) in (ARCHIVE_SIGNATURE, ASSET_SIGNATURE):
            yield under
        for key, item in value.items():
            yield from _foreign(item, f"{under}.{key}" if under else key)
