"""The component provider: it gives the components to programs in every language that Pulumi has.

The folder `provider` is what Pulumi starts; the schema of the package is read off the components' annotations.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from inspect import cleandoc
from typing import Any

import pulumi
from pulumi.errors import InputPropertiesError
from pulumi.output import Unknown
from pulumi.provider import ConstructResult, main
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.server import ComponentInitError

from components import (
    BgpControlPlane,
    CiliumGateways,
    CiliumIngress,
    CiliumInstall,
    EgressGatewayHA,
    L2Announcements,
    LbIpam,
    RouterFRR,
)
from components.inputs.secrets import unknown
from config.errors import ConfigError, Refused
from config.load import PROJECT

COMPONENTS: list[type[pulumi.ComponentResource]] = [
    RouterFRR,
    CiliumInstall,
    BgpControlPlane,
    LbIpam,
    CiliumIngress,
    EgressGatewayHA,
    L2Announcements,
    CiliumGateways,
]
VERSION = "0.1.0"
# Go's generator makes a module of this path, and by itself imports another one in it.
_GO = f"example.com/pulumi-{PROJECT}/sdk/go/{PROJECT.replace('-', '')}"
_ARGS = re.compile(rf"({PROJECT}:index:\w+?)Args(?=\")")
# Arguments that nobody may read, wherever they are.
SECRETS = {"kubeconfig", "password", "passwords", "privateKey", "privateKeyPassword"}


class EdgeProvider(ComponentProvider):
    """Hands arguments to the components as the program in the other language gave them.

    The SDK's own mapping drops an Output where it expects an object, and leaves whole numbers floats: the
    components read every spelling and every number themselves, and say everything that is wrong at once.
    """

    schema: str

    def __init__(self) -> None:
        super().__init__(COMPONENTS, PROJECT, version=VERSION)
        # Every language's generator adds `Args` to the types of inputs by itself.
        found = _finished(json.loads(_ARGS.sub(r"\1", self.schema)))
        self.schema = json.dumps({**found, "language": {**found.get("language", {}), "go": {"importBasePath": _GO}}})

    def map_inputs(self, inputs: Mapping[str, Any], component_def: Any) -> dict[str, Any]:
        """The arguments as they came; what only an apply knows is an Output, as it is in a Python program."""
        return {key: _late(value) for key, value in inputs.items()}

    def construct(self, name: str, resource_type: str, inputs: Any, options: Any = None) -> ConstructResult:
        """Makes a component. What the user has to mend is said without a traceback."""
        try:
            return super().construct(name, resource_type, inputs, options)
        except ComponentInitError as error:
            if not isinstance(error.inner, (ConfigError, Refused)):
                raise
            # The SDK fails on an error that has no list.
            found = error.inner.problems if isinstance(error.inner, ConfigError) else ()
            errors = [{"property_path": one.path, "reason": f"expected {one.expected}, got {one.got}"} for one in found]
            raise InputPropertiesError(
                f"{len(errors)} in its arguments" if errors else str(error.inner), errors
            ) from None


def _finished(node: Any, name: str = "") -> Any:
    """A schema with its descriptions unindented, and with secrets marked: states and logs then hide them.

    In Go a plain list of plain objects has a type that the generator names and does not make.
    """
    if isinstance(node, list):
        return [_finished(below) for below in node]
    if not isinstance(node, dict):
        return node
    made = {key: _finished(below, key) for key, below in node.items()}
    if isinstance(made.get("description"), str):
        made["description"] = cleandoc(made["description"])
    if name == "items" and "$ref" in made:
        made.pop("plain", None)
    if name in SECRETS and "type" in made:
        made["secret"] = True
    return made


def serve() -> None:
    """Answers the engine whose address is among the program's arguments, until it ends."""
    main(EdgeProvider(), sys.argv[1:])


def _late(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _late(below) for key, below in value.items()}
    if isinstance(value, list):
        return [_late(below) for below in value]
    return unknown() if isinstance(value, Unknown) else value
