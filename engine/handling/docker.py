"""How the engine handles properties of Docker's resources and of their provider."""

from __future__ import annotations

from collections.abc import Mapping

from engine.handling.fate import Fate, Handled, each
from engine.providers.docker.provider import CONTAINER, IMAGE, NETWORK, REMOTE_IMAGE

_NETWORK: Handled = {
    **each(
        Fate.DONE,
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
    **each(
        Fate.REFUSED,
        "ingress",
    ),
}

_REMOTE_IMAGE: Handled = {
    **each(
        Fate.DONE,
        "name",
        "keepLocally",
        "forceRemove",
        "platform",
        "pullTriggers",
        "triggers",
    ),
    **each(
        Fate.REFUSED,
        "build",
    ),
}

_IMAGE: Handled = {
    **each(
        Fate.DONE,
        "imageName",
        "build.context",
        "build.dockerfile",
        "build.args",
        "build.target",
        "build.platform",
        "build.network",
        "skipPush",
    ),
    **each(
        Fate.REFUSED,
        "registry",
        "build.cacheFrom",
        "build.addHosts",
    ),
    **each(
        Fate.NOTHING,
        "buildOnPreview",
        "build.builderVersion",
    ),
}

_CONTAINER: Handled = {
    **each(
        Fate.DONE,
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
    **each(
        Fate.REFUSED,
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
    **each(
        Fate.NOTHING,
        "containerReadRefreshTimeoutMilliseconds",
    ),
}

_PROVIDER: Handled = {
    **each(
        Fate.DONE,
        "host",
    ),
    **each(
        Fate.REFUSED,
        "caMaterial",
        "certMaterial",
        "certPath",
        "context",
        "disableDockerDaemonCheck",
        "keyMaterial",
        "registryAuth",
        "sshOpts",
    ),
}

PROPERTIES: Mapping[str, Handled] = {
    NETWORK: _NETWORK,
    REMOTE_IMAGE: _REMOTE_IMAGE,
    IMAGE: _IMAGE,
    CONTAINER: _CONTAINER,
    "pulumi:providers:docker": _PROVIDER,
}
