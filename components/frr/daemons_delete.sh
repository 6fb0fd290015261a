leave_to_others daemons
if [ -e "$owners/frr-switched-on" ] && [ -f "$daemons" ]; then
	sed -i 's/^bgpd=.*/bgpd=no/' "$daemons"
	restart_frr
fi
rm -f "$owners/frr-switched-on"
disown daemons
