grep -E "^($(echo $DAEMONS | tr ' ' '|'))=" /etc/frr/daemons
