#!/bin/sh
export CCACHE_DIR=/var/cache/ccache CCACHE_NOHASHDIR=1 CCACHE_UMASK=077
case "$*" in
*" -c "*" -o -")
	object=$(mktemp /tmp/clang.XXXXXX) || exit 1
	ccache /usr/bin/clang-19 "$@" -o "$object" && cat "$object"
	status=$?
	rm -f "$object"
	exit $status ;;
esac
exec /usr/bin/clang-19 "$@"
