# shellcheck shell=sh
if ip link show dev @LINK@ >/dev/null 2>&1 && [ ! -e @KEPT@ ]; then
	echo "@LINK@ is there already and was not made by cilium-edge; take another name" >&2
	exit 1
fi
