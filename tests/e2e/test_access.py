"""SSH through a bastion: the way is really the bastion's, and its host key is pinned too."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.e2e.harness import PROJECT, Edge

_DRIVER = """
import json, sys
from pathlib import Path
from config.errors import HostError
from lab import management
from transport.ssh import Endpoint, SshPool

home, spoiled = Path(sys.argv[1]), sys.argv[2] == "spoiled"
management.enter("dev")
keys = home / "lab/dev/ssh"
key = (keys / "id_ed25519").read_text()
public = {h: (keys / f"{h}_ed25519.pub").read_text().strip() for h in ("cilium-r", "cilium-w1")}
bastion = Endpoint("192.168.121.2", 22, "root", key, public["cilium-w1" if spoiled else "cilium-r"], dial_attempts=1)
target = Endpoint("192.168.121.4", 22, "root", key, public["cilium-w1"], bastion, dial_attempts=1)
pool = SshPool()
try:
    done = pool.run(target, "hostname; echo $SSH_CONNECTION")
    print(json.dumps({"stdout": done.stdout}))
except HostError as error:
    print(json.dumps({"error": str(error)}))
pool.close()
"""


def drive(edge: Edge, how: str) -> dict[str, str]:
    argv = [sys.executable, "-c", _DRIVER, str(edge.home), how]
    done = subprocess.run(argv, env=edge.env, cwd=PROJECT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_a_host_is_reached_through_the_bastion(edge: Edge) -> None:
    name, connection = drive(edge, "good")["stdout"].splitlines()
    assert name == "cilium-w1"
    # The client that the target sees is the bastion, not the management host.
    assert connection.split()[0] == "192.168.121.2"


def test_a_bastion_with_a_wrong_host_key_is_refused(edge: Edge) -> None:
    assert "host key is not the pinned key" in drive(edge, "spoiled")["error"]
