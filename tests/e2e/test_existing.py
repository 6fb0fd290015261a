"""A stack of kind `existing`: nothing of the lab is known to it but addresses, host keys and a kubeconfig.

The lab plays somebody's machines, reached as in many a data centre: SSH through a bastion, and the API
through a kubeconfig.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.harness import PROJECT, Edge

STACK = "machines"
HOSTS = {
    "cilium-r": "192.168.121.2",
    "cilium-ctr": "192.168.121.3",
    "cilium-w1": "192.168.121.4",
    "cilium-w2": "192.168.121.5",
    "cilium-w3": "192.168.121.6",
}
BASTION = HOSTS["cilium-r"]
NODES = [name for name, address in HOSTS.items() if address != BASTION]


class Machines:
    """`edge -s machines`, run where the operator of those machines would sit."""

    def __init__(self, lab: Edge) -> None:
        self.lab = lab
        self._passphrase = lab.dir / "passphrase"
        self._passphrase.write_text("correct horse battery staple")
        self.document = self._document()
        self.write(self.document)
        keys = lab.home / "lab" / lab.stack
        for name, path in (("sshPrivateKey", keys / "ssh/id_ed25519"), ("kubeconfig", keys / "kubeconfig")):
            self.run("config", "set-secret", name, stdin=path.read_text())
        # The secrets are in the file now.
        self.document = yaml.safe_load(self.file.read_text())

    @property
    def file(self) -> Path:
        return self.lab.dir / f"Pulumi.{STACK}.yaml"

    def write(self, document: Any) -> None:
        self.file.write_text(yaml.safe_dump(document, sort_keys=False))

    def run(self, *words: str, ok: bool = True, stdin: str | None = None) -> str:
        edge = [sys.executable, "-m", "cli", "--cwd", str(self.lab.dir), *words, "-s", STACK]
        # A passphrase of its own, as for every stack that is no lab.
        secret = ["env", f"PULUMI_CONFIG_PASSPHRASE_FILE={self._passphrase}"]
        done = self.lab.run("lab", "exec", "mgmt", "--", *secret, *edge, ok=ok, stdin=stdin)
        return done.stdout + ("" if ok else done.stderr)

    def _document(self) -> Any:
        document = yaml.safe_load((PROJECT / "Pulumi.bgp.yaml").read_text())
        stack = document["config"]["cilium-edge:stack"]
        keys = self.lab.home / "lab" / self.lab.stack
        for host in (*stack["nodes"], *stack["routers"]):
            public = (keys / f"ssh/{host['name']}_ed25519.pub").read_text().strip()
            host["ssh"] = {"host": HOSTS[host["name"]], "hostKey": public}
        router = stack["routers"][0]
        stack["cluster"]["ssh"]["bastion"] = {"host": BASTION, "hostKey": router["ssh"]["hostKey"]}
        stack["cilium"]["chart"] = str(keys / "charts/cilium")
        # What the lab's machines cannot run, as in the dev stack.
        stack["cilium"]["values"] = self.lab.original["config"]["cilium-edge:stack"]["cilium"]["values"]
        stack["bgp"]["peerConfigs"][0]["connectRetry"] = 1
        return document


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    lab = Edge(tmp_path_factory.mktemp("existing") / "project")
    try:
        lab.run("lab", "up")
        yield Machines(lab)
    finally:
        lab.run("down", ok=False)


def test_machines_that_exist_already_are_built_and_proven_through_a_bastion(machines: Machines) -> None:
    machines.run("up")
    result = json.loads(machines.run("verify", "--deadline=150", "--json"))
    assert result["green"], result
    sessions = [v["subject"] for v in result["verdicts"] if v["check"] == "bgp-session"]
    assert all(any(node in subject for subject in sessions) for node in NODES)


def test_hosts_are_reached_through_the_bastion_alone(machines: Machines) -> None:
    # Nothing but the bastion gets through to a node's sshd.
    rule = f"INPUT -i eth0 -p tcp --dport 22 ! -s {BASTION} -j REJECT --reject-with tcp-reset"
    for node in NODES:
        machines.lab.on(node, f"iptables -I {rule}")
    try:
        machines.run("refresh", "--preview-only", "--expect-no-changes")
    finally:
        for node in NODES:
            machines.lab.on(node, f"iptables -D {rule}")


def test_a_second_up_changes_nothing(machines: Machines) -> None:
    assert set(json.loads(machines.run("up", "--json"))["counts"]) == {"same"}


def test_a_bastion_that_is_not_who_it_should_be_is_refused(machines: Machines) -> None:
    other = yaml.safe_load(machines.file.read_text())
    stack = other["config"]["cilium-edge:stack"]
    stack["cluster"]["ssh"]["bastion"]["hostKey"] = stack["nodes"][1]["ssh"]["hostKey"]
    machines.write(other)
    try:
        said = machines.run("up", ok=False)
        assert f"{BASTION}:22: the host key is not the pinned key" in said
    finally:
        machines.write(machines.document)


@pytest.mark.thorough
def test_a_router_of_another_name_on_the_same_host_keeps_its_configuration(machines: Machines) -> None:
    def established() -> set[str]:
        peers = json.loads(machines.lab.on("cilium-r", "vtysh -c 'show bgp neighbors json'"))
        return {name for name, peer in peers.items() if peer["bgpState"] == "Established"}

    other = yaml.safe_load(machines.file.read_text())
    other["config"]["cilium-edge:stack"]["routers"][0]["name"] = "tor"
    before = established()
    machines.write(other)
    result = json.loads(machines.run("up", "--json"))
    gone = {step["name"] for step in result["steps"] if step["op"] == "delete"}
    assert gone >= {"cilium-r-conf", "cilium-r-daemons"} and len(before) == 4
    assert machines.lab.on("cilium-r", "head -c 24 /etc/frr/frr.conf; grep ^bgpd= /etc/frr/daemons") == (
        "! Rendered by cilium-edgbgpd=yes\n"
    )
    assert established() == before
    machines.run("refresh", "--preview-only", "--expect-no-changes")
    # And back: whoever has it now is asked.
    machines.write(machines.document)
    machines.run("up")
    machines.run("refresh", "--preview-only", "--expect-no-changes")
    assert established() == before


def test_destroy_gives_the_machines_back(machines: Machines) -> None:
    machines.run("destroy", "--yes")
    assert json.loads(machines.lab.on("cilium-r", "ip -j route show proto bgp") or "[]") == []
    assert machines.lab.kubectl("get", "pods,services", "-A", "-l", "app=webpod", "-o", "name") == ""
    assert json.loads(machines.run("stack", "export"))["deployment"]["resources"] == []
