"""Named BGP timer profiles. `docs/timers.md` has measurements of each."""

from __future__ import annotations

from typing import Literal

from config.base import Model

ProfileName = Literal["standard", "fast-failover", "graceful-upgrade"]


class TimerProfile(Model):
    """The timers of both peers in seconds. `graceful_restart` None means off."""

    hold: int
    keepalive: int
    connect_retry: int
    graceful_restart: int | None


PROFILES: dict[ProfileName, TimerProfile] = {
    # As in the write-up's lab. Traffic to a lost node is dropped for hold time + graceful restart time.
    "standard": TimerProfile(hold=9, keepalive=3, connect_retry=120, graceful_restart=15),
    # No graceful restart: the routes of a lost node disappear when the hold timer expires, but an agent restart
    # removes them too.
    "fast-failover": TimerProfile(hold=3, keepalive=1, connect_retry=1, graceful_restart=None),
    # Routes outlive an agent restart of up to two minutes. They outlive a lost node just as long.
    "graceful-upgrade": TimerProfile(hold=9, keepalive=3, connect_retry=5, graceful_restart=120),
}
