"""I7: Two shared Ingresses have the same host and path.

Why: Cilium creates one route from both Ingresses and distributes the requests over the two Services.
Seen: Nowhere.
Since: 1.16
Source: seen on the lab (weightedClusters of the CiliumEnvoyConfig); cilium/cilium #21386

Bad: two Ingresses with `host: shop.example, path: /`
Good: different paths, or one dedicated Ingress
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Compares all paths of all shared Ingresses."""
    controller = facts.stack.ingress_controller
    if controller is None:
        return
    seen: dict[tuple[str, str, str], str] = {}
    for i, ingress in enumerate(facts.stack.ingresses):
        if ingress.mode(controller) != "shared" or ingress.class_name != "cilium":
            continue
        for j, rule in enumerate(ingress.rules):
            for k, path in enumerate(rule.paths):
                where = f"ingresses[{i}].rules[{j}].paths[{k}]"
                first = seen.setdefault((rule.host or "*", path.path, path.path_type), where)
                if first != where:
                    yield error(
                        where,
                        f"another path than {first}",
                        f"{rule.host or 'every host'} {path.path}",
                        "change the path or the host, or make one Ingress dedicated",
                    )
