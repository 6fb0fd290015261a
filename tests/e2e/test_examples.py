"""Components in programs of somebody's own, applied for real on a bare lab: sessions that carry routes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.components.test_certificates import made, pem
from tests.e2e.harness import PROJECT, Edge, until
from tests.installed import install

pytestmark = pytest.mark.thorough

# Who makes the cluster is none of the two teams.
CLUSTER = """
import pulumi
import pulumi_kubernetes as kubernetes
from cilium_edge.components import CiliumInstall

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
INGRESS = """
import pulumi
import pulumi_kubernetes as kubernetes
from cilium_edge.components import CiliumIngress

config = pulumi.Config()
# In place: a Secret that is replaced is gone for a moment.
cluster = kubernetes.Provider("cluster", kubeconfig=config.require_secret("kubeconfig"), enable_secret_mutable=True)
CiliumIngress("web", {
    "ingresses": [{"name": "shop", "load_balancer_mode": "dedicated",
                   "tls": [{"hosts": ["shop.example"], "secret_name": "shop-tls",
                            "certificate_config": "certificate", "key_config": "key"}],
                   "rules": [{"host": "shop.example", "paths": [{"service": "shop", "port": 80}]}]}],
    "certificates": {"certificate": config.require_secret("certificate"), "key": config.require_secret("key")},
}, pulumi.ResourceOptions(providers=[cluster]))
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
        env = [
            "env",
            f"PYTHONPATH={self._lib}",
            f"EDGE_HOME={self.place / 'state'}",
            "EDGE_ENGINE=builtin",
            "PULUMI_CONFIG_PASSPHRASE=-",
        ]
        command = [
            *env,
            str(PROJECT / ".venv/bin/python"),
            str(self._lib / "bin/edge"),
            "-C",
            str(self.place / "examples" / where),
            *words,
        ]
        done = self.lab.run("lab", "exec", "mgmt", "--", *command, stdin=stdin, ok=ok)
        assert PASSWORD not in done.stdout + done.stderr
        return done.stdout + ("" if ok else done.stderr)

    def begin(self, name: str, text: str, config: str = "{}") -> None:
        """A project of the test's own, with a stack that reaches the cluster."""
        where = self.place / "examples" / name
        where.mkdir()
        (where / "Pulumi.yaml").write_text(f"name: {name}\nruntime: python\n")
        (where / f"Pulumi.{name}.yaml").write_text(f"config:\n  {config}\n")
        (where / "__main__.py").write_text(text)
        self.secret(name, name, "kubeconfig", (self.keys / "kubeconfig").read_text())

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
    programs.begin("cluster", CLUSTER, f"cluster:chart: {programs.keys / 'charts' / 'cilium'}")
    assert json.loads(programs.edge("cluster", "up", "-s", "cluster", "--json"))["counts"]["create"] >= 4

    key = (programs.keys / "ssh/cilium-r_ed25519.pub").read_text().strip()
    stack = programs.place / "examples/two-teams/network/Pulumi.network.yaml"
    lines = [line for line in stack.read_text().splitlines() if ":host" not in line]
    stack.write_text("\n".join([*lines, "  two-teams:host: 192.168.121.2", f"  two-teams:hostKey: {key}", ""]))
    programs.secret("two-teams/network", "network", "privateKey", (programs.keys / "ssh/id_ed25519").read_text())
    programs.secret("two-teams/network", "network", "sessionPassword", PASSWORD)
    refused = programs.edge("two-teams/platform", "plan", "-s", "platform", ok=False)
    assert "expected a deployed stack" in refused
    programs.edge("two-teams/network", "up", "-s", "network")

    programs.secret("two-teams/platform", "platform", "kubeconfig", (programs.keys / "kubeconfig").read_text())
    programs.secret("two-teams/platform", "platform", "sessionPassword", PASSWORD)
    programs.lab.kubectl("label", "node", "cilium-w1", "cilium-w2", "bgp=yes")
    programs.edge("two-teams/platform", "up", "-s", "platform")

    def learnt() -> set[str]:
        table = json.loads(programs.lab.on("cilium-r", "vtysh -c 'show ip route bgp json'"))
        return {prefix for prefix in table if prefix.startswith("172.20.")}

    until(lambda: learnt() == {"172.20.1.0/24", "172.20.2.0/24"}, 60, "the pods of both nodes")
    for where, name in (("cluster", "cluster"), ("two-teams/network", "network"), ("two-teams/platform", "platform")):
        programs.edge(where, "plan", "-s", name, "--expect-no-changes")
        programs.edge(where, "refresh", "-s", name, "--preview-only", "--expect-no-changes")

    for where, name in (("two-teams/platform", "platform"), ("two-teams/network", "network"), ("cluster", "cluster")):
        programs.edge(where, "destroy", "-s", name, "--yes")
    until(lambda: not learnt(), 20, "no route is left")
    assert "router bgp" not in programs.lab.on("cilium-r", "vtysh -c 'show running-config'")
    assert (
        "NotFound"
        in programs.lab.run(
            "lab", "exec", "mgmt", "--", "kubectl", "-n", "kube-system", "get", "ds", "cilium", ok=False
        ).stderr
    )


def test_a_certificate_is_renewed_in_place_and_a_wrong_one_is_refused(programs: Programs) -> None:
    programs.begin("ingress", INGRESS, "ingress:x: x")

    def certified(begin: datetime) -> str:
        key = ec.generate_private_key(ec.SECP256R1())
        for name, text in (("certificate", made("shop.example", key=key, begin=begin)), ("key", pem(key))):
            programs.secret("ingress", "ingress", name, text)
        return pem(key)

    def there(what: str, path: str) -> str:
        return programs.lab.kubectl("get", what, "-o", f"jsonpath={path}")

    keys = [certified(datetime.now(UTC) - timedelta(days=1))]
    programs.edge("ingress", "up", "-s", "ingress")
    assert there("secret/shop-tls", "{.type}") == "kubernetes.io/tls"
    assert json.loads(there("ingress/shop", "{.spec.tls}")) == [{"hosts": ["shop.example"], "secretName": "shop-tls"}]
    assert "dedicated" in there("ingress/shop", "{.metadata.annotations}")
    first = there("secret/shop-tls", "{.metadata.uid} {.data.tls\\.crt}").split()

    keys.append(certified(datetime.now(UTC) - timedelta(hours=1)))
    assert json.loads(programs.edge("ingress", "up", "-s", "ingress", "--json"))["counts"].get("update") == 1
    second = there("secret/shop-tls", "{.metadata.uid} {.data.tls\\.crt}").split()
    assert second[0] == first[0] and second[1] != first[1]

    keys.append(certified(datetime.now(UTC) - timedelta(days=200)))
    refused = programs.edge("ingress", "up", "-s", "ingress", ok=False)
    assert "certificates.certificate: expected a certificate that is valid at" in refused
    assert there("secret/shop-tls", "{.metadata.uid} {.data.tls\\.crt}").split() == second

    written = "".join(path.read_text() for path in (programs.place / "state").rglob("*") if path.is_file())
    assert not any(line in written + refused for key in keys for line in key.splitlines()[1:-1])
    programs.edge("ingress", "destroy", "-s", "ingress", "--yes")
    assert (
        "NotFound"
        in programs.lab.run("lab", "exec", "mgmt", "--", "kubectl", "get", "secret", "shop-tls", ok=False).stderr
    )
