"""Who is on the gateways' network, or in a pod on a gateway, takes no address and keeps none alive."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.egress.helpers import (
    EAST,
    GATEWAYS,
    addresses,
    answer,
    as_shipped,
    holder,
    holders,
    one_address,
    satisfied,
    status,
)
from tests.e2e.harness import Edge, until

pytestmark = pytest.mark.thorough

CONTROL, STRANGER = "172.18.0.5", "remote-outpost"
# From a pod's own interface and from a socket of the host's kind: as a tool that takes addresses over does it.
_FORGE = """
import socket, struct, sys, time
address, device = socket.inet_aton(sys.argv[1]), sys.argv[2]
mac = bytes.fromhex(open(f"/sys/class/net/{device}/address").read().strip().replace(":", ""))
link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
link.bind((device, 0x0806))
for _ in range(3):
    for opcode in (1, 2):
        body = struct.pack("!HHBBH", 1, 0x0800, 6, 4, opcode) + mac + address + bytes(6) + address
        link.send(b"\\xff" * 6 + mac + struct.pack("!H", 0x0806) + body)
    time.sleep(4)
"""
# What the probes of a gateway look like to whoever listens on its link.
_LISTEN = """
import json, socket, sys, time
link = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
found, end = [], time.monotonic() + 3
while time.monotonic() < end:
    packet = link.recv(65535)
    udp = packet[(packet[0] & 15) * 4 :]
    if packet[9] == 17 and int.from_bytes(udp[2:4], "big") == 4254:
        found.append(udp[8:].hex())
print(json.dumps(sorted(set(found))))
"""
_SEND = """
import json, socket, sys, time
seconds, pause, times = map(float, sys.argv[3:])
datagrams = [bytes.fromhex(one) for one in json.loads(sys.argv[2])] * int(times)
out, sent, end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0, time.monotonic() + seconds
while time.monotonic() < end:
    for one in datagrams:
        try:
            out.sendto(one, (sys.argv[1], 4254))
        except OSError:
            pass
        sent += 1
    time.sleep(pause)
print(sent)
"""


def python(edge: Edge, host: str, program: str, *words: str) -> str:
    quoted = " ".join(f"'{word}'" for word in words)
    return edge.on(host, f"python3 - {quoted}", stdin=program)


def pod_on_a_gateway(stack: Any) -> None:
    stack["workloads"].append({"name": "attacker", "image": "tgraf/netperf", "node": GATEWAYS[0]})


def losses(edge: Edge) -> list[str]:
    events = json.loads(edge.kubectl("get", "events", "-n", "default", "-o", "json"))["items"]
    return [item["message"] for item in events if item["reason"] == "EgressGatewayLost"]


def test_a_pod_on_a_gateway_takes_no_address_away(egress: Edge) -> None:
    egress.change(pod_on_a_gateway)
    egress.run("up")
    [mine] = [address for address in ("172.18.0.84", "172.18.0.85") if address in addresses(egress, GATEWAYS[0])]
    egress.kubectl("exec", "-i", "attacker", "--", "python3", "-c", _FORGE, mine, "eth0")
    assert mine in addresses(egress, GATEWAYS[0]) and satisfied(egress)[0] == "True"
    # The same from the link itself, by a host that does not have it: it is contradicted, and stays.
    python(egress, STRANGER, _FORGE, mine, "eth1")
    assert mine in addresses(egress, GATEWAYS[0]) and satisfied(egress)[0] == "True"
    egress.reset()
    egress.run("up")


def test_datagrams_that_are_sent_again_keep_no_cut_off_gateway_alive(egress: Edge) -> None:
    egress.change(one_address)
    egress.run("up")
    first = holder(egress, "172.18.0.88", 30)
    target = EAST if first == GATEWAYS[0] else "172.18.0.6"
    heard = json.loads(python(egress, first, _LISTEN))
    assert len(heard) > 5
    stranger = json.loads(egress.on(STRANGER, "ip -j -4 address show eth1"))[0]["addr_info"][0]["local"]
    rules = [f"INPUT -s {CONTROL} -j DROP", f"INPUT -p udp --dport 4254 ! -s {stranger} -j DROP"]
    for rule in rules:
        egress.on(first, f"iptables -I {rule}")
    try:
        # Everything that was asked, unsigned questions as they were once, and garbage, for as long as it may take.
        old = [(b"edge?12345678" + b"1999999").hex(), b"EDG?".hex(), *heard[-8:]]
        python(egress, STRANGER, _SEND, target, json.dumps(old), "14", "0.1", "1")
        assert "172.18.0.88" not in addresses(egress, first)
        other = next(host for host in GATEWAYS if host != first)
        until(lambda: holders(egress, "172.18.0.88") == [other], 30, "the other one has it")
    finally:
        for rule in rules:
            egress.on(first, f"iptables -D {rule}")
    as_shipped(egress)
    until(lambda: satisfied(egress)[0] == "True", 60, "both have one")


def test_a_flood_takes_no_gateway_down(egress: Edge) -> None:
    until(lambda: len(status(egress)["groupStatuses"][0]["healthyGatewayIPs"]) == 2, 60, "both are well")
    heard = json.loads(python(egress, GATEWAYS[0], _LISTEN))
    before = losses(egress)
    for datagrams in ([b"edge?123456781999999".hex()], heard[:1]):
        # In pieces: the flood and the whole lab share two cores, and it is the gateway that is to be tested.
        sent = int(python(egress, STRANGER, _SEND, EAST, json.dumps(datagrams), "6", "0.005", "200"))
        assert sent > 60_000, sent
    assert losses(egress) == before
    assert len(status(egress)["groupStatuses"][0]["healthyGatewayIPs"]) == 2
    until(lambda: "172.18.0.8" in answer(egress, "netperf-pod", "172.18.0.8"), 10, "traffic flows")


def test_questions_without_a_signature_get_no_answer(egress: Edge) -> None:
    ask = """
