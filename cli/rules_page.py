"""docs/rules.md: the pages of all rules."""

from __future__ import annotations

import re

from rules.registry import Rule, rules

_CHAPTERS = {
    "B": "BGP",
    "P": "LB-IPAM",
    "L": "L2 announcements",
    "I": "Ingress",
    "G": "Egress gateways",
    "R": "Routers",
    "X": "Across",
}
_HEAD = """# Rules

What `edge check`, `edge plan`, `edge up` and the policy pack look for before anything is touched. Made from the
rules' own pages by `edge rules docs/rules.md`. A rule that a stack breaks on purpose is waived in the stack file:

```yaml
waivers:
  - { rule: B24, path: bgp, reason: "the hosts get their routes from DHCP option 121" }
```

A waiver that matches nothing is itself a warning (W1).
"""


def markdown() -> str:
    """The whole document."""
    parts = [_HEAD]
    for letter, title in _CHAPTERS.items():
        chosen = [rule for rule in rules() if rule.id[0] == letter]
        if not chosen:
            continue
        parts.append(f"## {title}\n")
        parts += [_page(rule) for rule in chosen]
    return "\n".join(parts)


def _page(rule: Rule) -> str:
    _, _, body = rule.page.partition("\n")
    # Each field begins a paragraph of its own.
    fields = re.sub(r"(?m)^(Why|Seen|Since|Source|Bad|Good): ", r"\n**\1:** ", body.strip())
    paragraphs = [" ".join(part.split("\n")).strip() for part in fields.split("\n\n") if part.strip()]
    return f"### {rule.id}: {rule.title}\n\n" + "\n\n".join(paragraphs) + "\n"
