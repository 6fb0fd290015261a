"""Finds the object that a word names, and explains its state."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network

from config.errors import ConfigError, Problem
from diagnosis.why import prefix, things
from diagnosis.why.situation import Situation
from diagnosis.why.steps import Step
from effective.entries import entrances
from probes.verdict import Color, Verdict

KINDS = ("prefix", "service", "node", "pod", "ingress", "gateway", "policy")


def answer(situation: Situation, word: str, verdicts: list[Verdict], name: str) -> Step:
    """The answer for `word`: an address, a prefix, a name, or KIND/NAME and KIND/NAMESPACE/NAME.

    `verdicts`: the control plane's. `name`: the stack's name. Raises ConfigError if nothing has the name `word`.
    """
    kind, _, rest = word.partition("/")
    if kind not in KINDS or not rest:
        kind, rest = "", word
    try:
        text = str(ip_network(rest, strict=False))
    except ValueError:
        text = ""
    if text and kind in ("", "prefix"):
        return prefix.answer(situation, text)
    asked = (look(situation, rest, verdicts) for look, kinds in _LOOKS if kind in ("", *kinds))
    found = next((step for step in asked if step is not None), None)
    if found is None:
        raise ConfigError(
            name,
            [
                Problem(
                    "why", "an address, a prefix, or the name of a Service, node, Pod, Ingress, Gateway or policy", word
                )
            ],
        )
    return found


def _service(situation: Situation, name: str, verdicts: list[Verdict]) -> Step | None:
    found = situation.named("services", name)
    return things.service(situation, found[0]) if found else None


def _node(situation: Situation, name: str, verdicts: list[Verdict]) -> Step | None:
    return things.node(situation, name) if situation.node(name) else None


def _pod(situation: Situation, name: str, verdicts: list[Verdict]) -> Step | None:
    found = situation.named("pods", name)
    return things.pod(situation, found[0]) if found else None


def _entrance(situation: Situation, name: str, verdicts: list[Verdict]) -> Step | None:
    """An Ingress or a Gateway: its Service's address, and verify's verdicts on it."""
    item = next((one for one in entrances(situation.stack) if name in (one.name, f"{one.namespace}/{one.name}")), None)
    if item is None:
        return None
    service = situation.named("services", f"{item.service.namespace}/{item.service.name}") if item.service else []
    made = (things.service(situation, service[0]),) if service else ()
    return Step(f"{item.kind} {item.namespace}/{item.name}", None, (*_found(verdicts, item.name), *made))


def _policy(situation: Situation, name: str, verdicts: list[Verdict]) -> Step | None:
    egress = next((one for one in situation.stack.egress_policies if one.name == name), None)
    if egress is not None:
        gateways = [
            node.name
            for node in situation.stack.nodes
            for _, entry in egress.gateways()
            if entry.node_selector.matches(situation.stack.node_labels(node))
        ]
        written = Step(
            f"for {', '.join(map(str, egress.destination_cidrs))}, by {' or '.join(gateways) or 'no node'}",
            bool(gateways),
        )
        maps = tuple(_row(one) for one in verdicts if one.check == "egress-map")
        return Step(f"egress policy {name}", None, (written, *_found(verdicts, name), *maps))
    guard = next((one for _, one in situation.stack.guards() if one.name == name), None)
    return Step(f"network policy {name}", None, _found(verdicts, name)) if guard is not None else None


# The order in which a bare name is looked up.
_LOOKS: tuple[tuple[Callable[[Situation, str, list[Verdict]], Step | None], tuple[str, ...]], ...] = (
    (_service, ("service",)),
    (_node, ("node",)),
    (_pod, ("pod",)),
    (_entrance, ("ingress", "gateway")),
    (_policy, ("policy",)),
)


def _found(verdicts: list[Verdict], name: str) -> tuple[Step, ...]:
    """The verdicts on an object."""
    mine = [one for one in verdicts if name in one.subject.replace("/", " ").split()]
    return tuple(map(_row, mine)) or (Step("verify has no verdict on it", None),)


def _row(verdict: Verdict) -> Step:
    holds = None if verdict.color is Color.GREY else verdict.color is Color.GREEN
    cause = f": {verdict.cause}" if verdict.cause else ""
    return Step(f"{verdict.check} {verdict.subject}: {verdict.observed}{cause}", holds)
