# shellcheck shell=sh
set -eu
command -v docker >/dev/null || { echo "docker is not on PATH; install the docker CLI" >&2; exit 1; }
own=label=io.x-k8s.kind.cluster=@CLUSTER@
# In a pipe, a docker that fails would look like a docker without containers.
there=$(docker ps --all --quiet --filter "$own")
[ -n "$there" ] || {
	echo "no kind cluster @CLUSTER@ on this Docker engine; run: kind create cluster --name @CLUSTER@, or set cluster.create: true" >&2
	exit 1
}
down=$(docker ps --all --quiet --filter "$own" --filter status=exited --filter status=created)
[ -z "$down" ] || echo "$down" | xargs docker start >/dev/null
paused=$(docker ps --all --quiet --filter "$own" --filter status=paused)
[ -z "$paused" ] || echo "$paused" | xargs docker unpause >/dev/null
# --- observe ---
set -eu
there=$(docker ps --all --quiet --filter label=io.x-k8s.kind.cluster=@CLUSTER@)
[ -n "$there" ] || exit 0
nodes=$(echo "$there" | xargs docker inspect --format '{{.Name}} {{.Id}} {{.State.Status}} {{with index .NetworkSettings.Networks @QUOTED@}}{{.IPAddress}}/{{.IPPrefixLen}}{{end}}')
echo "$nodes" | sed 's#^/##' | sort
