"""Runs all probes of a stack until everything is green or the deadline has passed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from ipaddress import ip_address, ip_network

from config.stack import StackConfig
from effective.made import with_made
from effective.peerings.declared import declared_sessions, foreign
from effective.peerings.expected import ExpectedSession, expected_sessions
from probes import (
    arp,
    changed,
    conditions,
    declared_objects,
    egress,
    l2,
    overrides,
    parts,
    prefixes,
    propagation,
    reachability,
    router_state,
    services,
    sessions,
    unannounced,
)
from probes.collector import Collector
from probes.expected_prefixes import expected_prefixes
from probes.ingress import certificates, joined, programmed, requests
from probes.observations import Observations
from probes.services import every_address, service_object
from probes.verdict import Color, Verdict, judged
from transport.kube import time_for_command

# Called after each round with its verdicts and the remaining seconds.
Progress = Callable[[list[Verdict], float], None]
# Check, subject and place: two routers have rows of the same check and subject.
_Row = tuple[str, str, str]
_PAUSE = 0.5
# Seconds for all queries of a single round.
_ONE_ROUND = 60.0


@dataclass(frozen=True)
class Proof:
    """The last round: its verdicts and their observations."""

    verdicts: list[Verdict]
    observations: Observations


def verify(collector: Collector, seconds: float | None, progress: Progress) -> Proof:
    """Repeat rounds until all verdicts are green or the seconds are over; without seconds, one round.

    The last round ends in time, too: a late answer counts as no answer. `Verdict.seconds`: since when the subject has
    been green at its place in each round.
    """
    began = time.monotonic()
    collector.within(seconds or _ONE_ROUND)
    since: dict[_Row, float] = {}
    while True:
        turn = time.monotonic()
        verdicts, observations = one_round(collector)
        elapsed = time.monotonic() - began
        since = _green_since(since, verdicts, elapsed)
        timed = [replace(v, seconds=round(since.get(_row(v), elapsed), 2)) for v in verdicts]
        left = max(0.0, (seconds or 0) - elapsed)
        progress(timed, left)
        # A truncated round would know less than this one, and commands in Pods get only a part of the remaining time.
        if all_green(timed) or time_for_command(left) <= time.monotonic() - turn + _PAUSE:
            return Proof(timed, observations)
        time.sleep(_PAUSE)


def _row(verdict: Verdict) -> _Row:
    return verdict.check, verdict.subject, verdict.where


def _green_since(before: dict[_Row, float], verdicts: list[Verdict], now: float) -> dict[_Row, float]:
    """Row -> the second since which all its verdicts have been green."""
    others = {_row(verdict) for verdict in verdicts if verdict.color is not Color.GREEN}
    return {row: before.get(row, now) for row in map(_row, verdicts) if row not in others}


def all_green(verdicts: list[Verdict]) -> bool:
    """Whether everything was proven. Without verdicts nothing is proven."""
    return bool(verdicts) and all(verdict.color is Color.GREEN for verdict in verdicts)


def one_round(collector: Collector) -> tuple[list[Verdict], Observations]:
    """Query once and judge. Packets are sent only if the control plane is green."""
    observations = collector.collect()
    # The Services of Ingresses have addresses and are announced like any other Service.
    stack = with_made(collector.stack)
    expected = list(expected_sessions(stack))
    verdicts = control_plane(stack, expected, observations)
    if not all_green(verdicts):
        wanted = "sent once the control plane is green"
        return [
            *verdicts,
            judged("packets", "all", False, wanted, "not sent", "-", "see the red ones above"),
        ], observations
    tables = expected_prefixes(stack, expected, observations)
    verdicts += reachability.pod_to_pod(collector, observations)
    verdicts += egress.sources(collector, observations)
    verdicts += arp.verdicts(collector, stack, observations)
    for router in stack.managed_routers:
        routed = [ip_network(item.prefix) for item in tables[router.name] if item.next_hops]
        for service in collector.stack.services:
            known = every_address(service_object(observations, service))
            asked = [
                address
                for address in known
                if any(ip_address(address) in prefix for prefix in routed)
                or l2.asked_from(stack, service, router.name, address)
            ]
            verdicts += reachability.vip(collector, observations, service, router.name, asked)
    verdicts += requests.verdicts(
        collector,
        observations,
        {name: [ip_network(item.prefix) for item in table if item.next_hops] for name, table in tables.items()},
    )
    return verdicts, observations


def control_plane(stack: StackConfig, expected: list[ExpectedSession], observations: Observations) -> list[Verdict]:
    """The verdicts that need no packets. Pure."""
    verdicts: list[Verdict] = []
    for session in expected:
        verdicts += sessions.judge(session, observations)
    declared = list(declared_sessions(stack))
    verdicts += sessions.towards_others(declared, observations)
    between = list(propagation.router_sessions(stack))
    for link in between:
        verdicts.append(sessions.between_routers(link, observations))
    tables = expected_prefixes(stack, expected, observations)
    for router in stack.managed_routers:
        verdicts += sessions.unexpected(router.name, expected, between, foreign(stack, router), observations)
        verdicts += prefixes.judge(stack, router.name, tables[router.name], observations)
    verdicts += parts.judge(stack, observations)
    verdicts += router_state.judge(stack, observations)
    verdicts += overrides.judge(stack, declared, observations)
    verdicts += changed.judge(stack, observations)
    verdicts += declared_objects.judge(stack, observations)
    verdicts += services.judge(stack, observations)
    verdicts += unannounced.judge(stack, declared, observations)
    verdicts += l2.judge(stack, observations)
    verdicts += programmed.judge(stack, observations)
    verdicts += joined.judge(stack, observations)
    verdicts += certificates.judge(stack, observations)
    verdicts += egress.judge(stack, observations)
    verdicts += conditions.judge(stack, observations)
    if stack.bgp is not None and stack.managed_routers and not expected:
        verdicts.append(
            judged(
                "bgp-session",
                "all",
                False,
                "at least one session",
                "none declared",
                "stack",
                "no cluster config selects a node, or no peer address is a router's",
            )
        )
    return verdicts
