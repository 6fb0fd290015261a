"""Certificates of Ingresses: every Envoy serves the Secret's certificate for its hosts; it does not expire soon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from config.stack import StackConfig
from effective.certificates import leaf, names, uncovered
from probes.collector import certified
from probes.observations import Json, Observations
from probes.verdict import Verdict, judged, unknown

# Automatic renewal happens a month before the end. A week before the end it has failed.
_ENOUGH = timedelta(days=7)


def judge(stack: StackConfig, observations: Observations, now: datetime | None = None) -> Iterator[Verdict]:
    """One verdict for each Secret. Pure."""
    for (space, name), hosts in sorted(certified(stack).items()):
        yield _one(stack, observations, space, name, sorted(hosts), now or datetime.now(UTC))


def _one(
    stack: StackConfig, observations: Observations, space: str, name: str, hosts: list[str], now: datetime
) -> Verdict:
    subject, wanted = f"{space}/{name}", f"every Envoy serves it for {', '.join(hosts) or 'its hosts'}"
    text = observations.certificates.get((space, name))
    if text is None:
        why = observations.errors.get(f"Secret {subject}")
        if why is not None:
            return unknown("certificate", subject, wanted, "API", why)
        return judged(
            "certificate",
            subject,
            False,
            wanted,
            "no such Secret",
            "API",
            "the Secret does not exist: Envoy resets the TLS connections of its hosts",
        )
    try:
        found = leaf(text)
    except ValueError:
        return judged("certificate", subject, False, wanted, "no certificate in it", "API", "tls.crt is no PEM text")
    if (space, name) in observations.unpaired:
        return judged(
            "certificate",
            subject,
            False,
            wanted,
            "a certificate and the key of another one",
            "API",
            "the key is another certificate's: Envoy keeps the last matching pair",
        )
    others = uncovered(found, hosts)
    left = found.not_valid_after_utc - now
    observed = f"for {', '.join(names(found)) or 'no host'}, until {found.not_valid_after_utc:%Y-%m-%d}"
    if others:
        return judged("certificate", subject, False, wanted, observed, "API", f"it is not for {', '.join(others)}")
    if found.not_valid_before_utc > now or left < _ENOUGH:
        cause = f"it ends in {left.days} days" if left > timedelta() else "its time is over"
        return judged(
            "certificate",
            subject,
            False,
            wanted,
            observed,
            "API",
            "its time has not begun" if found.not_valid_before_utc > now else cause,
        )
    unasked = [node.name for node in stack.nodes if node.name not in observations.served]
    if unasked:
        return unknown(
            "certificate",
            subject,
            wanted,
            unasked[0],
            observations.errors.get(f"envoy of {unasked[0]}", "no agent there"),
        )
    lacking = [node.name for node in stack.nodes if found.serial_number not in _serials(observations.served[node.name])]
    where = ", ".join(lacking)
    return judged(
        "certificate",
        subject,
        not lacking,
        wanted,
        observed,
        where or "all nodes",
        f"Envoy of {where} serves another one: the agent has not passed the Secret on",
    )


def _serials(answer: Json) -> set[int]:
    chains = [chain for item in answer.get("certificates") or [] for chain in item.get("cert_chain") or []]
    return {int(chain["serial_number"], 16) for chain in chains}
