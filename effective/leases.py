"""The lease times of L2 announcements, in seconds."""

from __future__ import annotations

import re

from effective.helm import Helm

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_KEYS = (("leaseDuration", 15.0), ("leaseRenewDeadline", 5.0), ("leaseRetryPeriod", 2.0))


def lease_times(helm: Helm) -> tuple[float, float, float]:
    """Duration, renew deadline and retry period: the user's values, otherwise the agent's defaults."""
    duration, deadline, retry = (seconds(helm(f"l2announcements.{key}"), usual) for key, usual in _KEYS)
    return duration, deadline, retry


def seconds(value: object, otherwise: float) -> float:
    """The seconds of a duration in Go's format (`1m30s`). Other values count as unset."""
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h)", str(value or ""))
    return sum(float(number) * _UNITS[unit] for number, unit in parts) if parts else otherwise