import socket, sys
out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
out.settimeout(2)
for one in (b"edge?1234567811", b"EDG?" + bytes(500), b"x"):
    for address in sys.argv[1:]:
        out.sendto(one, (address, 4254))
try:
    print(out.recv(65535)[:40])
except TimeoutError:
    print("silence")
"""
    egress_address = next(a for a in addresses(egress, GATEWAYS[0]) if a in ("172.18.0.84", "172.18.0.85"))
    assert python(egress, STRANGER, ask, EAST, egress_address).strip() == "silence"
    # It listens on the node's own address, and on no other.
    sockets = egress.on(GATEWAYS[0], "ss -lunH 'sport = :4254'").split()
    assert f"{EAST}:4254" in sockets and not any(word in sockets for word in ("*:4254", "[::]:4254", "0.0.0.0:4254"))


def test_a_policy_that_somebody_else_made_is_left_alone_and_told(egress: Edge) -> None:
    made = json.loads(egress.kubectl("get", "ciliumegressgatewaypolicies", "-o", "json"))["items"]
    name = next(item["metadata"]["name"] for item in made if item["metadata"]["name"].startswith("outpost-ha"))
    egress.kubectl("label", "ciliumegressgatewaypolicy", name, "cilium-edge.io/egress-policy-")
    egress.kubectl(
        "patch",
        "ciliumegressgatewaypolicy",
        name,
        "--type=merge",
        "-p",
        json.dumps({"spec": {"destinationCIDRs": ["203.0.113.0/24"]}}),
    )

    def accepted() -> dict[str, Any]:
        found = [c for c in status(egress)["conditions"] if c["type"].endswith("/Accepted")]
        return found[0] if found else {}

    try:
        until(lambda: accepted().get("reason") == "NameTaken", 30, "it is told")
        assert name in accepted()["message"]
        live = json.loads(egress.kubectl("get", "ciliumegressgatewaypolicy", name, "-o", "json"))
        assert live["spec"]["destinationCIDRs"] == ["203.0.113.0/24"]
    finally:
        egress.kubectl("delete", "ciliumegressgatewaypolicy", name)
    until(lambda: not accepted(), 30, "the name is free")
    live = json.loads(egress.kubectl("get", "ciliumegressgatewaypolicy", name, "-o", "json"))
    assert live["metadata"]["labels"]["cilium-edge.io/egress-policy"] == "outpost-ha"
    assert egress.verify()["green"]
