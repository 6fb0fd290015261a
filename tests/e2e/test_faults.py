"""What must not break it: each fault ends in one clear line, nothing is lost, the next up converges."""

from __future__ import annotations

import re
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from components.router import scripts
from tests.e2e.harness import Edge, kill, until


def add_network(stack: Any) -> None:
    stack["routers"][0]["bgp"]["networks"].append("10.10.2.0/24")


def error_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_a_dead_ssh_host_is_named(edge: Edge) -> None:
    edge.on("cilium-r", "pkill -STOP -f '[w]hile :; do'; pkill -x sshd; true")
    try:
        edge.change(add_network)
        done = edge.run("up", ok=False)
    finally:
        edge.on("cilium-r", "pkill -CONT -f '[w]hile :; do'")
    assert done.returncode == 1
    assert "192.168.121.2" in error_line(done) and "cannot connect" in error_line(done)
    until(lambda: "Listen" not in edge.on("cilium-r", "ss -ltn | grep :22 || echo Listen"), 10, "sshd is back")
    edge.run("up")
    assert "10.10.2.0/24" in edge.on("cilium-r", "cat /etc/frr/frr.conf")


def test_a_wrong_host_key_is_refused(edge: Edge) -> None:
    pinned = edge.home / "lab/dev/ssh/cilium-r_ed25519.pub"
    original = pinned.read_text()
    other = edge.dir / "other"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(other)], check=True)
    try:
        pinned.write_text(other.with_suffix(".pub").read_text())
        edge.change(add_network)
        done = edge.run("up", ok=False)
    finally:
        pinned.write_text(original)
        other.unlink()
    assert done.returncode == 1
    assert "host key is not the pinned key" in done.stderr
    assert "10.10.2.0/24" not in edge.on("cilium-r", "cat /etc/frr/frr.conf")


def test_a_wrong_key_is_told(edge: Edge) -> None:
    key = edge.home / "lab/dev/ssh/id_ed25519"
    original = key.read_bytes()
    key.unlink()
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{key}.other"], check=True)
    try:
        Path(f"{key}.other").rename(key)
        done = edge.run("up", ok=False)
    finally:
        key.write_bytes(original)
    assert done.returncode == 1
    assert "the key was refused for user root" in done.stderr
    edge.run("up")


@pytest.mark.thorough
def test_kill_at_ten_points_then_up_converges(edge: Edge) -> None:
    edge.run("destroy", "--yes")
    for seconds in (0.7, 1.2, 1.6, 2.0, 2.5, 3.2, 4.2, 5.5, 7.5, 10):
        process = edge.start("up")
        time.sleep(seconds)
        kill(process)
    edge.run("up")
    assert edge.verify()["green"]
    assert edge.state()["deployment"]["pending_operations"] == []
    edge.run("plan", "--expect-no-changes")


def test_two_ups_at_once_the_second_refuses(edge: Edge) -> None:
    edge.change(add_network)
    # A bgpd that does not answer keeps the first one busy for as long as it takes.
    edge.on("cilium-r", "pkill -STOP -x bgpd")
    first = edge.start("up")
    lock = edge.home / "state/dev.json.lock"
    until(lambda: lock.read_text() == f"process {first.pid}", 30, "the first up holds the stack")
    second = edge.run("up", ok=False)
    edge.on("cilium-r", "pkill -CONT -x bgpd || true")
    out, err = first.communicate(timeout=200)
    assert first.returncode == 0, out + err
    assert second.returncode == 1
    assert f"in use by process {first.pid}" in error_line(second)


@pytest.mark.thorough
def test_api_server_killed_in_the_middle_of_up(edge: Edge) -> None:
    def another_pool(stack: Any) -> None:
        stack["pools"].append({"name": "second", "blocks": [{"cidr": "172.16.2.0/24"}]})
        add_network(stack)

    edge.change(another_pool)
    process = edge.start("up")
    time.sleep(0.8)
    edge.on("cilium-ctr", "pkill -9 kube-apiserver")
    _, err = process.communicate(timeout=300)
    assert "Traceback" not in err
    if process.returncode != 0:
        assert "the Kubernetes API does not answer" in err
        edge.run("up")
    assert "second" in edge.kubectl("get", "ciliumloadbalancerippools")
    assert edge.verify()["green"]


