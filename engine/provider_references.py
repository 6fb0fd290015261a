"""References of resources to their providers: explicit ones, and a default provider for each package."""

from __future__ import annotations

import threading
import uuid
from typing import Any

from pulumi.runtime import config

from engine.deployment import Deployment
from engine.goal import Goal
from engine.names import Names
from engine.resource import Resource
from engine.values import Properties, Secret


class References:
    """The provider references of one run of the program."""

    def __init__(self, deployment: Deployment, names: Names) -> None:
        self._deployment = deployment
        self._names = names
        self._defaults: dict[str, Resource] = {}
        self._lock = threading.Lock()

    def of(self, request: Any) -> str:
        """The provider reference of a request; by default, the default provider of the request's package."""
        provider: str = request.provider
        if getattr(request, "custom", True) and not provider and not request.type.startswith("pulumi:providers:"):
            return self._default(request.type.partition(":")[0], request.version)
        if provider and not provider.rpartition("::")[2]:
            return ""
        return self._with_id(provider) if "::" in provider else provider

    def _default(self, package: str, version: str) -> str:
        """The default provider of a package, a resource of the state as in Pulumi's own engine.

        Its inputs are the configuration of the package, such as `docker:host`.
        """
        with self._lock:
            if package not in self._defaults:
                name = "default" + (f"_{version.replace('.', '_').replace('-', '_')}" if version else "")
                kind = f"pulumi:providers:{package}"
                inputs = _configured(package) | ({"version": version} if version else {})
                goal = Goal(self._names.urn("", kind, name), kind, name, True, inputs)
                self._defaults[package] = self._deployment.register(goal)
            return _reference(self._defaults[package])

    def _with_id(self, provider: str) -> str:
        found = self._deployment.registered.get(provider.rpartition("::")[0])
        return _reference(found) if found is not None else provider


def _configured(package: str) -> Properties:
    """The program's configuration of a package, by its keys: texts, and JSON of objects, as in Pulumi's own engine."""
    found: Properties = {}
    for full, value in sorted(config.CONFIG.get().items()):
        namespace, _, key = full.partition(":")
        if namespace == package:
            found[key] = Secret(value) if config.is_config_secret(full) else value
    return found


def _reference(provider: Resource) -> str:
    return f"{provider.urn}::{provider.id or uuid.UUID(int=0)}"
