"""Faults of the Ingress in the lab, with requests through all of it: what is promised is kept."""

from __future__ import annotations

import json
import time

from tests.e2e.harness import Edge, until
from tests.e2e.ingress.field import causes, told

QUICK = ("envoy-killed", "ingress-backend-killed", "certificate-rotated", "policy-locked", "ingress-added")


def test_what_can_be_killed_changed_or_locked_costs_what_it_may(ingress: Edge) -> None:
    outcomes = ingress.json("drill", *QUICK)
    assert [outcome["drill"] for outcome in outcomes] == list(QUICK)
    assert all(outcome["passed"] for outcome in outcomes)
    [locked] = [one for outcome in outcomes if outcome["drill"] == "policy-locked" for one in outcome["streams"]]
    # It was shut indeed, and for the fault's time only.
    assert locked["lost"] > 200 and locked["spans"][-1]["answer"] is not None


def test_another_node_stands_in_for_a_frozen_holder(ingress: Edge) -> None:
    [outcome] = ingress.json("drill", "l2-holder-frozen")
    [stream] = outcome["streams"]
    assert outcome["passed"] and stream["blackOut"] > 5


def test_an_agent_that_lost_its_leases_announces_nothing_until_it_is_restarted(ingress: Edge) -> None:
    """Cilium's own (issue 48626). Neighbors know the address for a while, so that nobody notices at once."""
    # Another agent that takes over does announce; here the same one gets its Leases back.
    node = "cilium-w1"
    only = {"spec": {"nodeSelector": {"matchLabels": {"kubernetes.io/hostname": node}, "matchExpressions": None}}}
    ingress.kubectl("patch", "ciliuml2announcementpolicy", "policy1", "--type=merge", "-p", json.dumps(only))
    until(lambda: not causes(ingress), 60, f"{node} announces")
    ingress.links("cut")
    # Longer than a Lease lives.
    time.sleep(22)
    ingress.links("join")
    told(ingress, "cilium-ingress", f"the agent of {node} holds the Lease and announces nothing")
    there = ("-l", "k8s-app=cilium", f"--field-selector=spec.nodeName={node}")
    ingress.kubectl("-n", "kube-system", "delete", "pod", *there)
    assert ingress.verify()["green"]
