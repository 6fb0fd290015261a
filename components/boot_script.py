"""Settings of a host that are made now, at every boot, and again within 10 s where something took them away.

Only where the host has systemd. Network managers do take them away: systemd-networkd removes what others have
put on a link when it sets the link up anew.
"""

from __future__ import annotations

_HOME = "/etc/cilium-edge"
_UNITS = "/etc/systemd/system"
_AGAIN = "10s"


def loose_link(name: str) -> str:
    """A line that makes a link without a wire where it is not there."""
    # Not every kernel has the dummy type; a bridge without ports has no wire either.
    return (
        f"ip link show dev {name} >/dev/null 2>&1 || ip link add {name} type dummy 2>/dev/null"
        f" || ip link add {name} type bridge"
    )


def install(name: str, owner: str, description: str, lines: list[str], undo: str) -> str:
    """A part of a shell script that runs the lines and keeps them for the next boot.

    They must change nothing where all is as it should be. Where they fail the first time they are not kept, and
    `undo` takes back what some of them did. What stood there before under this name is undone once the lines are in
    force. `owner` is the resource that the script is of: only its own `remove` takes it away.
    """
    path, unit = f"{_HOME}/{name}", f"cilium-edge-{name}"
    quoted = " ".join(f"'{line}'" for line in ("#!/bin/sh", f"# owner: {owner}", f"# undo: {undo}", "set -eu", *lines))
    return f"""first=; [ -e {path} ] || first=yes
old=$(sed -n 's/^# undo: //p' {path} 2>/dev/null || true)
mkdir -p {_HOME}
printf '%s\\n' {quoted} > {path}.part
chmod 755 {path}.part
mv {path}.part {path}
{path} || {{
	status=$?
	if [ -n "$first" ]; then {undo} 2>/dev/null || true; rm -f {path}; rmdir {_HOME} 2>/dev/null || true; fi
	exit "$status"
}}
if [ -n "$old" ] && [ "$old" != '{undo}' ]; then
	sh -c "$old" 2>/dev/null || true
	{path}
fi
if [ -d /run/systemd/system ]; then
	printf '%s\\n' '[Unit]' 'Description={description} (cilium-edge)' \\
		'After=network-online.target' 'Wants=network-online.target' '[Service]' 'Type=oneshot' \\
		'ExecStart={path}' 'LogLevelMax=warning' 'SyslogLevel=warning' \\
		'[Install]' 'WantedBy=multi-user.target' > {_UNITS}/{unit}.service
	printf '%s\\n' '[Unit]' 'Description={description}, again (cilium-edge)' '[Timer]' 'OnActiveSec={_AGAIN}' \\
		'OnUnitInactiveSec={_AGAIN}' 'AccuracySec=1s' '[Install]' 'WantedBy=timers.target' > {_UNITS}/{unit}.timer
	systemctl daemon-reload
	systemctl enable -q {unit}.service
	systemctl enable -q --now {unit}.timer
fi
"""


def remove(name: str, owner: str, undo: str) -> str:
    """A shell script that forgets them. `undo` is run in between, where they had been kept.

    Where another resource has taken the place over meanwhile, nothing is done.
    """
    path, unit = f"{_HOME}/{name}", f"cilium-edge-{name}"
    return f"""now=$(sed -n 's/^# owner: //p' {path} 2>/dev/null || true)
if [ -n "$now" ] && [ "$now" != '{owner}' ]; then echo "{path} is $now's now"; exit 0; fi
if [ -f {_UNITS}/{unit}.service ]; then
	systemctl disable -q --now {unit}.timer 2>/dev/null || true
	systemctl disable -q --now {unit}.service || true
	rm -f {_UNITS}/{unit}.timer {_UNITS}/{unit}.service
	systemctl daemon-reload || true
fi
if [ -e {path} ]; then {undo} 2>/dev/null || true; fi
rm -f {path}
rmdir {_HOME} 2>/dev/null || true
"""
