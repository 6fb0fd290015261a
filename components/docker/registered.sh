# shellcheck shell=sh disable=SC2034
set -eu
for i in $(seq 600); do
	@KUBECTL@ get node @NODE@ >/dev/null 2>&1 && break
	sleep 0.2
done
@KUBECTL@ patch node @NODE@ --type=merge -p @PATCH@ >/dev/null
