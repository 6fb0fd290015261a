"""Faults of the Ingress in the lab, with requests through all of it: what is promised is kept."""

from __future__ import annotations

import pytest

from tests.e2e.harness import Edge

pytestmark = pytest.mark.alone

QUICK = ("envoy-killed", "policy-locked")
OTHERS = ("ingress-backend-killed", "certificate-rotated", "ingress-added")


def test_what_can_be_killed_changed_or_locked_costs_what_it_may(ingress: Edge) -> None:
    outcomes = ingress.drill(*QUICK)
    assert [outcome["drill"] for outcome in outcomes] == list(QUICK)
    assert all(outcome["passed"] for outcome in outcomes)
    [locked] = [one for outcome in outcomes if outcome["drill"] == "policy-locked" for one in outcome["streams"]]
    # It was shut indeed, and for the fault's time only.
    assert locked["lost"] > 200 and locked["spans"][-1]["answer"] is not None


@pytest.mark.thorough
def test_what_else_can_happen_to_an_ingress_costs_what_it_may(ingress: Edge) -> None:
    outcomes = ingress.drill(*OTHERS)
    assert [outcome["drill"] for outcome in outcomes] == list(OTHERS)
    assert all(outcome["passed"] for outcome in outcomes)


@pytest.mark.thorough
def test_another_node_stands_in_for_a_frozen_holder(ingress: Edge) -> None:
    [outcome] = ingress.drill("l2-holder-frozen")
    [stream] = outcome["streams"]
    assert outcome["passed"] and 5 < stream["blackOut"] <= outcome["foreseen"]


@pytest.mark.thorough
def test_after_all_links_bounced_the_address_is_announced_again(ingress: Edge) -> None:
    """Asked by ARP in the end: neighbors know the address for a while, so that requests alone would not notice."""
    [outcome] = ingress.drill("l2-link-bounced")
    [stream] = outcome["streams"]
    assert outcome["passed"] and stream["lost"] > 1000
    assert ingress.verify()["green"]
