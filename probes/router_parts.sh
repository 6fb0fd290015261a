#!/bin/sh
# Prints FRR's daemons that should run but do not, one per line; each link with its MTU; whether the kernel forwards.
# The kernel cuts `comm` at 15 letters, and no daemon has a longer name.
for d in zebra staticd $(sed -n 's/^\([a-z0-9]*\)=yes.*/\1/p' /etc/frr/daemons 2>/dev/null); do
	grep -qsxF "$d" /proc/[0-9]*/comm || echo "$d"
done | sort -u
for i in /sys/class/net/*; do echo "${i##*/}=$(cat "$i/mtu")"; done
cat /proc/sys/net/ipv4/ip_forward
