# shellcheck shell=sh disable=SC2154,SC3044
leave_to_others daemons
if [ -e "$owners/frr-switched-on" ] && [ -f "$daemons" ]; then
	# The file was empty while bgpd was the only one.
	switched=$(cat "$owners/frr-switched-on")
	for daemon in ${switched:-bgpd}; do sed -i "s/^$daemon=.*/$daemon=no/" "$daemons"; done
	restart_frr
fi
rm -f "$owners/frr-switched-on"
disown daemons
