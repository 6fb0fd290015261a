"""How the engine handles properties of Docker's resources and of their provider."""

from __future__ import annotations

from collections.abc import Mapping

from engine.handling import docker_container
from engine.handling.docker_container import LABEL
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
        *LABEL,
        "ipamDriver",
        "ipamOptions",
        "ipamConfigs[].subnet",
        "ipamConfigs[].ipRange",
        "ipamConfigs[].gateway",
        "ipamConfigs[].auxAddress",
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
        "build.builderVersion",
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
    CONTAINER: docker_container.HANDLED,
    "pulumi:providers:docker": _PROVIDER,
}
