"""Settings of a host that are made now and again at every boot (where the host has systemd)."""

from __future__ import annotations

_HOME = "/etc/cilium-edge"


def install(name: str, description: str, lines: list[str], undo: str = "true") -> str:
    """A part of a shell script that runs the lines and keeps them for the next boot.

    Where they fail the first time they are not kept, and `undo` takes back what some of them did.
    """
    path, unit = f"{_HOME}/{name}", f"cilium-edge-{name}.service"
    quoted = " ".join(f"'{line}'" for line in ("#!/bin/sh", "set -eu", *lines))
    return f"""first=; [ -e {path} ] || first=yes
mkdir -p {_HOME}
printf '%s\\n' {quoted} > {path}.part
chmod 755 {path}.part
mv {path}.part {path}
{path} || {{
	status=$?
	if [ -n "$first" ]; then {undo} 2>/dev/null || true; rm -f {path}; rmdir {_HOME} 2>/dev/null || true; fi
	exit "$status"
}}
if [ -d /run/systemd/system ]; then
	printf '%s\\n' '[Unit]' 'Description={description} (cilium-edge)' \\
		'After=network-online.target' 'Wants=network-online.target' '[Service]' 'Type=oneshot' \\
		'ExecStart={path}' '[Install]' 'WantedBy=multi-user.target' > /etc/systemd/system/{unit}
	systemctl daemon-reload
	systemctl enable -q {unit}
fi
"""


def remove(name: str) -> str:
    """A part of a shell script that forgets them; undoing them now is the caller's."""
    path, unit = f"{_HOME}/{name}", f"cilium-edge-{name}.service"
    return f"""if [ -f /etc/systemd/system/{unit} ]; then
	systemctl disable -q {unit} || true
	rm -f /etc/systemd/system/{unit}
fi
rm -f {path}
rmdir {_HOME} 2>/dev/null || true
"""
