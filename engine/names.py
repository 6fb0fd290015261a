"""URNs of a stack's resources, and the former URNs that aliases stand for."""

from __future__ import annotations

import threading
from typing import Any

from engine.deployment import STACK_TYPE


class Names:
    """The URNs of one run of the program."""

    def __init__(self, project: str, stack: str) -> None:
        self._prefix = f"urn:pulumi:{stack}::{project}::"
        self._declared: dict[str, list[str]] = {}
        self._lock = threading.Lock()

    def urn(self, parent: str, kind: str, name: str) -> str:
        """The URN of a resource. The types of its parents, except the stack's, qualify its own type."""
        parent_type = parent.split("::")[2] if parent else STACK_TYPE
        qualified = kind if parent_type == STACK_TYPE else f"{parent_type}${kind}"
        return f"{self._prefix}{qualified}::{name}"

    def aliases(self, request: Any, urn: str, parent: str) -> list[str]:
        """The former URNs of a resource, by its own aliases and by those of its parent."""
        result = list(request.aliasURNs)
        for alias in request.aliases:
            if alias.urn:
                result.append(alias.urn)
                continue
            spec = alias.spec
            old_parent = "" if spec.noParent else spec.parentUrn or parent
            result.append(self.urn(old_parent, spec.type or request.type, spec.name or request.name))
        result += self._inherited(request, parent)
        with self._lock:
            self._declared[urn] = result
        return result

    def _inherited(self, request: Any, parent: str) -> list[str]:
        """The aliases that a resource gets from its parent's aliases: children were below the parent's old name."""
        result = []
        for former in self._declared.get(parent, []):
            new_name, old_name = parent.rpartition("::")[2], former.rpartition("::")[2]
            names = [request.name]
            if request.name.startswith(new_name):
                names.append(old_name + request.name.removeprefix(new_name))
            result += [self.urn(former, request.type, name) for name in names]
        return result
