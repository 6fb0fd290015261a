"""Every expected prefix is in the router's RIB and kernel FIB with the right next hops, and no other prefix is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from config.stack import StackConfig
from probes.expected_prefixes import ExpectedPrefix
from probes.observations import Json, Observations
from probes.route_tables import beaten, discarding, fib_next_hops, rib_next_hops
from probes.verdict import Color, Verdict, judged, unknown


def judge(
    stack: StackConfig, router: str, expected: list[ExpectedPrefix], observations: Observations
) -> Iterator[Verdict]:
    """Verdicts on RIB, FIB, ECMP width and unexpected prefixes of one router."""
    answer = observations.routers.get(router)
    if answer is None:
        why = observations.errors.get(router, "not asked")
        yield unknown("rib", router, "every expected prefix", router, why)
        return
    asked = next(r for r in stack.managed_routers if r.name == router)
    limit = asked.bgp.maximum_paths or 64
    rib, fib = rib_next_hops(answer["rib"]), fib_next_hops(answer["fib"])
    unwanted = discarding(answer["neighbors"])
    for item in expected:
        if not item.next_hops:
            absent = item.prefix not in rib
            yield judged(
                "rib",
                item.prefix,
                absent,
                f"not announced ({item.why})",
                "absent" if absent else _hops(rib[item.prefix]),
                router,
                "a node announces a prefix that it must not announce or cannot serve",
            )
            continue
        wanted = f"{_hops(item.next_hops)} ({item.why})"
        if item.prefix not in rib and item.next_hops <= unwanted:
            yield judged(
                "rib",
                item.prefix,
                False,
                wanted,
                "absent",
                router,
                f"FRR takes no route from {_hops(item.next_hops)} without an inbound policy (bgp ebgp-requires-policy)",
            )
        else:
            yield _compare("rib", item, rib.get(item.prefix), wanted, limit, router, answer["rib"])
        kernel = _compare("fib", item, fib.get(item.prefix), wanted, limit, router, answer["rib"])
        lost = rib.get(item.prefix, frozenset()) - fib.get(item.prefix, frozenset())
        if kernel.color is Color.RED and lost & item.next_hops and item.prefix in fib:
            # The kernel removes the next hops of a link that goes down, and zebra does not always restore them.
            kernel = replace(
                kernel,
                cause=f"{router} has {_hops(lost)} in its RIB and not in its kernel: zebra did not"
                f" install it again after its link was down; systemctl restart frr there",
            )
        yield kernel
    known = {item.prefix for item in expected} | {str(item.prefix) for item in asked.bgp.aggregate_addresses}
    # Routes from neighbors outside the stack are not judged.
    known |= set(answer.get("foreign", ()))
    surplus = sorted(set(rib) - known)
    unasked = next((key for key in ("services", "pods", "slices") if key not in observations.objects), None)
    if surplus and unasked is not None:
        yield unknown(
            "rib-surplus",
            router,
            "no BGP route beyond the expected ones",
            router,
            f"the expected prefixes are unknown: {observations.errors.get(unasked, 'not asked')}",
        )
        return
    yield judged(
        "rib-surplus",
        router,
        not surplus,
        "no BGP route beyond the expected ones",
        ", ".join(surplus) or "none",
        router,
        "an advertisement selects more than the stack declares, or there is another speaker",
    )


def _compare(
    check: str, item: ExpectedPrefix, observed: frozenset[str] | None, wanted: str, limit: int, router: str, table: Json
) -> Verdict:
    if observed is None and beaten(table, item.prefix):
        return judged(
            check,
            item.prefix,
            False,
            wanted,
            "present, but not selected",
            router,
            f"a route of another source wins over BGP's on {router}: vtysh -c 'show ip route {item.prefix}'"
            " says which (kernel, static, connected)",
        )
    if observed is None:
        cause = (
            "the route is not selected or not installed"
            if check == "fib"
            else "no session carries it: advertisement labels, selector or family do not match"
        )
        return judged(check, item.prefix, False, wanted, "absent", router, cause)
    width = min(limit, len(item.next_hops))
    good = observed <= item.next_hops and len(observed) == width
    missing, extra = item.next_hops - observed, observed - item.next_hops
    cause = ""
    if extra:
        cause = f"announced by {_hops(extra)}, which must not"
    elif missing:
        cause = f"missing {_hops(missing)}: session down, maximum-paths or multipath-relax"
    return judged(check, item.prefix, good, wanted, _hops(observed), router, cause)


def _hops(hops: frozenset[str]) -> str:
    return ", ".join(sorted(hops))
