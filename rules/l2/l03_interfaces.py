"""L3: An interface pattern that matches no device of the agent.

Why: the patterns select among the agent's `devices`; one that matches none announces nothing there. One
that does not compile is dropped with a line in the log.
Seen: nowhere, or only in the log.
Since: 1.16
Source: Cilium pkg/l2announcer

Bad: `interfaces: ["^enp"]` with `devices: [eth1]`
Good: `interfaces: ["^eth1$"]`
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error, warning


def check(facts: Facts) -> Iterator[Finding]:
    """Against `devices` where they are given, else against the nodes' interfaces."""
    devices = set(facts.stack.cilium.devices) or {i.name for node in facts.stack.nodes for i in node.interfaces}
    for i, policy in enumerate(facts.stack.l2_policies):
        for j, pattern in enumerate(policy.interfaces):
            where = f"l2Policies[{i}].interfaces[{j}]"
            if _NOT_RE2.search(pattern):
                yield error(
                    where,
                    "a regular expression as RE2 has it",
                    pattern,
                    "do without look-around, back-references, atomic groups and \\Z",
                )
                continue
            if _RE2_ONLY.search(pattern):
                # Right in Go and unknown to Python: nothing can be said of it here.
                continue
            try:
                compiled = re.compile(_as_python(pattern))
            except re.error as problem:
                yield error(where, "a regular expression", f"{pattern} ({problem})", "correct it")
                continue
            if not any(compiled.search(device) for device in devices):
                names = ", ".join(sorted(devices))
                yield warning(where, f"a pattern of one of {names}", pattern, "correct it, or add the device")


# What Python takes and RE2 does not: look-around, back-references, atomic groups, possessive repeats, \Z.
_NOT_RE2 = re.compile(r"\(\?(=|!|<=|<!|>|P=|#|\()|\\[1-9Z]|[*+?}]\+")
# What RE2 takes and Python does not.
_RE2_ONLY = re.compile(r"\\[pPQECz]")
_POSIX = {"[:digit:]": "0-9", "[:alpha:]": "a-zA-Z", "[:alnum:]": "a-zA-Z0-9", "[:lower:]": "a-z", "[:upper:]": "A-Z"}


def _as_python(pattern: str) -> str:
    for posix, plain in _POSIX.items():
        pattern = pattern.replace(posix, plain)
    return re.sub(r"\(\?<(?![=!])", "(?P<", pattern)
