"""The dev stack as a user meets it: up, verify, up again, change a line, drift, destroy."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.harness import Edge, until


def established(edge: Edge) -> dict[str, Any]:
    """Neighbor -> what changes when its session is reset."""
    return {a: (n["bgpState"], n["connectionsEstablished"]) for a, n in edge.sessions().items()}


def test_everything_is_proven_from_both_sides(edge: Edge) -> None:
    result = edge.verify()
    assert result["green"]
    by_check: dict[str, int] = {}
    for verdict in result["verdicts"]:
        by_check[verdict["check"]] = by_check.get(verdict["check"], 0) + 1
    # 4 sessions from 2 sides; 4 PodCIDRs and one VIP in RIB and FIB; 3 pods reached; the VIP served.
    assert by_check == {
        "bgp-session": 8,
        "rib": 5,
        "fib": 5,
        "rib-surplus": 1,
        "router-config": 1,
        "network": 1,
        "lb-ipam": 1,
        "announced": 1,
        "object": 1,
        "pod-to-pod": 3,
        "vip-http": 1,
    }


def test_the_router_has_what_the_write_up_shows(edge: Edge) -> None:
    routes = edge.on("cilium-r", "ip route show proto bgp")
    for prefix, hop, device in (
        ("172.20.0.0/24", "192.168.10.100", "eth1"),
        ("172.20.1.0/24", "192.168.10.101", "eth1"),
        ("172.20.2.0/24", "192.168.10.102", "eth1"),
        ("172.20.3.0/24", "192.168.20.100", "eth2"),
    ):
        assert any(line.startswith(prefix) and f"via {hop} dev {device}" in line for line in routes.splitlines()), (
            routes
        )
    vip = json.loads(edge.on("cilium-r", "ip -j route show 172.16.1.1"))[0]
    assert len(vip["nexthops"]) == 4
    assert edge.on("cilium-r", "grep ^bgpd= /etc/frr/daemons") == "bgpd=yes\n"


def test_kubectl_tells_the_truth(edge: Edge) -> None:
    pods = json.loads(edge.kubectl("get", "pods", "-l", "app=webpod", "-o", "json"))["items"]
    assert len(pods) == 3
    for pod in pods:
        inside = edge.kubectl("exec", pod["metadata"]["name"], "--", "ip", "-4", "-o", "addr", "show", "eth0")
        assert pod["status"]["podIP"] in inside
        third_octet = {"cilium-w1": "1", "cilium-w2": "2", "cilium-w3": "3"}[pod["spec"]["nodeName"]]
        assert pod["status"]["podIP"].split(".")[2] == third_octet
    assert "BGP" in edge.kubectl("-n", "kube-system", "logs", "ds/cilium", "-c", "cilium-agent")


def test_the_outputs_tell_what_was_made(edge: Edge) -> None:
    given = edge.kubectl("get", "service", "webpod", "-o", "jsonpath={.status.loadBalancer.ingress[*].ip}").split()
    outputs = edge.json("stack", "output")
    assert given and outputs["services"] == {"default/webpod": given}
    assert {"status": "deployed", "version": "1.18.0", "name": "cilium"}.items() <= outputs["release"].items()
    assert outputs["kubeconfig"] == "[secret]"
    assert "client-key-data" in edge.run("stack", "output", "--json", "--show-secrets").stdout
    assert "client-key-data" not in (edge.home / "state" / "dev.json").read_text()


def test_a_second_up_writes_nothing(edge: Edge) -> None:
    def versions() -> str:
        kinds = "nodes,pods,services,deployments,ciliumbgpclusterconfigs,ciliumbgppeerconfigs,secrets"
        fields = ("kind", "metadata.name", "metadata.generation", "metadata.managedFields[*].time")
        path = "{range .items[*]}" + " ".join(f"{{.{name}}}" for name in fields) + '{"\\n"}{end}'
        text = edge.kubectl("get", kinds, "-A", "-o", f"jsonpath={path}", "--show-managed-fields")
        return "\n".join(line for line in text.splitlines() if not line.startswith("Node "))

    before, state = versions(), (edge.home / "state" / "dev.json").read_bytes()
    stamp = edge.on("cilium-r", "stat -c '%Y %i' /etc/frr/frr.conf")
    result = edge.json("up")
    assert set(result["counts"]) == {"same"}
    assert versions() == before
    assert edge.on("cilium-r", "stat -c '%Y %i' /etc/frr/frr.conf") == stamp
    assert (edge.home / "state" / "dev.json").read_bytes() == state


def test_one_changed_line_drops_no_session(edge: Edge) -> None:
    before = established(edge)

    def add_network(stack: Any) -> None:
        stack["routers"][0]["bgp"]["networks"].append("10.10.2.0/24")

    edge.change(add_network)
    plan = edge.run("plan").stdout
    assert "+  network 10.10.2.0/24" in plan
    result = edge.json("up")
    assert result["counts"] == {"same": 28, "update": 1}
    assert established(edge) == before
    assert "10.10.2.0/24" in edge.on("cilium-r", "vtysh -c 'show bgp ipv4 unicast'")


@pytest.mark.thorough
def test_a_router_that_waits_for_its_neighbors_keeps_every_route_over_a_restart_of_bgpd(edge: Edge) -> None:
    edge.change(lambda stack: stack["routers"][0]["bgp"].update(updateDelay=30))
    edge.run("up")
    before = edge.on("cilium-r", "pgrep -x bgpd")
    # Whatever becomes of a BGP route in the kernel is written down.
    edge.on("cilium-r", "setsid ip monitor route > /run/routes 2>&1 < /dev/null & echo $! > /run/monitor.pid")
    try:
        edge.on("cilium-r", "pkill -9 -x bgpd")
        until(lambda: edge.on("cilium-r", "pgrep -x bgpd", ok=False) not in ("", before), 150, "it is started")
        until(lambda: "Best-paths resumed" in edge.on("cilium-r", "vtysh -c 'show bgp summary'"), 60, "all are back")
        until(lambda: edge.look()["green"], 60, "all is well")
    finally:
        edge.on("cilium-r", "kill $(cat /run/monitor.pid)")
    assert "proto bgp" not in edge.on("cilium-r", "cat /run/routes")


def hold_times(edge: Edge) -> list[int]:
    """Of the router's established sessions, in milliseconds."""
    return [n["bgpTimerHoldTimeMsecs"] for n in edge.sessions().values() if n["bgpState"] == "Established"]


