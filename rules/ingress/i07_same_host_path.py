"""I7: Two shared Ingresses with the same host and path.

Why: they end in one listener; which Service answers is not defined and can change with every reconcile.
Seen: nowhere.
Since: 1.16
Source: cilium/cilium #21386

Bad: two Ingresses with `host: shop.example, path: /`
Good: different paths, or one of them dedicated
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """All paths of all shared Ingresses in one table."""
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
