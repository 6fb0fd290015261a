"""X13: A setting does not fit the cluster's distribution.

Why: k3s has its own load balancer (servicelb). servicelb gives every LoadBalancer Service the nodes' addresses in
addition to the address from LB-IPAM. Talos mounts cgroups itself and lets no pod load kernel modules. With the
chart's defaults, agents do not start on Talos.
Seen: On k3s, as Services with node addresses. On Talos, as agents in CrashLoopBackOff.
Since: 1.16
Source: k3s, networking services; Talos, deploying Cilium CNI

Bad: `distribution: talos` without `values: { cgroup: { autoMount: { enabled: false } } }`
Good: `distribution: k3s, disabled: [servicelb]`
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error, warning

_CAPABILITIES = "securityContext.capabilities.ciliumAgent"


def check(facts: Facts) -> Iterator[Finding]:
    """Applies only if the stack declares the distribution."""
    cluster = facts.stack.cluster
    if cluster.distribution == "k3s" and facts.addressed and "servicelb" not in cluster.disabled:
        yield warning(
            "cluster.disabled",
            "servicelb (LB-IPAM gives the addresses)",
            ", ".join(cluster.disabled) or "nothing",
            "start k3s with --disable=servicelb, and say so: disabled: [servicelb]",
        )
    if cluster.distribution == "talos":
        if facts.on("cgroup.autoMount.enabled"):
            yield error(
                "cilium.values.cgroup.autoMount.enabled",
                "false on Talos, which mounts cgroups itself",
                "true",
                "set cgroup: { autoMount: { enabled: false }, hostRoot: /sys/fs/cgroup }",
            )
        capabilities = facts.helm(_CAPABILITIES)
        if isinstance(capabilities, list) and "SYS_MODULE" in capabilities:
            yield error(
                f"cilium.values.{_CAPABILITIES}",
                "a list without SYS_MODULE on Talos",
                "a list with SYS_MODULE",
                f"set {_CAPABILITIES} to the chart's list without SYS_MODULE",
            )
