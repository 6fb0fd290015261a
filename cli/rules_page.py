"""Makes docs/rules.md: an index of all rules, then the page of each rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from inspect import unwrap
from types import CodeType, FunctionType

from rules.finding import Severity, error, warning
from rules.registry import Rule, rules

_FAMILIES = {
    "X": "Stack",
    "R": "Routers",
    "B": "BGP",
    "P": "LB-IPAM",
    "L": "L2 announcements",
    "I": "Ingress and Gateway API",
    "G": "Egress gateways",
}
_HEAD = """# Rules

`edge check`, `edge plan` and `edge up` apply these {count} rules to a stack before they change anything. The policy
pack applies the rules that need nothing beyond a program's resources. An error stops `edge plan` and `edge up`. A
warning stops neither. `edge explain ID` prints the page of one rule.

The command `edge rules docs/rules.md` writes this document from the rules' own pages.

A stack that breaks a rule on purpose waives the rule in the stack file:

```yaml
waivers:
  - {{ rule: B24, path: bgp, reason: "the hosts get their routes from DHCP option 121" }}
```

A waiver that matches no finding is itself a warning (W1).

## Index
"""


def markdown() -> str:
    """The whole document."""
    families = [
        (title, [rule for rule in rules() if rule.id.startswith(letter)]) for letter, title in _FAMILIES.items()
    ]
    parts = [_HEAD.format(count=len(rules()))]
    parts += [_index(title, chosen) for title, chosen in families]
    for title, chosen in families:
        parts.append(f"## {title}\n")
        parts += [_page(rule) for rule in chosen]
    return "\n".join(parts)


def _index(family: str, chosen: list[Rule]) -> str:
    rows = [
        f"| [{rule.id}](#{_anchor(_heading(rule))}) | {_severities(rule)} | {_cell(rule.title)} |" for rule in chosen
    ]
    head = [f"**[{family}](#{_anchor(family)})**", "", "| ID | Severity | Title |", "|---|---|---|"]
    return "\n".join([*head, *rows]) + "\n"


def _page(rule: Rule) -> str:
    _, _, body = rule.page.partition("\n")
    # Each field becomes a paragraph of its own.
    fields = re.sub(r"(?m)^(Why|Seen|Since|Source|Bad|Good): ", r"\n**\1:** ", body.strip())
    paragraphs = [" ".join(part.split("\n")).strip() for part in fields.split("\n\n") if part.strip()]
    return f"### {_heading(rule)}\n\n" + "\n\n".join(paragraphs) + "\n"


def _heading(rule: Rule) -> str:
    return f"{rule.id}: {rule.title}"


def _anchor(heading: str) -> str:
    """GitHub's id of a heading: lower case, hyphens for spaces; other characters except `-` and `_` are dropped."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _severities(rule: Rule) -> str:
    """The severities of a rule's findings: `error`, `warning` or both, by the functions that its check calls."""
    reached: set[object] = set()
    waiting: list[FunctionType] = [unwrap(rule.check)]
    while waiting:
        function = waiting.pop()
        if function in reached or not function.__module__.startswith("rules."):
            continue
        reached.add(function)
        called = (function.__globals__.get(name) for name in _names(function.__code__))
        waiting += [one for one in map(_unwrapped, called) if one is not None]
    makers = ((Severity.ERROR, error), (Severity.WARNING, warning))
    return ", ".join(str(severity) for severity, maker in makers if maker in reached)


def _unwrapped(called: object) -> FunctionType | None:
    plain = unwrap(called) if callable(called) else None
    return plain if isinstance(plain, FunctionType) else None


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
