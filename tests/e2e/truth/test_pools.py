"""Services that get no address, another one than was meant, or one that nobody reaches."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.harness import Edge
from tests.e2e.truth.case import Deployment, Mistake, RuleLab, mistakes_of, twins_of
from tests.e2e.truth.looks import (
    NODES,
    VIP,
    Look,
    View,
    answers,
    pending,
    resolved,
    told,
)
from tests.e2e.truth.parts import add_pool, add_service, advertise, router

APPS = ("one", "two", "three", "link")


def pools_apart(stack: Any) -> None:
    """The shipped pool leaves the Services below to their own pools."""
    others = {"key": "app", "operator": "NotIn", "values": list(APPS)}
    stack["pools"][0]["serviceSelector"] = {"matchExpressions": [others]}


def overlapping_pools(stack: Any) -> None:
    add_pool(stack, "one", {"cidr": "172.16.1.128/25"})
    add_service(stack, "one")


def small_pool(stack: Any) -> None:
    add_pool(stack, "two", {"cidr": "172.16.2.0/30"})
    stack["pools"][-1]["allowFirstLastIPs"] = "No"
    for name in ("two-a", "two-b", "two-c"):
        add_service(stack, name, app="two")


def one_goes_without(view: View) -> bool:
    names = ("two-a", "two-b", "two-c")
    without = [name for name in names if not view.addresses(name)]
    return (
        len(without) == 1
        and {address for name in names for address in view.addresses(name)} == {"172.16.2.1", "172.16.2.2"}
        and pending(without[0], "out_of_ips")(view)
    )


def pool_for_others(stack: Any) -> None:
    add_pool(stack, "three", {"cidr": "172.16.3.0/24"}, app="thee")
    add_service(stack, "three")


def address_of_no_pool(stack: Any) -> None:
    add_service(stack, "four-a", requestedIPs=["172.16.9.7"])


def reserved_address(stack: Any) -> None:
    add_service(stack, "four-b", requestedIPs=["172.16.1.0"])


def two_that_share(stack: Any, name: str, port: int) -> None:
    for letter, number in (("a", 80), ("b", port)):
        add_service(stack, f"{name}-{letter}", port=number, annotations={"lbipam.cilium.io/sharing-key": name})


def shared_port(stack: Any) -> None:
    two_that_share(stack, "five", 80)


def sharing(name: str, shared: bool) -> Look:
    def look(view: View) -> bool:
        one, two = view.addresses(f"{name}-a"), view.addresses(f"{name}-b")
        return len(one) == len(two) == 1 and (one == two) == shared

    return look


def foreign_class(stack: Any) -> None:
    add_service(stack, "six", loadBalancerClass="metallb")


def split_range(stack: Any) -> None:
    add_pool(stack, "eight", {"start": "172.16.8.211"}, {"start": "172.16.8.215"})


def counted(pool: str, total: str) -> Look:
    return lambda view: view.condition("CiliumLoadBalancerIPPool", pool, "IPsTotal").get("message") == total


def pool_on_the_link(stack: Any) -> None:
    add_pool(stack, "link", {"cidr": "192.168.10.240/28"})
    add_service(stack, "link")
    advertise(stack, "link", selector={"matchLabels": {"app": "link"}})


def reached_through_the_router_alone(view: View) -> bool:
    given = view.addresses("link")
    return (
        len(given) == 1
        and given[0].startswith("192.168.10.")
        and answers(view.edge, "cilium-r", given[0], 3) == 3
        and resolved(view.edge, "cilium-w1", NODES["cilium-w2"])
        and not resolved(view.edge, "cilium-w1", given[0])
    )


def two_paths(stack: Any) -> None:
    router(stack)["maximumPaths"] = 2


def twins(stack: Any) -> None:
    """A range in one item, two Services that do share, an address that is there."""
    pools_apart(stack)
    add_pool(stack, "range", {"start": "172.16.7.211", "stop": "172.16.7.215"})
    two_that_share(stack, "twin", 81)
    add_service(stack, "asked", requestedIPs=["172.16.1.77"])


POOLS = Deployment(
    "pools",
    base=twins,
    mistakes=(
        Mistake(
            "P1",
            overlapping_pools,
            (told("CiliumLoadBalancerIPPool", "one", "PoolConflict"), pending("one", "no_pool")),
            ("one", "no enabled CiliumLoadBalancerIPPools"),
        ),
        Mistake(
            "P3", pool_for_others, (pending("three", "no_pool"),), ("three", "no enabled CiliumLoadBalancerIPPools")
        ),
        Mistake("P2", small_pool, (one_goes_without,), ("two-*", "ran out of allocatable IPs")),
        Mistake("P4", address_of_no_pool, (pending("four-a", "no_pool"),), ("four-a", "172.16.9.7")),
        Mistake("P4", reserved_address, (pending("four-b", "already_allocated"),), ("four-b", "172.16.1.0")),
        Mistake("P5", shared_port, (sharing("five", False),), ("sharing key five", "they cannot share")),
        Mistake("P6", foreign_class, (pending("six", None),), ("six", "no enabled pool matches")),
        Mistake("P8", split_range, (counted("eight", "2"),)),
        Mistake("P12", pool_on_the_link, (reached_through_the_router_alone,)),
        Mistake("B28", two_paths, (lambda view: len(view.routes.get(VIP, ())) == 2,)),
    ),
    well=(
        ("P4", lambda view: view.addresses("asked") == ["172.16.1.77"]),
        ("P5", sharing("twin", True)),
        ("P8", counted("range", "5")),
    ),
)


@pytest.fixture(scope="module")
def rule_lab(lab: Edge) -> RuleLab:
    return RuleLab(lab, (POOLS,))


@mistakes_of(POOLS)
def test_the_mistake_does_what_its_page_says(rule_lab: RuleLab, deployment: Deployment, mistake: Mistake) -> None:
    rule_lab.check(deployment, mistake)


@twins_of(POOLS)
def test_beside_it_the_good_twin_works(rule_lab: RuleLab, deployment: Deployment, look: Look) -> None:
    assert look in rule_lab.show(deployment).true


def test_verify_names_the_service_that_goes_without(rule_lab: RuleLab) -> None:
    assert any(subject.startswith("two-") and "ran out" in cause for subject, cause in rule_lab.show(POOLS).verdicts)
