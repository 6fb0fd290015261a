grep '^bgpd=' /etc/frr/daemons
