# shellcheck shell=sh
now=$(sed -n 's/^# owner: //p' @PATH@ 2>/dev/null || true)
if [ -n "$now" ] && [ "$now" != @OWNER@ ]; then echo "@PATH@ is $now's now"; exit 0; fi
if [ -f @UNIT@.service ]; then
	systemctl disable -q --now @NAME@.timer 2>/dev/null || true
	systemctl disable -q --now @NAME@.service || true
	rm -f @UNIT@.timer @UNIT@.service
	systemctl daemon-reload || true
fi
if [ -e @PATH@ ]; then @UNDO@ 2>/dev/null || true; fi
rm -f @PATH@
rmdir @HOME@ 2>/dev/null || true