def test_drift_is_seen_and_mended(edge: Edge) -> None:
    edge.on(
        "cilium-r",
        "vtysh -c 'configure terminal' -c 'router bgp 65000' -c 'address-family ipv4 unicast' "
        "-c 'network 10.10.2.0/24'",
    )
    edge.on("cilium-w1", "ip route del 172.20.0.0/16")
    edge.kubectl(
        "patch",
        "ciliumbgppeerconfig",
        "cilium-peer",
        "--type=merge",
        "-p",
        '{"spec":{"timers":{"holdTimeSeconds":12}}}',
    )
    # An agent that gets the old timers back while a session with the others comes up keeps that session as it is.
    until(lambda: hold_times(edge) == [12000] * 4, 60, "every session runs with the changed timers")
    edge.kubectl("delete", "service", "webpod")
    drift = edge.json("refresh")
    changed = {(s["op"], s["name"]) for s in drift["steps"] if s["op"] != "same"}
    assert changed == {
        ("update", "cilium-r-conf"),
        ("update", "bgp-route-cilium-w1"),
        ("update", "bgp-peerconfig-cilium-peer"),
        ("delete", "apps-svc-webpod"),
    }
    edge.run("up")
    assert "10.10.2.0" not in edge.on("cilium-r", "vtysh -c 'show running-config'")
    assert edge.verify()["green"]
    assert edge.run("refresh", "--preview-only", "--expect-no-changes").returncode == 0


