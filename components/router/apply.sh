# shellcheck shell=sh disable=SC2154
# Standard input: the new frr.conf. Checks it, reloads the difference, watches the sessions that
# were up, and goes back where one does not return. ADOPT (no, yes, replace) and WAIT (seconds) are set above.
candidate=$(mktemp /etc/frr/.candidate.XXXXXX)
# Not in /tmp, where anybody may have made the name before.
log=$(mktemp /etc/frr/.reload.XXXXXX)
trap 'rm -f "$candidate" "$log"' EXIT
cat > "$candidate"
chown frr:frr "$candidate"
chmod 640 "$candidate"

if hand_written && [ "$ADOPT" = no ]; then
	fail "$conf was written by hand; set adopt: true on this router to take it over (a backup is kept)"
fi
if ! said=$(vtysh -C -f "$candidate" 2>&1); then
	# The line can hold a password, so only its number is told.
	fail "FRR refuses the configuration: $(echo "$said" | grep -iE 'line [0-9]+|unknown|error|%' | head -n 1 | sed 's/password.*/password (hidden)/'); the running one is untouched"
fi
if hand_written && [ "$ADOPT" = yes ]; then
	lines=$(dropped_by "$candidate")
	if [ -n "$lines" ]; then
		fail "to adopt this router would drop $(echo "$lines" | wc -l) line(s) that the stack does not have: $(echo "$lines" | head -n 5 | paste -sd ';' | sed 's/;/; /g'); say them in the stack (raw takes what no field says), or adopt: replace to drop them (a backup is kept)"
	fi
fi
[ -f "$backup" ] || [ ! -f "$conf" ] || ! { hand_written || ! head -n 1 "$conf" | grep -q "^$mark"; } || cp -p "$conf" "$backup"

before=$(established)
previous=$(mktemp /etc/frr/.previous.XXXXXX)
trap 'rm -f "$candidate" "$log" "$previous"' EXIT
cp -p "$conf" "$previous" 2>/dev/null || : > "$previous"

# frr-reload compares with what runs and sends only the difference. It writes frr.conf too, in
# FRR's own words: the file is always put there again afterwards.
# The defaults of another profile come into force when FRR starts, and only then.
profile() { sed -n 's/^frr defaults //p' | head -n 1; }
reload() {
	now=$(vtysh -c 'show running-config' 2>/dev/null | profile)
	wanted=$(profile < "$1")
	if [ -z "$wanted" ] || [ "$now" = "$wanted" ]; then
		/usr/lib/frr/frr-reload.py --reload "$1" >"$log" 2>&1
	else
		cp -p "$1" "$conf"
		restart_frr >"$log" 2>&1
		wait_for_bgpd
	fi
}
why() { grep -iE 'error|failed|%' "$log" | grep -v password | tail -n 1; }
# Says what came of it: a rollback that failed leaves a router that nobody knows.
go_back() {
	back=yes
	reload "$previous" || back=no
	cp -p "$previous" "$conf" || back=no
	if [ "$back" = yes ]; then
		echo "rolled back: the previous configuration was put back"
	else
		echo "NOT rolled back: the previous configuration could not be put back ($(why)), so that what runs may be a part of both; see vtysh -c 'show running-config', and run this again"
	fi
}

wait_for_bgpd
if ! reload "$candidate"; then
	# bgpd may have died under it; watchfrr brings it back, with the old file.
	sleep 1
	wait_for_bgpd
	reload "$candidate" || {
		said=$(why)
		fail "frr-reload failed: $said; $(go_back)"
	}
fi

# Only neighbors that the new configuration still has are expected back.
expected=
for peer in $before; do
	if grep -qE "^ *neighbor $peer " "$candidate"; then expected="$expected $peer"; fi
done
lost() { now=$(established); for peer in $expected; do echo "$now" | grep -qxF "$peer" || echo "$peer"; done; }
tries=$((WAIT * 2))
while [ -n "$(lost)" ] && [ "$tries" -gt 0 ]; do sleep 0.5; tries=$((tries - 1)); done
gone=$(lost | tr '\n' ' ')
if [ -n "$gone" ]; then
	fail "the session with ${gone% } did not come back within ${WAIT} s of the reload; $(go_back)"
fi
mv "$candidate" "$conf"
own conf
