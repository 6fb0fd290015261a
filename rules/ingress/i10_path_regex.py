"""I10: A path of pathType ImplementationSpecific is a regular expression.

Why: Cilium reads the path as an RE2 expression that must match the whole path. The path `/api` then matches `/api`
and not `/api/v1`. A dot matches any character.
Seen: Nowhere. Clients get 404.
Since: 1.16
Source: Cilium Ingress documentation (path types)

Bad: `{ path: /api, pathType: ImplementationSpecific }`
Good: `{ path: /api, pathType: Prefix }`, or `/api(/.*)?`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, warning


def check(facts: Facts) -> Iterator[Finding]:
    """A path without characters of an expression was probably meant as a prefix."""
    for i, ingress in enumerate(facts.stack.ingresses):
        if ingress.class_name != "cilium":
            continue
        for j, rule in enumerate(ingress.rules):
            for k, path in enumerate(rule.paths):
                if path.path_type == "ImplementationSpecific" and not re.search(r"[][()*+?|\\^$]", path.path):
                    yield warning(
                        f"ingresses[{i}].rules[{j}].paths[{k}].pathType",
                        "Prefix or Exact, or a regular expression as path",
                        f"ImplementationSpecific with {path.path}",
                        "use pathType: Prefix",
                    )
