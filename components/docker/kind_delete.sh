# shellcheck shell=sh
set -eu
# A create that was refused is undone as well: a cluster on another network is somebody else's.
docker ps --all --quiet --filter label=io.x-k8s.kind.cluster=@CLUSTER@ --filter network=@NETWORK@ |
	xargs -r docker rm --force --volumes >/dev/null
