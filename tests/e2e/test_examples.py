"""Components in programs of somebody's own, applied for real on a bare lab: sessions that carry routes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.harness import PROJECT, Edge, until
from tests.installed import install

# Who makes the cluster is none of the two teams.
CLUSTER = """
import pulumi
import pulumi_kubernetes as kubernetes
from cilium_edge.components.cilium_install import CiliumInstall

config = pulumi.Config()
kubeconfig = config.require_secret("kubeconfig")
cluster = kubernetes.Provider("cluster", kubeconfig=kubeconfig)
cilium = CiliumInstall("cilium", {
    "version": "1.18.0", "bgp": True, "chart": config.require("chart"), "kubeconfig": kubeconfig,
    # Known late, as where another program makes the cluster.
    "api_server": pulumi.Output.from_input("192.168.10.100"), "routing_mode": "native", "ipam": "kubernetes",
    "native_routing_cidr": "172.20.0.0/16", "devices": ["eth1"], "kube_proxy_replacement": True,
}, pulumi.ResourceOptions(providers=[cluster]))
pulumi.export("version", cilium.version)
"""
PASSWORD = "a-password-of-both"


class Programs:
    """`edge` as the package has it, called where the lab's hosts are reached."""

    def __init__(self, lab: Edge, place: Path) -> None:
        self.lab, self.place = lab, place
        self._lib = install(place)
        shutil.copytree(PROJECT / "examples", place / "examples")
        self.keys = lab.home / "lab" / lab.stack

    def edge(self, where: str, *words: str, stdin: str | None = None, ok: bool = True) -> str:
        env = ["env", f"PYTHONPATH={self._lib}", f"EDGE_HOME={self.place / 'state'}", "EDGE_ENGINE=builtin",
               "PULUMI_CONFIG_PASSPHRASE=-"]  # fmt: skip
        command = [*env, str(PROJECT / ".venv/bin/python"), str(self._lib / "bin/edge"), "-C",
                   str(self.place / "examples" / where), *words]  # fmt: skip
        done = self.lab.run("lab", "exec", "mgmt", "--", *command, stdin=stdin, ok=ok)
        assert PASSWORD not in done.stdout + done.stderr
        return done.stdout + ("" if ok else done.stderr)

    def cluster(self) -> None:
        (self.place / "examples/cluster").mkdir()
        (self.place / "examples/cluster/Pulumi.yaml").write_text("name: cluster\nruntime: python\n")
        chart = self.keys / "charts" / "cilium"
        (self.place / "examples/cluster/Pulumi.prod.yaml").write_text(f"config:\n  cluster:chart: {chart}\n")
        (self.place / "examples/cluster/__main__.py").write_text(CLUSTER)
        self.secret("cluster", "prod", "kubeconfig", (self.keys / "kubeconfig").read_text())

    def secret(self, where: str, stack: str, key: str, value: str) -> None:
        self.edge(where, "config", "set-secret", key, "-s", stack, stdin=value)


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Programs]:
    lab = Edge(tmp_path_factory.mktemp("examples") / "lab")
    try:
        lab.run("lab", "up")
        yield Programs(lab, tmp_path_factory.mktemp("theirs"))
    finally:
        lab.run("lab", "down", ok=False)


def test_two_teams_and_a_cluster_of_neither(programs: Programs) -> None:
    programs.cluster()
    assert json.loads(programs.edge("cluster", "up", "-s", "prod", "--json"))["counts"]["create"] >= 4

    key = (programs.keys / "ssh/cilium-r_ed25519.pub").read_text().strip()
    stack = programs.place / "examples/two-teams/network/Pulumi.network.yaml"
    lines = [line for line in stack.read_text().splitlines() if ":host" not in line]
    stack.write_text("\n".join([*lines, "  two-teams:host: 192.168.121.2", f"  two-teams:hostKey: {key}", ""]))
    programs.secret("two-teams/network", "network", "privateKey", (programs.keys / "ssh/id_ed25519").read_text())
    programs.secret("two-teams/network", "network", "sessionPassword", PASSWORD)
    refused = programs.edge("two-teams/platform", "plan", "-s", "platform", ok=False)
    assert "expected a stack that is up" in refused
    programs.edge("two-teams/network", "up", "-s", "network")

    programs.secret("two-teams/platform", "platform", "kubeconfig", (programs.keys / "kubeconfig").read_text())
    programs.secret("two-teams/platform", "platform", "sessionPassword", PASSWORD)
    programs.lab.kubectl("label", "node", "cilium-w1", "cilium-w2", "bgp=yes")
    programs.edge("two-teams/platform", "up", "-s", "platform")

    def learnt() -> set[str]:
        table = json.loads(programs.lab.on("cilium-r", "vtysh -c 'show ip route bgp json'"))
        return {prefix for prefix in table if prefix.startswith("172.20.")}

    until(lambda: learnt() == {"172.20.1.0/24", "172.20.2.0/24"}, 60, "the pods of both nodes")
    for where, name in (("cluster", "prod"), ("two-teams/network", "network"), ("two-teams/platform", "platform")):
        programs.edge(where, "plan", "-s", name, "--expect-no-changes")
        programs.edge(where, "refresh", "-s", name, "--preview-only", "--expect-no-changes")

    for where, name in (("two-teams/platform", "platform"), ("two-teams/network", "network"), ("cluster", "prod")):
        programs.edge(where, "destroy", "-s", name, "--yes")
    until(lambda: not learnt(), 20, "no route is left")
    assert "router bgp" not in programs.lab.on("cilium-r", "vtysh -c 'show running-config'")
    assert "NotFound" in programs.lab.run("lab", "exec", "mgmt", "--", "kubectl", "-n", "kube-system", "get", "ds",
                                          "cilium", ok=False).stderr  # fmt: skip
