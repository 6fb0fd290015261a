"""What tcpdump 4.99 and `cilium-dbg monitor` print of connections, and what is asked of tcpdump."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from probes.packets import AgentDrop, Flow, Packet, captured, dropped, expression

HEAD = "tcpdump: data link type LINUX_SLL2\nlistening on any, link-type LINUX_SLL2 (Linux cooked v2)\n"
SHOWN = """18:36:14.741009 eth1  In  IP 172.20.0.47.50194 > 172.20.1.215.80: Flags [S], seq 862745534, length 0
18:36:15.436022 lxcd9e74eee9d67 Out IP 172.20.1.215.80 > 172.20.1.201.57336: Flags [S.], seq 520749078, length 0
18:36:15.436060 eth1  Out IP6 fd00::a.57336 > fd00::b.80: Flags [SEW], seq 1, win 63, length 0
18:36:15.436683 eth1  Out IP 172.20.1.201.57336 > 172.20.1.215.80: Flags [F.], seq 1, ack 2, win 63, length 0
18:36:15.436700 eth1  B   ARP, Request who-has 192.168.10.1 tell 192.168.10.2, length 28
"""
MONITOR = """time=2026-11-27T18:36:14.741769499Z level=info msg="cache"
{"reason":"Policy denied","summary":{"l3":{"src":"10.0.0.1","dst":"10.0.0.2"},"l4":{"src":"9","dst":"80"}}}
{"type":"drop","reason":"Unsupported L3 protocol","summary":{"ethernet":"x"}}
"""


def test_first_packets_and_answers() -> None:
    first, answer, six = captured("w1", HEAD + SHOWN) or []
    assert first == Packet("w1", "eth1", True, ("172.20.0.47", 50194), ("172.20.1.215", 80))
    assert answer == Packet("w1", "lxcd9e74eee9d67", False, ("172.20.1.215", 80), ("172.20.1.201", 57336))
    assert six == Packet("w1", "eth1", False, ("fd00::a", 57336), ("fd00::b", 80))


@pytest.mark.parametrize("shown", ["sh: 1: tcpdump: not found\n", "tcpdump: any: You don't have permission\n"])
def test_who_cannot_capture_saw_nothing_rather_than_no_packet(shown: str) -> None:
    assert captured("w1", shown) is None
    assert captured("w1", HEAD) == []


def test_what_an_agent_drops() -> None:
    assert list(dropped("w1", MONITOR)) == [AgentDrop("w1", "10.0.0.1", ("10.0.0.2", 80), "Policy denied")]


@pytest.mark.skipif(shutil.which("tcpdump") is None, reason="tcpdump is not installed")
def test_tcpdump_takes_the_filter() -> None:
    both = [
        Flow("r", "r", "172.16.1.1", 80, frozenset(), {("172.20.1.5", 8080): "w1"}),
        Flow("r", "r", "fd00::1", 443, frozenset()),
    ]
    done = subprocess.run(["tcpdump", "-y", "LINUX_SLL2", "-i", "any", "-d", expression(both)], capture_output=True)
    assert done.returncode == 0, done.stderr
