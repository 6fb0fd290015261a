# shellcheck shell=sh
ip link show dev @LINK@ >/dev/null 2>&1 || { echo "there is no interface @LINK@" >&2; exit 1; }
if [ ! -e @KEPT@ ] && @THERE@; then
	echo "@LINK@ has @ADDRESS@ already, and not from cilium-edge; leave managed out, or take it off first" >&2
	exit 1
fi
