# shellcheck shell=sh disable=SC2154,SC3044
# Put back what was there before.
leave_to_others conf
if [ -f "$backup" ]; then
	candidate=$(mktemp /etc/frr/.candidate.XXXXXX)
	cp -p "$backup" "$candidate"
	if answers bgpd; then /usr/lib/frr/frr-reload.py --reload "$candidate" >/dev/null 2>&1 || true; fi
	mv "$candidate" "$conf"
	rm -f "$backup"
fi
disown conf
