# shellcheck shell=sh
set -eu
command -v docker >/dev/null || { echo "docker is not on PATH; install the docker CLI" >&2; exit 1; }
own=label=io.x-k8s.kind.cluster=@CLUSTER@
[ -n "$(docker ps --all --quiet --filter "$own")" ] || {
	echo "no kind cluster @CLUSTER@ on this Docker engine; run: kind create cluster --name @CLUSTER@, or set cluster.create: true" >&2
	exit 1
}
for state in exited created; do
	docker ps --all --quiet --filter "$own" --filter status="$state" | xargs -r docker start >/dev/null
done
docker ps --all --quiet --filter "$own" --filter status=paused | xargs -r docker unpause >/dev/null
# --- observe ---
docker ps --all --quiet --filter label=io.x-k8s.kind.cluster=@CLUSTER@ |
	xargs -r docker inspect --format '{{.Name}} {{.Id}} {{.State.Status}} {{with index .NetworkSettings.Networks @QUOTED@}}{{.IPAddress}}/{{.IPPrefixLen}}{{end}}' | sed 's#^/##' | sort
