# shellcheck shell=sh
set -eu
command -v docker >/dev/null || { echo "docker is not on PATH; install the docker CLI" >&2; exit 1; }
# A create that was refused is undone as well: a cluster on another network is somebody else's.
# In a pipe, a docker that fails would look like a docker without containers.
there=$(docker ps --all --quiet --filter label=io.x-k8s.kind.cluster=@CLUSTER@ --filter network=@NETWORK@)
[ -z "$there" ] || echo "$there" | xargs docker rm --force --volumes >/dev/null
