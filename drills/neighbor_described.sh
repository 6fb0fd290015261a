#!/bin/sh
# Sets a neighbor's description and a shorter connect retry, which must not reset its session.
#   neighbor_described.sh ASN NEIGHBOR CONF
set -eu
cp /etc/frr/frr.conf "$3"
printf '%s\n' "router bgp $1" " neighbor $2 description drill" " neighbor $2 timers connect 7" exit >> "$3"
/usr/lib/frr/frr-reload.py --reload "$3"
vtysh -c 'show running-config' | grep -q "neighbor $2 description drill"
