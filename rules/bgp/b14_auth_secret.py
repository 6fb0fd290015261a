"""B14: authSecretRef names no declared Secret.

Why: The agent reads the Secret in its secrets namespace. When the Secret does not exist, the agent starts the
session without a password. A router that requires a password drops every packet.
Seen: Only in the condition `cilium.io/MissingAuthSecret` of the peer config.
Since: 1.16
Source: Cilium pkg/bgp/manager/reconciler/neighbor.go

Bad: `authSecretRef: bgp-pass` with no `authSecrets`
Good: `authSecrets: [{ name: bgp-pass, passwordConfig: bgpPassword }]`
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rules.facts import Facts
from rules.finding import Finding, error
from rules.words import nearest

_KEY = "password"


def check(facts: Facts) -> Iterator[Finding]:
    """Looks up every reference."""
    declared = {item.name for item in facts.bgp.auth_secrets}
    namespace = str(facts.helm("bgpControlPlane.secretsNamespace.name") or facts.stack.cilium.namespace)
    for item in facts.stack.manifests:
        document = item.document() if item.kind == "Secret" else {}
        if document and (item.metadata.namespace or "default") == namespace and _KEY in _keys(document):
            declared.add(item.metadata.name)
    for i, config in enumerate(facts.bgp.peer_configs):
        name = config.auth_secret_ref
        if name is not None and name not in declared:
            yield error(
                f"bgp.peerConfigs[{i}].authSecretRef",
                f"the name of a declared Secret (in {namespace}, with the key {_KEY})",
                name,
                nearest(name, declared, "declare it under bgp.authSecrets"),
            )


def _keys(document: dict[str, Any]) -> set[str]:
    parts = (document.get(name) for name in ("data", "stringData"))
    return {key for part in parts if isinstance(part, dict) for key in part}