def test_local_policy_advertises_only_where_a_backend_is(edge: Edge) -> None:
    def local(stack: Any) -> None:
        stack["services"][0]["externalTrafficPolicy"] = "Local"
        stack["workloads"][0]["replicas"] = 2

    edge.change(local)
    edge.run("up")
    result = edge.verify()
    assert result["green"]
    vip = json.loads(edge.on("cilium-r", "ip -j route show 172.16.1.1"))[0]
    assert len(vip["nexthops"]) == 2
    assert "192.168.10.100" not in {hop["gateway"] for hop in vip["nexthops"]}


def test_export_goes_back_in_without_a_change(edge: Edge) -> None:
    file = edge.dir / "export.json"
    edge.run("stack", "export", "--file", str(file))
    document = json.loads(file.read_text())
    assert document["version"] == 3
    assert {r["type"] for r in document["deployment"]["resources"]} >= {
        "pulumi:pulumi:Stack",
        "cilium-edge:frr:RouterFRR",
        "command:remote:Command",
        "kubernetes:helm.sh/v3:Release",
        "kubernetes:cilium.io/v2:CiliumBGPClusterConfig",
    }
    edge.run("stack", "import", str(file))
    edge.run("plan", "--expect-no-changes")


def test_render_writes_what_the_router_has(edge: Edge) -> None:
    edge.run("render", str(edge.dir / "out"))
    conf = (edge.dir / "out/routers/cilium-r/frr.conf").read_text()
    assert edge.on("cilium-r", "cat /etc/frr/frr.conf") == conf


def test_what_a_router_can_say_besides_is_proven_as_well(edge: Edge) -> None:
    def more(stack: Any) -> None:
        bgp = stack["routers"][0]["bgp"]
        bgp["peerGroups"][0].update(
            localAs=64999,
            passive=True,
            bfd=True,
            maximumPrefix=50,
            description="the nodes",
            softReconfigurationInbound=True,
        )
        bgp.update(
            defaults="datacenter",
            timers={"keepalive": 5, "hold": 15},
            aggregateAddresses=["172.20.0.0/16"],
            redistribute=["connected"],
        )
        # Somebody else's router, which is not there: nobody here vouches for its session.
        bgp["neighbors"].append({"address": "192.168.10.77", "remoteAs": 64777, "updateSource": "eth1"})
        for config in stack["bgp"]["clusterConfigs"]:
            for instance in config["instances"]:
                instance["peers"][0]["asn"] = 64999
        stack["services"][0].update(
            ports=[{"name": "http", "port": 80}, {"name": "alt", "port": 8080}],
            externalIPs=["198.51.100.7"],
            ipFamilyPolicy="PreferDualStack",
        )
        stack["networkPolicies"] = [
            {
                "name": "shut",
                "namespace": "default",
                "endpointSelector": {"matchLabels": {"nobody": "here"}},
                "ingressDeny": [{"entities": ["world"]}],
                "enableDefaultDeny": {"egress": False},
                "egress": [{"fqdns": [{"matchName": "example.com"}], "ports": [{"port": 443, "protocol": "ANY"}]}],
            }
        ]

    edge.change(more)
    edge.run("up")
    assert edge.verify()["green"]
    one = edge.sessions()["192.168.10.100"]
    assert (one["localAs"], one["peerGroup"], one["bgpTimerHoldTimeMsecs"]) == (64999, "CILIUM", 9000)
    assert one["addressFamilyInfo"]["ipv4Unicast"]["prefixAllowedMax"] == 50
    assert edge.on("cilium-r", "grep -E '^(bgpd|bfdd)=' /etc/frr/daemons") == "bgpd=yes\nbfdd=yes\n"
    assert "172.20.0.0/16" in edge.on("cilium-r", "vtysh -c 'show bgp ipv4 unicast'")
    assert set(edge.json("up", "--refresh")["counts"]) == {"same"}