@pytest.mark.thorough
def test_bgpd_killed_while_applying(edge: Edge) -> None:
    edge.change(add_network)
    script = "while ! ls -A /etc/frr | grep -q candidate; do sleep 0.02; done; pkill -9 -x bgpd"
    killer = edge.start("lab", "exec", "cilium-r", "--", "sh", "-c", script)
    time.sleep(0.5)
    process = edge.start("up")
    assert killer.wait(timeout=60) == 0
    _, err = process.communicate(timeout=300)
    assert "Traceback" not in err
    edge.run("up")
    assert "10.10.2.0/24" in edge.on("cilium-r", "vtysh -c 'show running-config'")
    assert edge.verify(deadline=150)["green"]


def test_a_line_that_frr_rejects_leaves_the_old_configuration(edge: Edge) -> None:
    before = edge.on("cilium-r", "vtysh -c 'show running-config'; cat /etc/frr/frr.conf")
    bad = edge.on("cilium-r", "cat /etc/frr/frr.conf") + "router bgp 65000\n neighbour 1.2.3.4 banana\n"
    edge.on("cilium-r", "cat > /tmp/bad.conf", stdin=bad)
    edge.on("cilium-r", "cat > /tmp/apply.sh", stdin=scripts.apply(adopt=False, wait=5, owner="dev/cilium-r"))
    done = edge.run("lab", "exec", "cilium-r", "--", "sh", "-c", "sh /tmp/apply.sh < /tmp/bad.conf", ok=False)
    assert done.returncode == 1
    assert "FRR refuses the configuration" in done.stderr
    assert edge.on("cilium-r", "vtysh -c 'show running-config'; cat /etc/frr/frr.conf") == before
    assert edge.on("cilium-r", "ls -A /etc/frr | grep -E '^.(candidate|previous)' || true") == ""


def test_sessions_that_do_not_return_roll_the_change_back(edge: Edge) -> None:
    assert edge.verify(deadline=180)["green"]
    good = edge.on("cilium-r", "cat /etc/frr/frr.conf")
    wrong = good.replace("remote-as external", "remote-as 64999")
    edge.on("cilium-r", "cat > /tmp/wrong.conf", stdin=wrong)
    edge.on("cilium-r", "cat > /tmp/apply.sh", stdin=scripts.apply(adopt=False, wait=4, owner="dev/cilium-r"))
    done = edge.run("lab", "exec", "cilium-r", "--", "sh", "-c", "sh /tmp/apply.sh < /tmp/wrong.conf", ok=False)
    assert done.returncode == 1
    assert "rolled back" in done.stderr
    assert edge.on("cilium-r", "cat /etc/frr/frr.conf") == good
    assert "remote-as external" in edge.on("cilium-r", "vtysh -c 'show running-config'")
    assert edge.verify(deadline=180)["green"]


@pytest.mark.thorough
def test_a_rollback_that_fails_is_not_called_one_and_nobody_can_stop_a_reload(edge: Edge) -> None:
    good = edge.on("cilium-r", "cat /etc/frr/frr.conf")
    edge.on("cilium-r", "cat > /tmp/wrong.conf", stdin=good.replace("remote-as external", "remote-as 64999"))
    edge.on("cilium-r", "cat > /tmp/apply.sh", stdin=scripts.apply(adopt=False, wait=2, owner="dev/cilium-r"))
    # The first reload is the real one, and all others fail; /tmp has what a stranger put there.
    once = '#!/bin/sh\n[ -e /run/once ] && exit 1\ntouch /run/once\nexec python3 /run/real.py "$@"\n'
    edge.on(
        "cilium-r",
        "cat > /run/fake.sh; chmod +x /run/fake.sh; cp /usr/lib/frr/frr-reload.py /run/real.py;"
        " mount --bind /run/fake.sh /usr/lib/frr/frr-reload.py; mkdir -p /tmp/frr-reload.log",
        stdin=once,
    )
    try:
        done = edge.run("lab", "exec", "cilium-r", "--", "sh", "-c", "sh /tmp/apply.sh < /tmp/wrong.conf", ok=False)
    finally:
        edge.on("cilium-r", "umount /usr/lib/frr/frr-reload.py")
    assert done.returncode == 1 and "did not come back within 2 s" in done.stderr
    assert "NOT rolled back" in done.stderr
    edge.run("up")
    edge.run("refresh")
    edge.run("up")
    assert edge.verify(deadline=180)["green"]
    edge.on("cilium-r", "rmdir /tmp/frr-reload.log; rm -f /run/once /run/fake.sh /run/real.py")


