"""A router's own view of its configuration: lines, static routes and networks that are not in force."""

from __future__ import annotations

from collections.abc import Iterator

from config.router import Router
from config.stack import StackConfig
from probes.observations import Json, Observations
from probes.verdict import Verdict, judged


def judge(stack: StackConfig, observations: Observations) -> Iterator[Verdict]:
    """Verdicts for each router that answered; the prefix verdicts report a router that did not. Pure."""
    for router in stack.managed_routers:
        answer = observations.routers.get(router.name)
        if answer is not None:
            yield _config(router, answer)
            yield from _static_routes(router, answer)
            yield from _networks(router, answer)


def _config(router: Router, answer: Json) -> Verdict:
    lines = answer["not-running"]
    # Neighbor lines that were entered by hand: they affect sessions and routes, and are lost at the next start.
    typed = [line for line in answer.get("not-in-file", []) if line.startswith("neighbor ")]
    differences = [f"{len(lines)} do not"] if lines else []
    differences += [f"{len(typed)} more run"] if typed else []
    causes = [f"FRR accepted other values than declared, or its lines were changed by hand: {'; '.join(lines[:10])}"]
    if typed:
        added = f"FRR on {router.name} runs what its file does not have: {'; '.join(typed[:10])}"
        causes = [added, *causes] if lines else [added]
    return judged(
        "router-config",
        router.name,
        not lines and not typed,
        "every line of frr.conf runs",
        ", ".join(differences) or "as the file",
        router.name,
        "; ".join(causes),
    )


def _static_routes(router: Router, answer: Json) -> Iterator[Verdict]:
    for route in router.static_routes:
        found = answer["static"].get(str(route.to)) or []
        good = any(item.get("selected") and item.get("installed") for item in found)
        yield judged(
            "static-route",
            str(route.to),
            good,
            f"installed via {route.via}",
            "installed" if good else "inactive" if found else "absent",
            router.name,
            f"{route.via} is on no link of {router.name}, or the link is down",
        )


def _networks(router: Router, answer: Json) -> Iterator[Verdict]:
    for network in router.bgp.networks:
        paths = answer["networks"].get(str(network), {}).get("paths") or []
        good = any(path.get("sourced") and path.get("valid") for path in paths)
        yield judged(
            "network",
            str(network),
            good,
            "announced as the router's own",
            "announced" if good else "not",
            router.name,
            f"{router.name} has no route to {network}, and import check is on",
        )
