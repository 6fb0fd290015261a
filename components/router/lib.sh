# shellcheck shell=sh disable=SC2034
# Common to the scripts that run on a router. POSIX sh; needs FRR 8 with frr-pythontools.
conf=/etc/frr/frr.conf
daemons=/etc/frr/daemons
backup=/etc/frr/frr.conf.before-cilium-edge
mark='! Rendered by cilium-edge'

# Whose the configuration and the daemons file are: NAME is `conf` or `daemons`.
owners=/etc/cilium-edge
own() { mkdir -p "$owners"; printf '%s\n' "$OWNER" > "$owners/frr-$1.owner.part"; mv "$owners/frr-$1.owner.part" "$owners/frr-$1.owner"; }
disown() { rm -f "$owners/frr-$1.owner"; rmdir "$owners" 2>/dev/null || true; }
# A resource that was renamed is made anew before the old one is deleted: the old one must find out.
leave_to_others() {
	now=$(cat "$owners/frr-$1.owner" 2>/dev/null || true)
	if [ -n "$now" ] && [ "$now" != "$OWNER" ]; then echo "FRR's $1 is $now's now"; exit 0; fi
}

fail() { echo "$*" >&2; exit 1; }

restart_frr() {
	if [ -d /run/systemd/system ]; then
		systemctl restart frr
	else
		/usr/lib/frr/frrinit.sh restart >/dev/null 2>&1 </dev/null
	fi
}

# Addresses of the neighbors whose session is Established, one a line.
established() {
	vtysh -c 'show bgp summary json' 2>/dev/null | python3 -c '
import json, sys
try:
    data = json.load(sys.stdin)
except ValueError:
    sys.exit()
up = {p for f in data.values() if isinstance(f, dict)
      for p, v in f.get("peers", {}).items() if v.get("state") == "Established"}
print("\n".join(sorted(up)))'
}

answers() { vtysh -d "$1" -c 'show version' >/dev/null 2>&1; }

# watchfrr lets up to a minute pass before it starts a daemon that died again.
wait_for_bgpd() {
	for _ in $(seq 750); do answers bgpd && return 0; sleep 0.1; done
	fail "bgpd does not answer; see its log on the router"
}

# The lines of a file that say something beyond what the package ships, without what stands before and behind them.
said_by() {
	sed -E 's/[[:space:]]+/ /g; s/^ //; s/ $//' "$1" |
		grep -vE '^([!#].*|frr (version|defaults) .*|hostname .*|log .*|service .*|no ipv6 forwarding|line vty|end|exit.*|)$'
}

# A configuration that a person wrote.
hand_written() { [ -s "$conf" ] && ! head -n 1 "$conf" | grep -q "^$mark" && said_by "$conf" >/dev/null; }

# The lines of the person's configuration that a new one does not have. Passwords are not shown.
dropped_by() {
	said_by "$1" > "$1.said" || true
	said_by "$conf" | grep -vxFf "$1.said" | sed -E 's/(password) .*/\1 (hidden)/' || true
	rm -f "$1.said"
}
