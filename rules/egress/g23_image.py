"""G23: The image of the egress controller is not pinned by digest in your own registry.

Why: The controller runs on the host network, and its part on the gateways runs as root. An image name without a
registry resolves to a public registry, where anybody may push the name. A tag can be pushed again.
Seen: Nowhere. The nodes run whatever the registry has.
Since: 1.16
Source: Kubernetes documentation (images); seen on the lab

Bad: no `egressHA.image`, or `image: example/egress-ha:1`
Good: `egressHA: { image: registry.example.com/edge/egress-ha@sha256:... }`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error, warning

_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")


def check(facts: Facts) -> Iterator[Finding]:
    """Skips labs, which run the controller as a program. Nodes in containers need an image, but no digest."""
    stack = facts.stack
    if stack.cluster.kind == "lab" or not any(p.by_controller(stack.cilium.edition) for p in stack.egress_policies):
        return
    image = stack.egress_ha.image
    expected = "an image in your own registry, with its digest"
    fix = "build it (controllers/egress_ha/Dockerfile), push it, and name it as registry/name@sha256:..."
    if image is None:
        why = "egressGroups on open-source Cilium need the controller"
        yield error("egressHA.image", f"{expected} ({why})", "nothing", fix)
        return
    if stack.cluster.kind in ("docker", "kind"):
        return
    host = image.partition("/")[0] if "/" in image else ""
    owned = "." in host or ":" in host or host == "localhost"
    if not _DIGEST.search(image):
        yield (warning if owned else error)("egressHA.image", expected, image, fix)
