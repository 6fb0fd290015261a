"""The component provider, which offers the components to programs in all Pulumi languages.

Pulumi starts the folder `provider`. The schema of the package comes from the annotations of the components.
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
# By default, the Go generator imports a module path that differs from the path of the module it generates.
_GO = f"example.com/pulumi-{PROJECT}/sdk/go/{PROJECT.replace('-', '')}"
_ARGS = re.compile(rf"({PROJECT}:index:\w+?)Args(?=\")")
# Arguments that are secret at any depth.
SECRETS = {"kubeconfig", "password", "passwords", "privateKey", "privateKeyPassword"}


class EdgeProvider(ComponentProvider):
    """Passes arguments to the components as the program in the other language sent them.

    The SDK's own mapping drops an Output in place of an object, and leaves whole numbers as floats. The components
    themselves accept every spelling and every number, and report all problems at once.
    """

    schema: str

    def __init__(self) -> None:
        super().__init__(COMPONENTS, PROJECT, version=VERSION)
        # The generators of all languages append `Args` to the names of input types.
        found = _finished(json.loads(_ARGS.sub(r"\1", self.schema)))
        self.schema = json.dumps({**found, "language": {**found.get("language", {}), "go": {"importBasePath": _GO}}})

    def map_inputs(self, inputs: Mapping[str, Any], component_def: Any) -> dict[str, Any]:
        """The arguments as sent. Values that are unknown before an apply are Outputs, as in a Python program."""
        return {key: _late(value) for key, value in inputs.items()}

    def construct(self, name: str, resource_type: str, inputs: Any, options: Any = None) -> ConstructResult:
        """Creates a component. Errors that the user can correct are reported without a traceback."""
        try:
            return super().construct(name, resource_type, inputs, options)
        except ComponentInitError as error:
            if not isinstance(error.inner, (ConfigError, Refused)):
                raise
            # The SDK fails on an error without a list.
            found = error.inner.problems if isinstance(error.inner, ConfigError) else ()
            errors = [{"property_path": one.path, "reason": f"expected {one.expected}, got {one.got}"} for one in found]
            raise InputPropertiesError(
                f"{len(errors)} in its arguments" if errors else str(error.inner), errors
            ) from None


def _finished(node: Any, name: str = "") -> Any:
    """A schema with unindented descriptions and marked secrets, which states and logs then hide.

    Items are not marked plain: the Go generator uses a type for plain lists of plain objects but does not generate it.
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
    """Serves the engine (its address is in the arguments of the process) until the engine ends."""
    main(EdgeProvider(), sys.argv[1:])


def _late(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _late(below) for key, below in value.items()}
    if isinstance(value, list):
        return [_late(below) for below in value]
    return unknown() if isinstance(value, Unknown) else value
