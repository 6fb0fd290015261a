"""The context of a command: a stack, its engine, and the access to its network."""

from __future__ import annotations

import os
import shutil
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.stack_name import StackName, stack_name
from config.errors import ConfigError, MachineError, Problem, StateError
from config.home import home
from config.kind import Learned, is_kind
from config.load import PROJECT, parse
from config.stack import StackConfig
from engine.lock import exclusive
from engine.settings import StackSettings
from engine.values import plain
from transport.kube import Kube
from transport.ssh import Endpoint

if TYPE_CHECKING:
    from engine.automation import PulumiEngine
    from engine.operations import BuiltinEngine
    from rules.registry import RuleReport

StackOption = Annotated[
    str,
    typer.Option(
        "--stack",
        "-s",
        parser=stack_name,
        metavar="NAME",
        help="Stack: the NAME of Pulumi.NAME.yaml, or ORGANIZATION/PROJECT/NAME.",
    ),
]
# The configuration key of the stack object. A program of the user's own has no such key, even if it uses components.
STACK = f"{PROJECT}:stack"
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


class StackContext:
    """One stack, and everything about it that a command needs."""

    def __init__(self, stack: str) -> None:
        self.name = stack if isinstance(stack, StackName) else stack_name(stack)

    @cached_property
    def engine(self) -> BuiltinEngine | PulumiEngine:
        """The engine of EDGE_ENGINE; by default the Pulumi CLI if it is on PATH, otherwise the built-in engine."""
        # A stack that runs only on this machine gets a generated passphrase, so that the user needs none.
        own = self._kind() in ("lab", "docker", "kind")
        where = (Path.cwd(), self.name, home() / "state")
        if _engine_name() == "pulumi":
            from engine.automation import PulumiEngine

            # The backend of such a stack has no organizations.
            return PulumiEngine(*where, own_passphrase=own, qualified=None if own else self.name.qualified)
        # The import loads Pulumi's SDK, which `--help` does not need.
        from engine.operations import BuiltinEngine

        return BuiltinEngine(*where, own_passphrase=own)

    @cached_property
    def settings(self) -> StackSettings:
        """The stack's file, with the secrets that a passphrase opens."""
        return self.engine.settings

    @cached_property
    def stack(self) -> StackConfig:
        """The typed stack. Raises ConfigError with every problem in the file."""
        document = self.settings.object(STACK)
        return parse(document, self.name, self._learned() if is_kind(document) else {})

    @cached_property
    def report(self) -> RuleReport:
        """The findings of the rules. Empty for a program of the user's own, whose components apply the rules."""
        from rules.registry import RuleReport, check_all

        return RuleReport(()) if self.is_foreign else check_all(self.stack)

    def check(self) -> None:
        """Print warnings to standard error. Raises Refused if the stack has errors."""
        from cli import screen
        from cli.findings import print_text
        from rules.gate import refuse

        errors = self.report.errors
        print_text(
            replace(self.report, findings=tuple(f for f in self.report.findings if f not in errors), waived=()),
            screen.err,
        )
        refuse(self.report)

    def alone(self) -> AbstractContextManager[None]:
        """Lock the stack and its lab against other processes. Raises StateError with the process that has the lock."""
        return exclusive(self.engine.path)

    @property
    def is_foreign(self) -> bool:
        """Whether the program is the user's own: it may use components, but has no stack object of this project."""
        return self.settings.project != PROJECT and STACK not in self.settings.values

    @property
    def reads_hosts(self) -> bool:
        """Whether the program itself looks for drift on hosts (components/stack/drift.py)."""
        return self.settings.values.get(f"{PROJECT}:readHosts") == "true"

    @property
    def is_lab(self) -> bool:
        """Whether the stack's cluster is the embedded lab."""
        return not self.is_foreign and self.stack.cluster.kind == "lab"

    @property
    def is_docker(self) -> bool:
        """Whether the stack's hosts are containers."""
        return not self.is_foreign and self.stack.cluster.kind in ("docker", "kind")

    def enter(self) -> None:
        """Enter the namespace from which the stack's hosts are reachable, such as a lab's management namespace."""
        if self.is_lab:
            from lab import management

            use_tools()
            management.enter(self.name)
        # The networks of the lab's own Docker engine are in namespaces, too.
        if self.choose_docker():
            from lab.docker.engine import OURS

            use_tools()
            OURS.enter()
        elif self.is_docker:
            from cli.docker_engine import warn_of_hindrance

            warn_of_hindrance()

    def choose_docker(self) -> bool:
        """Choose the Docker engine of the stack's containers. Returns whether it is the lab's. Raises DockerError."""
        if not self.is_docker:
            return False
        from cli.docker_engine import choose

        return choose(self.settings.values.get("docker:host", ""))

    def endpoints(self) -> dict[str, Endpoint]:
        """SSH endpoints of all hosts, for the probes."""
        ssh = self.stack.cluster.ssh
        if self.is_lab:
            from config.stack import MANAGEMENT
            from lab.places import ssh_key
            from lab.sshd import host_key
            from lab.topology import topology

            hosts = [h for h in topology(self.stack).hosts if h.name != MANAGEMENT]
            key = ssh_key(self.name).read_text()
            return {
                h.name: Endpoint(
                    h.management_address,
                    22,
                    ssh.user,
                    key,
                    host_key(self.name, h.name).with_suffix(".pub").read_text().strip(),
                    dial_attempts=2,
                )
                for h in hosts
            }
        if self.is_docker:
            made = self._made("access")
            return {
                name: Endpoint(
                    found["host"],
                    int(found.get("port") or 22),
                    ssh.user,
                    made["privateKey"],
                    found["hostKey"],
                    dial_attempts=2,
                )
                for name, found in made["hosts"].items()
            }
        key = self._secret(ssh.private_key_config)
        bastion = None
        if ssh.bastion is not None:
            b = ssh.bastion
            bastion = Endpoint(b.host, b.port, b.user, key, b.host_key)
        declared = {router.name: router.ssh for router in self.stack.managed_routers}
        declared |= {node.name: node.ssh for node in self.stack.nodes}
        return {
            name: Endpoint(e.host or name, e.port, ssh.user, key, e.host_key, bastion, dial_attempts=2)
            for name, e in declared.items()
        }

    def kube(self) -> Kube:
        """The cluster's API."""
        cluster = self.stack.cluster
        if cluster.kind == "lab":
            from lab.places import kubeconfig

            return Kube(kubeconfig(self.name).read_text())
        if cluster.kind == "docker" or cluster.kind == "kind":
            return Kube(self._made("kubeconfig"))
        return Kube(self._secret(cluster.kubeconfig_config))

    def _learned(self) -> Learned:
        """The addresses of a kind cluster's nodes; empty before the cluster exists."""
        found: Learned = plain(self.engine.outputs()).get("learned") or {}
        return found

    def _made(self, output: str) -> Any:
        """An output of the stack, such as the access to its containers. Raises StateError if nothing is deployed."""
        found = plain(self.engine.outputs()).get(output)
        if not found:
            raise StateError(f"stack {self.name}: nothing is deployed; deploy the stack first: edge up -s {self.name}")
        return found

    def _secret(self, key: str) -> str:
        value = self.settings.values.get(f"{PROJECT}:{key}")
        if not value:
            how = f"a secret (edge config set-secret {key} -s {self.name}) and PULUMI_CONFIG_PASSPHRASE set"
            raise ConfigError(self.name, [Problem(f"{PROJECT}:{key}", how, "nothing")])
        return value

    def _kind(self) -> str:
        from engine.settings import read

        # Without a passphrase, secrets are left out. The kind is not a secret.
        document = read(Path.cwd(), self.name, None).object(STACK)
        cluster = document.get("cluster") if isinstance(document, dict) else None
        return str(cluster.get("kind")) if isinstance(cluster, dict) else ""


def _engine_name() -> str:
    name = os.environ.get("EDGE_ENGINE") or ("pulumi" if shutil.which("pulumi") else "builtin")
    if name not in ("builtin", "pulumi"):
        raise ConfigError("", [Problem("EDGE_ENGINE", "builtin or pulumi", name)])
    if name == "pulumi" and not shutil.which("pulumi"):
        raise MachineError(
            "EDGE_ENGINE is pulumi, and pulumi is not on PATH; install pulumi: curl -fsSL https://get.pulumi.com | sh"
        )
    return name


def use_tools() -> None:
    """Put the built binaries (helm, kubectl) on PATH."""
    from lab.toolchain.build import bin_dirs

    os.environ["PATH"] = os.pathsep.join([*map(str, bin_dirs()), os.environ.get("PATH", "")])


def need_root() -> None:
    """Raise MachineError unless the user is root. Only root can make the namespaces and mounts of a lab."""
    if os.geteuid() != 0:
        raise MachineError("the lab needs root (namespaces, mounts, BPF); run it with sudo")
