"""The lease times of L2 announcements, in seconds."""

from __future__ import annotations

import re

from effective.helm import Helm

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
# client-go's JitterFactor.
_JITTER = 1.2
_KEYS = (("leaseDuration", 15.0), ("leaseRenewDeadline", 5.0), ("leaseRetryPeriod", 2.0))


def lease_times(helm: Helm) -> tuple[float, float, float]:
    """Duration, renew deadline and retry period: the user's values, otherwise the agent's defaults."""
    duration, deadline, retry = (seconds(helm(f"l2announcements.{key}"), usual) for key, usual in _KEYS)
    return duration, deadline, retry


def takeover(helm: Helm) -> float:
    """The maximum seconds between a silent holder's last renewal and the renewal of another node.

    The holder renews once per retry period. Other nodes read the Lease every 1 to 2.2 retry periods, and count its
    duration from the moment when they saw the last renewal. They may see the renewal one such interval late, and the
    end another interval late (client-go, tools/leaderelection: `acquire`, `renew`, JitterFactor).
    """
    duration, _, retry = lease_times(helm)
    return duration + 2 * (1 + _JITTER) * retry


def seconds(value: object, otherwise: float) -> float:
    """The seconds of a duration in Go's format (`1m30s`). Other values count as unset."""
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", str(value or ""))
    return sum(float(number) * _UNITS[unit] for number, unit in parts) if parts else otherwise
