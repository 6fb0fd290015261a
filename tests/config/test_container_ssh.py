"""SSH settings that have no effect on containers are refused by their paths."""

from __future__ import annotations

from typing import Any

import pytest

from tests.config.containers import cluster, told

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL"
NONE = "expected no value (the stack makes the containers and their SSH keys), got"


@pytest.mark.parametrize("name", ["docker", "kind"])
@pytest.mark.parametrize(
    ("ssh", "line"),
    [
        ({"user": "admin"}, "user: expected root (containers have the stack's key for root only), got admin"),
        (
            {"bastion": {"host": "b", "hostKey": KEY}},
            "bastion: expected no value (no jump host leads to containers), got b",
        ),
        ({"privateKeyConfig": "deployKey"}, f"privateKeyConfig: {NONE} deployKey"),
        ({"user": "root", "privateKeyConfig": "sshPrivateKey", "dialErrorLimit": 3}, None),
    ],
)
def test_settings_of_ssh_without_an_effect(name: str, ssh: dict[str, Any], line: str | None) -> None:
    assert told(name, cluster(ssh=ssh)) == ([f"cluster.ssh.{line}"] if line else [])


@pytest.mark.parametrize("where", ["nodes[1]", "routers[0]"])
def test_an_endpoint_of_a_host_without_an_effect(where: str) -> None:
    section, index = where.rstrip("]").split("[")
    ssh = {"host": "10.0.0.1", "port": 2222, "hostKey": KEY}
    assert told("docker", lambda d: d[section][int(index)].update(ssh=ssh)) == [
        f"{where}.ssh.host: {NONE} 10.0.0.1",
        f"{where}.ssh.port: {NONE} 2222",
        f"{where}.ssh.hostKey: {NONE} a key",
    ]


def test_an_endpoint_of_a_group_without_an_effect() -> None:
    group = {
        "name": "edge-worker{}",
        "count": 1,
        "first": 2,
        "interfaces": [{"name": "eth0"}],
        "ssh": {"host": "w{}", "hostKeys": {"edge-worker2": KEY}},
    }
    assert told("kind", lambda d: d.update(nodes=d["nodes"][:2], nodeGroups=[group])) == [
        f"nodeGroups[0].ssh.host: {NONE} w{{}}",
        f"nodeGroups[0].ssh.hostKeys: {NONE} keys of edge-worker2",
    ]
