#!/bin/sh
# FRR's daemons that are to run and do not, one a line; links and their MTU; whether the kernel forwards.
# `comm` has 15 letters.
for d in zebra staticd $(sed -n 's/^\([a-z0-9]*\)=yes.*/\1/p' /etc/frr/daemons 2>/dev/null); do
	grep -qsxF "$d" /proc/[0-9]*/comm || echo "$d"
done | sort -u
for i in /sys/class/net/*; do echo "${i##*/}=$(cat "$i/mtu")"; done
cat /proc/sys/net/ipv4/ip_forward
