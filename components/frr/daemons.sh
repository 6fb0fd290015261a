# Switch bgpd on, and restart FRR only where that changed something or bgpd is not there.
[ -f "$daemons" ] || fail "$daemons is not there; expected FRR (apt install frr frr-pythontools)"
[ -x /usr/lib/frr/frr-reload.py ] || fail "frr-reload.py is not there; expected frr-pythontools"
if ! grep -q '^bgpd=yes' "$daemons"; then
	cp -p "$daemons" "$daemons.part"
	if grep -q '^bgpd=' "$daemons"; then
		sed -i 's/^bgpd=.*/bgpd=yes/' "$daemons.part"
	else
		echo 'bgpd=yes' >> "$daemons.part"
	fi
	# Only what was switched on here is switched off again.
	mkdir -p "$owners"
	: > "$owners/frr-switched-on"
	mv "$daemons.part" "$daemons"
	restart_frr
elif ! bgpd_answers; then
	restart_frr
fi
wait_for_bgpd
own daemons
