"""Agents start where rule X10 is silent, and end with the line of its source where the rule speaks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.harness import Edge
from tests.e2e.releases.helpers import Edit, release, speaks

pytestmark = [pytest.mark.versions, pytest.mark.alone]


def values(**more: Any) -> Edit:
    return lambda stack: stack["cilium"]["values"].update(more)


def agents_say(edge: Edge) -> str:
    """The last lines of every agent that does not run."""
    return edge.kubectl(
        "-n", "kube-system", "logs", "-l", "k8s-app=cilium", "-c", "cilium-agent", "--tail=15", ok=False
    )


def both(*edits: Edit) -> Edit:
    return lambda stack: [edit(stack) for edit in edits]


def without_replacement(stack: Any) -> None:
    stack["cilium"]["kubeProxyReplacement"] = False


def tunnel(protocol: str) -> Edit:
    def edit(stack: Any) -> None:
        del stack["cilium"]["nativeRoutingCIDR"]
        stack["cilium"].update(routingMode="tunnel")
        stack["cilium"]["values"]["tunnelProtocol"] = protocol

    return edit


# What is declared, the releases whose agents do not start with it, and what one of those agents says.
REFUSED: dict[str, tuple[Edit, set[tuple[int, ...]], str]] = {
    "BPF masquerading without kube-proxy replacement": (
        both(without_replacement, values(bpf={"masquerade": True})),
        {(1, 18)},
        "BPF masquerade requires NodePort",
    ),
    "IPIP without acceleration": (
        values(loadBalancer={"mode": "dsr", "dsrDispatch": "ipip"}),
        {(1, 18)},
        "only available under XDP acceleration",
    ),
    "modes by annotation over VXLAN": (
        both(tunnel("vxlan"), values(bpf={"lbModeAnnotation": True}, loadBalancer={"dsrDispatch": "ipip"})),
        {(1, 18), (1, 19)},
        "unable to initialize kube-proxy replacement options",
    ),
    "modes by annotation over Geneve": (
        both(tunnel("geneve"), values(bpf={"lbModeAnnotation": True})),
        {(1, 18), (1, 19)},
        "requires geneve dispatch",
    ),
    "a mode that nobody knows, of agents that serve no Services": (
        both(without_replacement, values(loadBalancer={"mode": "direct"})),
        {(1, 18), (1, 19), (1, 20)},
        "Invalid value for --bpf-lb-mode",
    ),
    "a dispatch that nobody knows, of agents that serve no Services": (
        both(without_replacement, values(loadBalancer={"dsrDispatch": "gre"})),
        {(1, 19), (1, 20)},
        "Invalid value for --bpf-lb-dsr-dispatch",
    ),
    "an answer to what policies deny that nobody knows": (
        values(policyDenyResponse="reset"),
        {(1, 19), (1, 20)},
        "must be 'icmp' or 'none'",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_agents_start_where_rule_x10_is_silent_and_nowhere_else(edge: Edge, case: str) -> None:
    edit, releases, word = REFUSED[case]
    refused = speaks(edge, "X10", both(edit, lambda stack: stack["cilium"].update(readyTimeout=20)))
    assert refused is (release(edge) in releases)
    done = edge.run("up", ok=False)
    said = agents_say(edge)
    assert (done.returncode != 0) is refused, done.stderr + said
    assert (word in said) is refused, said
    edge.reset()
    edge.run("up")
