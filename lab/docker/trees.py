"""File systems of Debian packages, a base and layers on it, from which images are built without a registry."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from config.errors import MachineError
from lab.places import CACHE

_PLACE = CACHE / "docker/trees"
_SUITE = "bookworm"
# An init, sshd, and tools to look around with.
_BASE = (
    "ca-certificates",
    "curl",
    "dbus",
    "iproute2",
    "iptables",
    "iputils-arping",
    "iputils-ping",
    "kmod",
    "nftables",
    "openssh-server",
    "procps",
    "systemd",
    "systemd-sysv",
    "tcpdump",
)
_CLEAN = (
    "rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/apt/archives/*.deb /var/log/*.log /etc/ssh/ssh_host_*"
)
# Debian's packages run this policy-rc.d before they start a service: 101 forbids the start.
_NO_SERVICES = "#!/bin/sh\nexit 101\n"
_WITHOUT = tuple(
    f"--exclude=./{path}/*"
    for path in (
        "usr/share/doc",
        "usr/share/man",
        "usr/share/locale",
        "usr/share/info",
        "var/cache/debconf",
    )
)


def base_key() -> str:
    """The key of the base: a digest of its packages."""
    return _key(_BASE)


def base() -> Path:
    """A tar of the base; made once."""
    target = _PLACE / f"base-{_key(_BASE)}.tar"
    if not target.exists():
        tree = _tree()
        _tar(tree, target)
    return target


def layer(name: str, packages: tuple[str, ...], drop: tuple[str, ...] = ()) -> Path:
    """A tar of the files that packages add to the base; `drop`: paths to leave out."""
    target = _PLACE / f"{name}-{_key((*_BASE, '+', *packages, '-', *drop))}.tar"
    if not target.exists():
        _install(_tree(), packages, drop, target)
    return target


def _tree() -> Path:
    """The base as a directory."""
    tree = _PLACE / f"base-{_key(_BASE)}"
    if not (tree / "ready").exists():
        shutil.rmtree(tree, ignore_errors=True)
        tree.mkdir(parents=True)
        _run(["debootstrap", "--variant=minbase", f"--include={','.join(_BASE)}", _SUITE, str(tree / "root")])
        _in(tree / "root", _CLEAN)
        (tree / "ready").touch()
    return tree / "root"


def _install(lower: Path, packages: tuple[str, ...], drop: tuple[str, ...], target: Path) -> None:
    with tempfile.TemporaryDirectory(dir=_PLACE) as scratch:
        upper, work, merged = (Path(scratch) / part for part in ("upper", "work", "merged"))
        for each in (upper, work, merged):
            each.mkdir()
        options = f"lowerdir={lower},upperdir={upper},workdir={work}"
        _run(["mount", "-t", "overlay", "overlay", "-o", options, str(merged)])
        try:
            policy = merged / "usr/sbin/policy-rc.d"
            policy.write_text(_NO_SERVICES)
            policy.chmod(0o755)
            # apt uses this machine's resolver and proxy.
            for path in ("etc/resolv.conf", "etc/apt/apt.conf.d/99-proxy"):
                source = Path("/") / path
                if source.exists():
                    shutil.copy(source, merged / path)
            install = f"apt-get update -qq && apt-get install -y -qq --no-install-recommends {' '.join(packages)}"
            _in(merged, f"{install} && {_CLEAN} && rm -rf /usr/sbin/policy-rc.d {' '.join(drop)}")
        finally:
            _run(["umount", str(merged)])
        # A character device marks a file of the base that the layer removes. A tar cannot express the removal, and no
        # image needs it.
        for found in upper.rglob("*"):
            if found.is_char_device():
                found.unlink()
        _tar(upper, target)


def _in(root: Path, script: str) -> None:
    environment = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "DEBIAN_FRONTEND": "noninteractive",
        "HOME": "/root",
        **{key: value for key, value in os.environ.items() if key.lower().endswith("_proxy")},
    }
    # Without the right to change a file's owner, root cannot give apt's own user a directory to write to.
    settings = root / "tmp/apt"
    settings.write_text('APT::Sandbox::User "root";\n')
    _run(["chroot", str(root), "/bin/sh", "-euc", script], {**environment, "APT_CONFIG": "/tmp/apt"})
    settings.unlink()


def _tar(tree: Path, target: Path) -> None:
    half = target.with_suffix(".part")
    _run(["tar", "-C", str(tree), "--numeric-owner", *_WITHOUT, "-cf", str(half), "."])
    half.rename(target)


def _run(command: list[str], environment: dict[str, str] | None = None) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False, env=environment)
    except FileNotFoundError:
        raise MachineError(f"{command[0]} is not installed; install it with: edge setup --docker") from None
    if done.returncode != 0:
        words = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        errors = [line for line in words if line.startswith("E:")] or words[-1:]
        raise MachineError(f"{' '.join(command[:2])}: {errors[0] if errors else 'failed'}")


def _key(words: tuple[str, ...]) -> str:
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:12]
