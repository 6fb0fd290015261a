# shellcheck shell=sh
set -eu
docker ps --all --quiet --filter label=io.x-k8s.kind.cluster=@CLUSTER@ | xargs -r docker rm --force --volumes >/dev/null
