"""How the engine handles properties of the resource types that it applies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.handling import command, docker, helm, kubernetes
from engine.handling.fate import Fate, Handled
from engine.handling.kubernetes import PROVIDER
from engine.providers.docker.provider import IMAGE
from engine.values import ARCHIVE_SIGNATURE, ASSET_SIGNATURE, SIGNATURE, Properties, Secret

# Type -> property path -> handling.
PROPERTIES: Mapping[str, Handled] = {
    **command.PROPERTIES,
    **helm.PROPERTIES,
    **docker.PROPERTIES,
    **kubernetes.PROPERTIES,
}
# Keys that engines and SDKs give to providers of every package.
_OF_ENGINES = dict.fromkeys(("version", "pluginDownloadURL", "parameterization", "__internal"), Fate.NOTHING)


def refused_inputs(kind: str, inputs: Properties) -> Iterator[str]:
    """Properties that are not carried out, for a type that this engine applies."""
    known = PROPERTIES.get(kind, {})
    yield from (path for path in dict.fromkeys(_set(inputs)) if known.get(path) is Fate.REFUSED)
    if kind in PROPERTIES and kind.startswith("pulumi:providers:"):
        # The SDK types the arguments of providers. Nobody has checked the keys of a package's configuration.
        yield from (
            f"{key} (the provider has no such setting)" for key in inputs if key not in {**known, **_OF_ENGINES}
        )
    if kind in PROPERTIES:
        yield from (f"{path} (an archive or a remote asset)" for path in _foreign(inputs))
    if kind == IMAGE and not inputs.get("skipPush"):
        yield "an Image without `skipPush: true` (the built-in engine pushes no image)"
    if kind == PROVIDER and not inputs.get("kubeconfig"):
        yield (
            "a Kubernetes provider without `kubeconfig` (the environment's kubeconfig is never used,"
            " and a secret of the configuration needs the passphrase)"
        )
    if kind == PROVIDER and inputs.get("enableServerSideApply") in (False, "false"):
        yield "enableServerSideApply: false (the built-in engine applies every object on the server)"


def _set(inputs: Properties, under: str = "") -> Iterator[str]:
    """The paths of all properties that are set. `[]` stands for every item of a list, so paths can occur again."""
    for key, value in inputs.items():
        value = value.value if isinstance(value, Secret) else value
        if value is None or value is False or value == []:
            continue
        yield f"{under}{key}"
        if isinstance(value, dict):
            yield from _set(value, f"{under}{key}.")
        elif isinstance(value, list):
            for item in value:
                item = item.value if isinstance(item, Secret) else item
                if isinstance(item, dict):
                    yield from _set(item, f"{under}{key}[].")


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
