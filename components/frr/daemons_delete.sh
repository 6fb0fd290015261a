[ -f "$daemons" ] || exit 0
sed -i 's/^bgpd=.*/bgpd=no/' "$daemons"
restart_frr