@pytest.mark.thorough
def test_a_hand_written_configuration_is_not_taken_over(edge: Edge) -> None:
    edge.run("destroy", "--yes")
    assert "bgpd=no" in edge.on("cilium-r", "cat /etc/frr/daemons")
    mine = "frr defaults traditional\nip route 203.0.113.0/24 192.168.10.101\n"
    edge.on("cilium-r", "cat > /etc/frr/frr.conf; chown frr:frr /etc/frr/frr.conf", stdin=mine)

    def refuse(stack: Any) -> None:
        stack["routers"][0]["adopt"] = False

    edge.change(refuse)
    done = edge.run("up", ok=False)
    assert done.returncode == 1 and "written by hand" in done.stderr
    assert edge.on("cilium-r", "cat /etc/frr/frr.conf") == mine
    edge.reset()
    # What the stack does not have is not dropped without a word.
    done = edge.run("up", ok=False)
    assert done.returncode == 1 and "drop 1 line(s)" in done.stderr
    assert "ip route 203.0.113.0/24 192.168.10.101; say them in the stack" in done.stderr
    assert edge.on("cilium-r", "cat /etc/frr/frr.conf") == mine

    def keep(stack: Any) -> None:
        stack["routers"][0]["raw"] = ["ip route 203.0.113.0/24 192.168.10.101"]

    edge.change(keep)
    edge.run("up")
    assert "203.0.113.0/24" in edge.on("cilium-r", "vtysh -c 'show ip route static'")
    edge.run("destroy", "--yes")
    edge.change(lambda stack: stack["routers"][0].update(adopt="replace"))
    edge.run("up")
    assert "203.0.113.0/24" not in edge.on("cilium-r", "vtysh -c 'show ip route static'")
    assert edge.on("cilium-r", "cat /etc/frr/frr.conf.before-cilium-edge") == mine
    edge.run("destroy", "--yes")
    assert edge.on("cilium-r", "cat /etc/frr/frr.conf") == mine
    edge.on("cilium-r", "echo 'frr defaults traditional' > /etc/frr/frr.conf")


@pytest.mark.thorough
def test_a_node_that_never_gets_ready_is_named(edge: Edge) -> None:
    def impatient(stack: Any) -> None:
        stack["cilium"]["readyTimeout"] = 15
        stack["cilium"]["values"]["debug"] = {"enabled": True}
        stack["cilium"]["values"]["rollOutCiliumPods"] = True

    edge.on("cilium-w3", "pkill -STOP -x noderunner")
    try:
        edge.change(impatient)
        done = edge.run("up", ok=False)
    finally:
        edge.on("cilium-w3", "pkill -CONT -x noderunner")
    assert done.returncode == 1
    # On a busy machine other agents may not be back either.
    assert re.search(r"no ready Cilium agent on [^\n]*cilium-w3", done.stderr)


def test_a_canary_secret_appears_nowhere(edge: Edge) -> None:
    canary = "canary-7f3a9c51d2"

    def with_password(stack: Any) -> None:
        stack["routers"][0]["bgp"]["peerGroups"][0]["passwordConfig"] = "bgpPassword"
        stack["bgp"]["peerConfigs"][0]["authSecretRef"] = "bgp-auth"
        stack["bgp"]["authSecrets"] = [{"name": "bgp-auth", "passwordConfig": "bgpPassword"}]

    edge.change(with_password)
    edge.run("config", "set-secret", "bgpPassword", stdin=canary)
    over, seen = threading.Event(), []

    def watch() -> None:
        while not over.wait(0.05):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    shown = path.read_bytes() + (path.parent / "environ").read_bytes()
                    if canary.encode() in shown:
                        seen.append(str(path))
                except OSError:
                    continue

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        shown = [edge.run("plan"), edge.run("up", "--json"), edge.run("stack", "export"), edge.run("refresh")]
        result = edge.run("verify", "--deadline=180")
    finally:
        over.set()
        watcher.join()
    assert canary in edge.on("cilium-r", "cat /etc/frr/frr.conf")
    assert "green" in result.stderr
    assert seen == []
    for done in shown:
        assert canary not in done.stdout + done.stderr
    assert canary not in edge.tree()
    logs = edge.on("cilium-r", "cat /var/log/*.log /tmp/*.log 2>/dev/null || true")
    assert canary not in logs


