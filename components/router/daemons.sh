# shellcheck shell=sh disable=SC2154
# Switch DAEMONS on, and restart FRR only where that changed something or one of them is not there.
[ -f "$daemons" ] || fail "$daemons is not there; expected FRR (apt install frr frr-pythontools)"
[ -x /usr/lib/frr/frr-reload.py ] || fail "frr-reload.py is not there; expected frr-pythontools"
changed=no
for daemon in $DAEMONS; do
	grep -q "^$daemon=yes" "$daemons" && continue
	[ "$changed" = yes ] || cp -p "$daemons" "$daemons.part"
	changed=yes
	if grep -q "^$daemon=" "$daemons.part"; then
		sed -i "s/^$daemon=.*/$daemon=yes/" "$daemons.part"
	else
		echo "$daemon=yes" >> "$daemons.part"
	fi
	# Only what was switched on here is switched off again.
	mkdir -p "$owners"
	echo "$daemon" >> "$owners/frr-switched-on"
done
if [ "$changed" = yes ]; then
	mv "$daemons.part" "$daemons"
	restart_frr
else
	for daemon in $DAEMONS; do
		answers "$daemon" || { restart_frr; break; }
	done
fi
wait_for_bgpd
own daemons
