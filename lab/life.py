"""Starts and ends a lab. Both operations can be repeated, and complete an interrupted one."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.errors import LabError
from config.node import Node
from config.private_file import write_private
from config.stack import MANAGEMENT, StackConfig
from lab import certificates, control_plane, gateway_api, images, inventory, node, outpost, router, sshd, wiring
from lab.host import Host, cgroup_prefix, cgroup_root
from lab.management import inside
from lab.pki import Pki
from lab.places import EDGE, kubeconfig, lab_dir
from lab.toolchain.build import bin_dirs, module_dir
from lab.toolchain.recipes import DEFAULT_CILIUM, Toolset
from lab.topology import LabHost, Topology, topology

Say = Callable[[str], None]


@dataclass(frozen=True)
class HostStatus:
    """One line of `edge lab status`."""

    name: str
    role: str
    address: str
    running: bool
    # Services that should run but do not; the boot itself, if it was interrupted.
    missing: tuple[str, ...] = ()

    @property
    def well(self) -> bool:
        """Whether the host runs and all of its services do."""
        return self.running and not self.missing


def up(lab: str, stack: StackConfig, say: Say) -> dict[str, str]:
    """Start everything that does not run yet. Returns host name -> identifier of its boot.

    Raises LabError with the name of the failed host.
    """
    plan = topology(stack)
    with _lock(lab):
        inventory.own(lab_dir(lab))
        _start(lab, stack, plan, say)
        if gateway_api.wanted(stack):
            control = next(spec.name for spec in plan.hosts if spec.role == "control-plane")
            gateway_api.install(lab, stack, Host(lab, control))
        return {spec.name: Host(lab, spec.name).life or "" for spec in plan.hosts}


def down(lab: str, say: Say) -> None:
    """End every process, mount, namespace and cgroup of the lab and remove its directory."""
    directory = lab_dir(lab)
    with _lock(lab):
        hosts = [Host(lab, path.name) for path in sorted(directory.glob("hosts/*"))]
        for host in hosts:
            host.kill()
        _end_leftovers(lab)
        for path in cgroup_root().glob(f"{cgroup_prefix(lab_dir(lab))}*"):
            Host(lab, path.name.removeprefix(cgroup_prefix(lab_dir(lab)))).remove_cgroup()
        if hosts:
            say(f"{len(hosts)} hosts gone")
        shutil.rmtree(directory, ignore_errors=True)


def status(lab: str, stack: StackConfig) -> list[HostStatus]:
    """The status of all hosts of the stack."""
    return [_status(lab, spec) for spec in topology(stack).hosts]


def _status(lab: str, spec: LabHost) -> HostStatus:
    host = Host(lab, spec.name)
    running = host.pid is not None
    missing = tuple(host.missing_services(_services(spec))) if host.complete else ("the end of its boot",)
    return HostStatus(spec.name, spec.role, spec.management_address, running, missing if running else ())


def _services(spec: LabHost) -> list[str]:
    """The services of a host, by its role."""
    names = [] if spec.name == MANAGEMENT else ["sshd"]
    if spec.role == "control-plane":
        names += ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"]
    if spec.role in ("control-plane", "worker"):
        names.append("noderunner")
    return [*names, "outpost"] if spec.role == "outpost" else names


def _start(lab: str, stack: StackConfig, plan: Topology, say: Say) -> None:
    assert stack.cluster.kind == "lab"
    _end_others(lab, plan, say)
    for spec in plan.hosts:
        if not Host(lab, spec.name).complete:
            # The boot was interrupted: the missing parts are unknown.
            Host(lab, spec.name).kill()
    missing = [spec for spec in plan.hosts if Host(lab, spec.name).pid is None]
    lame = [spec for spec in plan.hosts if not _status(lab, spec).well and spec not in missing]
    wires = Host(lab, wiring.FABRIC)
    _link_chart(lab, images.toolset(stack.cilium.version))
    certificates.issue(lab_dir(lab) / "certificates", Pki(lab_dir(lab) / "pki"), stack)
    for each in stack.nodes:
        if Host(lab, each.name).pid is not None:
            node.learn_images(Host(lab, each.name))
    if not (missing or lame) and wires.pid is not None:
        say("already up")
        return
    if len(missing) < len(plan.hosts) or wires.pid is not None:
        # In a partly started lab, links to lost hosts are gone, so every host gets new ones.
        gone = [*(s.name for s in missing), *(f"{s.name} ({', '.join(_status(lab, s).missing)})" for s in lame)]
        say(f"starting again: {', '.join(gone) or wiring.FABRIC}")
    if wires.pid is None:
        for spec in plan.hosts:
            Host(lab, spec.name).kill()
        missing, lame = list(plan.hosts), []
    sshd.make_keys(lab, [spec.name for spec in plan.hosts])
    pki = Pki(lab_dir(lab) / "pki")
    nodes = {each.name: each for each in stack.nodes}
    cilium_source = module_dir(DEFAULT_CILIUM)
    say(f"{len(missing)} hosts: namespaces, file systems, links")
    with ThreadPoolExecutor(len(plan.hosts) + 1) as pool:
        boots = [pool.submit(_boot, Host(lab, spec.name), spec, cilium_source) for spec in missing]
        if wires.pid is None:
            wires.boot(EDGE)
            wiring.bridges(wires, plan)
        for boot in boots:
            boot.result()
        for index, spec in enumerate(plan.hosts, start=1):
            if spec in missing:
                wiring.connect(wires, index, spec, Host(lab, spec.name))
        starts = [
            pool.submit(_start_services, lab, spec, stack, pki, nodes.get(spec.name)) for spec in (*missing, *lame)
        ]
        for start in starts:
            start.result()
    _publish_kubeconfig(lab, plan, stack, pki)
    control = next(spec for spec in plan.hosts if spec.role == "control-plane")
    say("waiting for the API server")
    host = Host(lab, control.name)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(
            inside,
            lab,
            control_plane.wait_ready,
            control.management_address,
            stack.cluster,
            pki,
            60.0,
            lambda: host.pid is not None,
        ).result()


def _end_others(lab: str, plan: Topology, say: Say) -> None:
    """End hosts that the stack no longer has: other hosts may use their addresses now."""
    known = {wiring.FABRIC, *(spec.name for spec in plan.hosts)}
    for path in sorted(lab_dir(lab).glob("hosts/*")):
        if path.name in known:
            continue
        host = Host(lab, path.name)
        if host.pid is not None:
            say(f"ending {path.name}: the stack no longer has this host")
        host.kill()
        host.remove_cgroup()
        shutil.rmtree(path, ignore_errors=True)


def _boot(host: Host, spec: LabHost, cilium_source: Path) -> None:
    if spec.role in ("control-plane", "worker"):
        host.boot(EDGE, bin_dirs(), node.binds(cilium_source))
    elif spec.role == "outpost":
        host.boot(EDGE, bin_dirs())
    else:
        host.boot(EDGE)


def _start_services(lab: str, spec: LabHost, stack: StackConfig, pki: Pki, member: Node | None) -> None:
    assert stack.cluster.kind == "lab"
    host = Host(lab, spec.name)
    hosts = "".join(f"{h.management_address} {h.name}\n" for h in topology(stack).hosts)
    host.write("/etc/hosts", f"127.0.0.1 localhost\n{hosts}")
    if spec.role == "control-plane":
        control_plane.start(host, stack.cluster, pki, spec.management_address)
    if spec.role == "router":
        router.start(host)
    if spec.role == "outpost":
        outpost.start(host, next(each for each in stack.outposts if each.name == spec.name))
    if member is not None:
        node.prepare(host)
        node.start(host, member, stack.cluster, pki)
    if spec.name != MANAGEMENT:
        sshd.start(host, spec.management_address)
    host.completed()


def _link_chart(lab: str, cilium: Toolset) -> None:
    """Link the chart of the Cilium release, which is part of the agent's source module."""
    link = lab_dir(lab) / "charts" / "cilium"
    # Asking Go for the module's directory takes half a second, in every `up`.
    if link.exists() and f"@v{cilium.version}/" in str(link.readlink()):
        return
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(module_dir(cilium) / "install" / "kubernetes" / "cilium")


def _publish_kubeconfig(lab: str, plan: Topology, stack: StackConfig, pki: Pki) -> None:
    control = next((spec for spec in plan.hosts if spec.role == "control-plane"), None)
    if control is None:
        raise LabError("the stack has no node with role control-plane")
    issued = pki.issue("admin", "kubernetes-admin", ("system:masters",))
    server = f"https://{control.management_address}:{stack.cluster.api_port}"
    write_private(kubeconfig(lab), pki.kubeconfig(server, *issued))


@contextmanager
def _lock(lab: str) -> Iterator[None]:
    """Lock the lab for one `up` or `down`. A second process waits for the first."""
    path = EDGE / "lab" / f"{lab}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _end_leftovers(lab: str) -> None:
    """End hosts without a pid file, found by their cgroups."""
    for procs in cgroup_root().glob(f"{cgroup_prefix(lab_dir(lab))}*/**/cgroup.procs"):
        for pid in procs.read_text().split():
            try:
                os.kill(int(pid), signal.SIGKILL)
            except ProcessLookupError:
                continue
