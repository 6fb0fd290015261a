"""Evidence for a root cause in API objects: the selector, label or reference that causes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import ip_network

from config.errors import KUBELET_UNREACHABLE
from diagnosis.entities import Hosts
from diagnosis.flows import of_verdict
from diagnosis.host_evidence import of_hosts
from diagnosis.packet_evidence import of_agents, of_packets
from diagnosis.policy_evidence import of_policies
from diagnosis.roots import Root
from diagnosis.why import prefix
from diagnosis.why.chain import announcement_paths
from diagnosis.why.situation import Situation
from diagnosis.why.steps import Step
from probes.host_state import HostState
from probes.ingress.reply import NO_ANSWER
from probes.packets import Capture
from probes.services import load_balancer_addresses
from probes.verdict import Color, Verdict

# Configuration lines that only open or close a context.
_CONTEXT = re.compile(r"(router bgp|address-family|exit|exit-address-family|exit-vrf|!|end)\b|!$")
_MOST = 4
# Checks with packets that network policies may deny.
TO_PODS = ("pod-to-pod", "vip-http")
# Checks that send packets.
_PACKETS = ("egress-source", "ingress-http", *TO_PODS)
# Checks whose cause is always a guess. For other checks that send packets, the cause is a guess if nothing answers.
_LOOK_ALIKE = ("bgp-session", *TO_PODS)


@dataclass(frozen=True)
class Explanation:
    """A root cause, explained. `cause`: may be more precise than the verdict's cause. `evidence`: lines."""

    root: Root
    cause: str
    evidence: list[str]

    def as_dict(self) -> dict[str, object]:
        """The explanation for JSON."""
        return {**self.root.as_dict(), "cause": self.cause, "evidence": self.evidence}


def explanations(
    situation: Situation, roots: list[Root], states: dict[str, HostState], capture: Capture
) -> list[Explanation]:
    """Explain the roots. Lost packets of several Pods with the same cause become one root."""
    found: list[Explanation] = []
    for root in roots:
        cause, lines = explained(situation, root, states, capture)
        same = next((i for i, one in enumerate(found) if root.verdict.check in _PACKETS and one.cause == cause), None)
        if same is None:
            found.append(Explanation(root, cause, lines))
        else:
            first = found[same].root
            joined = Root(first.verdict, (*first.follows, root.verdict, *root.follows))
            found[same] = replace(found[same], root=joined)
    return found


def explained(
    situation: Situation, root: Root, states: dict[str, HostState], capture: Capture
) -> tuple[str, list[str]]:
    """The cause of a root as text, and its evidence from API objects, FRR and the kernels of the root's hosts.

    Lost packets look alike from outside, so the verdict's cause is a guess. Facts from a kernel, a network policy, an
    agent or a capture replace the guess, in this order: the rule that drops packets says more than the last place
    where a capture saw them.
    """
    found = [*_of_objects(situation, root), *_of_config(situation, root.verdict)]
    tried = [flow for flow in of_verdict(situation, root.verdict) if flow in capture.flows]
    filtered = capture.filtered if tried else {}
    facts = list(dict.fromkeys(of_hosts(situation.stack, root.verdict, states, filtered)))
    if root.verdict.check in TO_PODS:
        facts += dict.fromkeys(of_policies(situation, root.verdict))
    facts += [
        line for flow in tried for line in (*of_agents(flow, capture), *of_packets(situation.stack, flow, capture))
    ]
    if not facts:
        return root.cause, found
    if root.verdict.color is Color.GREY and KUBELET_UNREACHABLE in root.cause:
        # The kubelet is unreachable because there is no path to it.
        return facts[0], [root.cause, *found, *facts[1:]]
    if _guessed(root.verdict):
        return facts[0], [*found, *facts[1:]]
    return root.cause, [*found, *facts]


def _guessed(verdict: Verdict) -> bool:
    silent = verdict.check in _PACKETS and verdict.observed == NO_ANSWER
    return verdict.color is Color.RED and (verdict.check in _LOOK_ALIKE or silent)


def _of_objects(situation: Situation, root: Root) -> list[str]:
    if root.verdict.check == "bgp-session":
        return [*_of_session(situation, root.verdict), *_of_links(situation, root.verdict)]
    # Several nodes usually have the same reason.
    hosts: dict[str, list[str]] = {}
    for text in _of_route(situation, root.verdict):
        host, _, reason = text.partition(" ")
        hosts.setdefault(reason, []).append(host)
    return [f"{', '.join(names)} {reason}" for reason, names in hosts.items()]


def _of_session(situation: Situation, verdict: Verdict) -> Iterator[str]:
    """Why the agent of a node does not have the peer."""
    for node in sorted(Hosts(situation.stack).about(verdict)):
        if situation.node(node) is None or situation.peers(node):
            continue
        yield from (
            path.ended
            for path in announcement_paths(situation.objects, node, lambda entry: None)
            if path.ended is not None
        )


def _of_config(situation: Situation, verdict: Verdict) -> Iterator[str]:
    """Lines that run in FRR but are not in its file, for the neighbors concerned or for all."""
    hosts = Hosts(situation.stack)
    about = hosts.about(verdict)
    for router in sorted(about & hosts.routers):
        lines = situation.observations.routers.get(router, {}).get("not-in-file") or []
        lines = [
            line for line in lines if not _CONTEXT.match(line) and (not hosts.named(line) or hosts.named(line) & about)
        ]
        if lines:
            more = f" and {len(lines) - _MOST} more" if len(lines) > _MOST else ""
            yield f"FRR on {router} runs what its file does not have: {'; '.join(lines[:_MOST])}{more}"


def _of_links(situation: Situation, verdict: Verdict) -> Iterator[str]:
    """Links on the path to a node with a smaller MTU than other links of the router."""
    about = Hosts(situation.stack).about(verdict)
    for router in situation.stack.managed_routers:
        mtus = situation.observations.mtus.get(router.name, {})
        wired = {one.name: one.address.network for one in router.interfaces if not one.loopback and one.name in mtus}
        largest = max((mtus[name] for name in wired), default=0)
        for name, network in wired.items():
            near = sorted(node.name for node in situation.stack.nodes if node.name in about and node.address in network)
            if near and mtus[name] < largest:
                yield (
                    f"{name} of {router.name} has MTU {mtus[name]}, others of its links {largest}: larger packets"
                    f" reach {', '.join(near)} only if ICMP `fragmentation needed` passes"
                )


def _of_route(situation: Situation, verdict: Verdict) -> Iterator[str]:
    """Why the missing next hops of a route do not announce it."""
    if verdict.check not in ("rib", "fib", "announced"):
        return
    missing = Hosts(situation.stack).missing(verdict)
    for step in _steps(situation, verdict.subject):
        host = step.text.partition(" ")[0]
        if step.holds is False and (host in missing or verdict.check == "announced"):
            yield step.text


def _steps(situation: Situation, subject: str) -> tuple[Step, ...]:
    try:
        return prefix.answer(situation, str(ip_network(subject))).steps
    except ValueError:
        found = situation.named("services", subject)
        given = load_balancer_addresses(found[0] if found else None)
        return tuple(step for address in given for step in prefix.answer(situation, str(ip_network(address))).steps)
