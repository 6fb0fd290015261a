"""Sessions as the shell of an agent 1.20 tells them, in the words that the judges know."""

from __future__ import annotations

from probes.agent_peers import read

# Of an agent 1.20.2, shortened.
SAID = """[{"name": "instance-65001", "peers": [{"name": "tor-switch", "peer-address": "192.168.10.200",
 "peer-asn": 65000, "local-asn": 65001, "session-state": "established", "uptime-nanoseconds": 12000000000,
 "families": [{"afi": "ipv4", "safi": "unicast", "received": 1, "advertised": 2}],
 "timers": {"applied-hold-nanoseconds": 9000000000, "applied-keep-alive-nanoseconds": 3000000000}}]},
 {"name": "empty"}]"""


def test_timers_are_seconds_and_instances_one_list() -> None:
    [peer] = read(SAID)
    assert (peer["peer-address"], peer["session-state"]) == ("192.168.10.200", "established")
    assert (peer["applied-hold-time-seconds"], peer["applied-keep-alive-time-seconds"]) == (9, 3)


def test_an_agent_without_an_instance_has_no_session() -> None:
    assert read("null") == read("") == read("[]") == []
