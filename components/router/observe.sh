# shellcheck shell=sh
echo "frr.conf $(sha256sum < /etc/frr/frr.conf | cut -c1-16)"
# What differs, not only that something does: some lines FRR never shows as they were written.
difference=$(/usr/lib/frr/frr-reload.py --test --stdout /etc/frr/frr.conf 2>/dev/null | sed -n '/^Lines To/,$p')
[ -n "$difference" ] && echo "running: differs by $(printf '%s' "$difference" | sha256sum | cut -c1-16)" || echo "running: as the file"
