"""The lab as a testbed for drills: its faults, and the sources of requests."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from functools import partialmethod
from typing import Any

from config.errors import LabError
from config.stack import MANAGEMENT, StackConfig
from lab import fault, images
from lab.host import Host
from lab.places import kubeconfig


class LabTestbed:
    """Faults and clients of one running lab."""

    def __init__(self, lab: str, stack: StackConfig) -> None:
        self.lab = lab
        self.stack = stack

    def freeze(self, host: str) -> None:
        """Stop every process of a host."""
        fault.freeze(self.lab, host)

    def thaw(self, host: str) -> None:
        """Let the stopped processes of a host continue."""
        fault.thaw(self.lab, host)

    def _wire(self, host: str, act: Callable[[str, StackConfig, str], None]) -> None:
        act(self.lab, self.stack, host)

    silence = partialmethod(_wire, act=fault.silence)
    unsilence = partialmethod(_wire, act=fault.unsilence)
    cut = partialmethod(_wire, act=fault.cut)
    join = partialmethod(_wire, act=fault.join)

    def power_off(self, host: str) -> None:
        """Raises LabError: the hosts of a lab are namespaces, and do not boot."""
        self.can_boot()

    power_on = power_off

    def can_boot(self) -> None:
        """Raises LabError."""
        raise LabError("the hosts of a lab do not boot; a stack of kind docker has hosts that do")

    def run(self, host: str, script: str) -> str:
        """Run a shell script on a host; returns its output. Raises LabError if it fails."""
        return Host(self.lab, host).run(["/bin/sh", "-c", script])

    def kubectl(self, *words: str) -> str:
        """Run kubectl on the management host; returns its output. Raises LabError if it fails."""
        return Host(self.lab, MANAGEMENT).run(self._kubectl(*words), net_only=True)

    def apply(self, manifest: dict[str, Any]) -> None:
        """Create or change an object. Raises LabError on failure."""
        text = json.dumps(manifest)
        Host(self.lab, MANAGEMENT).run(
            self._kubectl("apply", "--server-side", "--force-conflicts", "-f", "-"), text, net_only=True
        )

    def newer_cilium(self) -> str:
        """A newer built version of Cilium. Raises LabError if there is none."""
        return images.newer(self.stack.cilium.version)

    def client(self, where: str, arguments: list[str]) -> subprocess.Popen[str]:
        """Start a process in a pod or on a host, with its output in a pipe."""
        kind, _, name = where.partition("/")
        if kind == "pod":
            argv = Host(self.lab, MANAGEMENT).command(self._kubectl("exec", name, "--", *arguments), net_only=True)
        else:
            argv = Host(self.lab, name).command(arguments)
        return subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def _kubectl(self, *words: str) -> list[str]:
        return ["kubectl", f"--kubeconfig={kubeconfig(self.lab)}", *words]
