"""Named BGP timer profiles; `docs/timers.md` has what each costs, measured."""

from __future__ import annotations

from typing import Literal

from config.base import Model

ProfileName = Literal["standard", "fast-failover", "graceful-upgrade"]


class TimerProfile(Model):
    """Both sides' timers in seconds. `graceful_restart` None means off."""

    hold: int
    keepalive: int
    connect_retry: int
    graceful_restart: int | None


PROFILES: dict[ProfileName, TimerProfile] = {
    # The write-up's lab: a lost node black-holes its routes for hold + graceful restart.
    "standard": TimerProfile(hold=9, keepalive=3, connect_retry=120, graceful_restart=15),
    # No graceful restart: the routes of a lost node go as soon as the hold timer fires, but an
    # agent restart takes them away too.
    "fast-failover": TimerProfile(hold=3, keepalive=1, connect_retry=1, graceful_restart=None),
    # Routes outlive an agent restart of up to two minutes; so they outlive a dead node as long.
    "graceful-upgrade": TimerProfile(hold=9, keepalive=3, connect_retry=5, graceful_restart=120),
}
