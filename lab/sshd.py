"""sshd on every lab host, with host keys that are made once and known in advance."""

from __future__ import annotations

import subprocess
from pathlib import Path

from lab.host import Host
from lab.places import lab_dir, ssh_key

_CONFIG = """\
ListenAddress {address}
HostKey /etc/ssh/ssh_host_ed25519_key
AuthorizedKeysFile /etc/ssh/authorized_keys
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
PrintMotd no
PrintLastLog no
MaxStartups 100
MaxSessions 100
SetEnv PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
Subsystem sftp internal-sftp
"""


def host_key(lab: str, host: str) -> Path:
    """The private host key of a lab host. The public key has the same path with `.pub`."""
    return lab_dir(lab) / "ssh" / f"{host}_ed25519"


def make_keys(lab: str, hosts: list[str]) -> None:
    """Make the user's key and a host key for each host. Existing keys are kept."""
    for path in [ssh_key(lab), *(host_key(lab, host) for host in hosts)]:
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", path.stem, "-f", str(path)]
        subprocess.run(command, check=True)


def start(host: Host, address: str) -> None:
    """Start sshd on the host's management address only."""
    key = host_key(host.lab, host.name)
    host.write("/etc/ssh/ssh_host_ed25519_key", key.read_bytes(), 0o600)
    host.write("/etc/ssh/ssh_host_ed25519_key.pub", key.with_name(f"{key.name}.pub").read_bytes())
    user = ssh_key(host.lab)
    host.write("/etc/ssh/authorized_keys", user.with_name(f"{user.name}.pub").read_bytes(), 0o600)
    host.write("/etc/ssh/sshd_config", _CONFIG.format(address=address))
    host.spawn("sshd", ["/usr/sbin/sshd", "-D", "-e"])