@pytest.mark.thorough
def test_verify_is_red_and_names_the_cause(edge: Edge) -> None:
    def red() -> dict[str, str]:
        result = edge.look()
        assert not result["green"]
        return {v["check"]: v["cause"] for v in result["verdicts"] if v["color"] != "green"}

    assert edge.verify(deadline=180)["green"]
    edge.on("cilium-w3", "ip route del 172.20.0.0/16")
    assert "no route" in red()["pod-to-pod"]
    edge.on("cilium-w3", "ip route add 172.20.0.0/16 via 192.168.20.200")

    edge.on("cilium-r", "iptables -I INPUT -p tcp --dport 179 -s 192.168.10.101 -j DROP")
    edge.on("cilium-r", "vtysh -c 'clear bgp 192.168.10.101'")
    causes = red()
    edge.on("cilium-r", "iptables -D INPUT -p tcp --dport 179 -s 192.168.10.101 -j DROP")
    assert "check reachability" in causes["bgp-session"] or "router's side" in causes["bgp-session"]
    assert edge.verify(deadline=180)["green"]

    edge.on("cilium-r", "pkill -STOP -x bgpd")
    try:
        assert set(red()) >= {"bgp-session", "rib"}
    finally:
        edge.on("cilium-r", "pkill -CONT -x bgpd")
    assert edge.verify(deadline=180)["green"]


@pytest.mark.thorough
def test_no_lab_packet_crosses_the_hosts_interfaces(edge: Edge, tmp_path: Path) -> None:
    nets = (
        "192.168.10.0/24",
        "192.168.20.0/24",
        "192.168.121.0/24",
        "172.20.0.0/16",
        "172.16.1.0/24",
        "10.96.0.0/16",
        "10.10.0.0/16",
    )
    capture = tmp_path / "host.pcap"
    words = " or ".join(f"net {net}" for net in nets)
    edge.run("down")
    sniffer = subprocess.Popen(
        ["tcpdump", "-i", "any", "-w", str(capture), "-U", words], stderr=subprocess.PIPE, text=True
    )
    try:
        time.sleep(1)
        edge.run("up", "--verify", "--deadline=120")
        time.sleep(1)
    finally:
        sniffer.terminate()
        _, said = sniffer.communicate(timeout=20)
    assert "\n0 packets captured" in said, said


@pytest.mark.thorough
def test_down_when_half_of_it_is_gone(edge: Edge) -> None:
    hosts = edge.home / "lab/dev/hosts"
    kill_these = [int((hosts / name / "pid").read_text().split()[0]) for name in ("cilium-w1", "fabric")]
    for pid in kill_these:
        subprocess.run(["kill", "-9", str(pid)], check=True)
    (hosts / "cilium-w2/pid").unlink()
    edge.run("down")
    assert not (edge.home / "lab/dev").exists()
    left = subprocess.run(["pgrep", "-f", str(edge.home)], capture_output=True, text=True, check=False).stdout
    assert left == ""
    assert str(edge.home) not in Path("/proc/self/mounts").read_text()
    assert not list(Path("/sys/fs/cgroup").glob(f"**/cilium-edge-dev-{_checksum(edge)}*"))


def _checksum(edge: Edge) -> str:
    import zlib

    return f"{zlib.crc32(str(edge.home / 'lab' / 'dev').encode()):08x}"


@pytest.mark.thorough
def test_a_host_that_died_is_started_again_by_up(edge: Edge) -> None:
    pid = int((edge.home / "lab/dev/hosts/cilium-w2/pid").read_text().split()[0])
    subprocess.run(["kill", "-9", str(pid)], check=True)
    assert edge.run("lab", "status", ok=False).returncode == 1
    edge.run("up")
    edge.run("refresh")
    edge.run("up")
    assert edge.verify(deadline=180)["green"]
