"""X8: A value of kubeProxyReplacement no longer exists.

Why: Before Cilium 1.16, kubeProxyReplacement accepted strict, partial, probe and disabled. The chart refuses to
render these values.
Seen: In Helm's error.
Since: 1.16
Source: the chart's cilium-configmap.yaml of each release

Bad: `values: { kubeProxyReplacement: strict }`
Good: `kubeProxyReplacement: true`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """The stack's field allows only true and false. The user's Helm value may be anything."""
    value = facts.stack.cilium.values.get("kubeProxyReplacement")
    if value is not None and str(value).lower() not in ("true", "false"):
        off = str(value).lower() == "disabled"
        yield error(
            "cilium.values.kubeProxyReplacement",
            "true or false",
            f"{value}, which Cilium 1.16 removed",
            f"take it out and write cilium.kubeProxyReplacement: {'false' if off else 'true'}",
        )
