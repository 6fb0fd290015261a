"""DockerHosts: the networks and containers of a stack's hosts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_command.remote import ConnectionArgs
from pulumi_docker import Container, Network, RemoteImage

from components.docker import links
from components.docker.health import health_check
from components.docker.keys import public, ssh_key
from components.hosts.host_of import made_of
from config.cluster import DockerCluster, KindCluster
from config.stack import StackConfig
from effective import containers as plan

_MASQUERADE = "com.docker.network.bridge.enable_ip_masquerade"
# Layer-4 hashing, so that ECMP spreads the connections of one client too.
_ROUTER_SYSCTLS = {
    "net.ipv4.ip_forward": "1",
    "net.ipv6.conf.all.forwarding": "1",
    "net.ipv4.conf.all.rp_filter": "0",
    "net.ipv4.conf.default.rp_filter": "0",
    "net.ipv4.fib_multipath_hash_policy": "1",
}
_SSHD = "ss -Hltn sport = :22 | grep -q ."
_CHECKS = {"router": f"vtysh -c 'show version' >/dev/null && {_SSHD}", "outpost": "true"}
_NODE_CHECK = f"systemctl is-active -q containerd && {_SSHD}"


class DockerHosts(pulumi.ComponentResource):
    """The hosts that the stack makes: routers and outposts, and also the nodes unless kind makes the nodes.

    `networks`: name of a subnet -> name of its network on the Docker engine. `connections`: host -> SSH to the host,
    known when its container is healthy.
    """

    def __init__(
        self, stack: StackConfig, cluster: DockerCluster | KindCluster, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("cilium-edge:docker:DockerHosts", "hosts", None, opts)
        self._stack, self._cluster = stack, cluster
        self.key = ssh_key("ssh-key", self)
        self._mine = pulumi.ResourceOptions(parent=self)
        self.networks = {one.name: one.existing or self._network(one).name for one in plan.networks(stack)}
        self._images = {role: self._image(role) for role in self._roles()}
        self.containers: dict[str, Container] = {}
        self.connections: dict[str, ConnectionArgs] = {}
        # Host -> the last resource that must exist before the host is used.
        self.settled: dict[str, pulumi.Resource] = {}
        for one in plan.containers(stack):
            self._host(one)
        self.register_outputs({})

    def access(self, others: Mapping[str, ConnectionArgs] | None = None) -> pulumi.Output[Any]:
        """The probes' access to hosts: the key, and host -> address, port and host key.

        `others`: connections to hosts that take the same key.
        """
        return pulumi.Output.secret(
            {
                "privateKey": self.key,
                "hosts": {
                    name: {"host": connection.host, "port": connection.port, "hostKey": connection.host_key}
                    for name, connection in {**self.connections, **(others or {})}.items()
                },
            }
        )

    def _host(self, one: plan.Container) -> None:
        name = plan.name_on_engine(pulumi.get_stack(), one.name)
        if one.role == "outpost":
            self.containers[one.name] = Container(
                one.name, name=name, **self._common(one), **self._outpost(one), opts=self._mine
            )
            return
        host_key = ssh_key(f"{one.name}-host-key", self)
        uploads = [
            _upload("/root/.ssh/authorized_keys", public(self.key)),
            _upload("/etc/ssh/ssh_host_ed25519_key", host_key),
        ]
        made = Container(
            one.name,
            name=name,
            **self._common(one),
            uploads=uploads,
            **(_ROUTER if one.role == "router" else _NODE),
            opts=self._mine,
        )
        self.containers[one.name] = self.settled[one.name] = made
        connection = ConnectionArgs(
            # The address is known when the container exists.
            host=self._address(one, made),
            user=self._cluster.ssh.user,
            private_key=self.key,
            host_key=public(host_key),
            dial_error_limit=self._cluster.ssh.dial_error_limit,
        )
        self.connections[one.name] = connection
        made_of(connection, made)
        if links.wanted(one):
            self.settled[one.name] = links.command(one, connection, self)

    def _address(self, one: plan.Container, made: Container) -> pulumi.Output[str]:
        """The address of a host's sshd."""
        if one.address is not None:
            return made.id.apply(lambda _: str(one.address))
        network = pulumi.Output.from_input(self.networks[one.wires[0].network])
        return pulumi.Output.all(made.network_datas, network).apply(
            lambda both: {data["network_name"]: str(data["ip_address"]) for data in both[0]}[both[1]]
        )

    def _network(self, one: plan.Network) -> Network:
        name = plan.name_on_engine(pulumi.get_stack(), one.name)
        return Network(
            one.name,
            name=name,
            driver="bridge",
            options={_MASQUERADE: "true" if one.masquerade else "false"},
            ipam_configs=[{"subnet": str(one.subnet), "gateway": str(one.gateway)}],
            labels=[{"label": "cilium-edge.stack", "value": pulumi.get_stack()}],
            opts=self._mine,
        )

    def _image(self, role: str) -> RemoteImage:
        name = getattr(self._cluster.images, role)
        return RemoteImage(f"{role}-image", name=name, keep_locally=True, opts=self._mine)

    def _roles(self) -> list[str]:
        there = {_role(one) for one in plan.containers(self._stack)}
        return [role for role in ("router", "node", "outpost") if role in there]

    def _common(self, one: plan.Container) -> dict[str, Any]:
        control = plan.control_plane(self._stack)
        named = [{"host": control.name, "ip": str(control.address)}]
        return {
            "image": self._images[_role(one)].name,
            "hostname": one.name,
            "restart": "unless-stopped",
            "networks_advanced": [
                {
                    "name": self.networks[wire.network],
                    **({"ipv4_address": str(wire.address)} if wire.address is not None else {}),
                }
                for wire in one.wires
            ],
            # Docker assigns the addresses of kind's nodes later.
            **({} if isinstance(self._cluster, KindCluster) else {"hosts": named}),
            "wait": True,
            "wait_timeout": 120,
            "healthcheck": health_check(_CHECKS.get(one.role, _NODE_CHECK), retries=60),
        }

    def _outpost(self, one: plan.Container) -> dict[str, Any]:
        outpost = next(each for each in self._stack.outposts if each.name == one.name)
        allowed = ",".join(map(str, outpost.allowed))
        return {"command": [f"--port={outpost.port}", f"--allowed={allowed}"]}


def _role(one: plan.Container) -> str:
    return one.role if one.role in ("router", "outpost") else "node"


# bgpd opens raw sockets, zebra sets routes, and FRR's own start script wants the rest.
_ROUTER: dict[str, Any] = {"capabilities": {"adds": ["CAP_NET_ADMIN", "CAP_SYS_ADMIN"]}, "sysctls": _ROUTER_SYSCTLS}
# systemd needs control groups of its own, and containerd a disk that is no overlay.
_NODE: dict[str, Any] = {
    "privileged": True,
    "cgroupns_mode": "private",
    "tty": True,
    "init": False,
    # Docker reports these options for a privileged container. Without them, a refresh would find a difference.
    "security_opts": ["apparmor=unconfined", "label=disable", "seccomp=unconfined"],
    "tmpfs": {"/run": "", "/tmp": ""},
    "volumes": [{"container_path": "/var"}],
}


def _upload(path: str, content: pulumi.Output[str]) -> dict[str, Any]:
    return {"file": path, "content": content, "permissions": "0600"}
