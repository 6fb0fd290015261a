# shellcheck shell=sh
set -eu
for tool in kind docker; do
	command -v "$tool" >/dev/null && continue
	echo "$tool is not on PATH; install $tool, or set cluster.create: false and cluster.network for a cluster that exists" >&2
	exit 1
done
export KIND_EXPERIMENTAL_PROVIDER=docker KIND_EXPERIMENTAL_DOCKER_NETWORK=@NETWORK@
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cat >"$place/config"
# A run that was killed leaves its kind at work, which would remove a cluster that is made meanwhile.
tries=0
while pgrep -x -a kind 2>/dev/null | grep -qF -- "create cluster --name @CLUSTER@ " && [ "$tries" -lt 300 ]; do
	tries=$((tries + 1))
	sleep 1
done
own=label=io.x-k8s.kind.cluster=@CLUSTER@
there=$(docker ps --all --quiet --filter "$own")
if [ -n "$there" ]; then
	# On the stack's own network: what a run that was cut off has left.
	ours=$(docker ps --all --quiet --filter "$own" --filter network=@NETWORK@)
	if [ "$there" != "$ours" ]; then
		echo "a kind cluster @CLUSTER@ exists that this stack did not make; use another cluster.name, set cluster.create: false, or run: kind delete cluster --name @CLUSTER@" >&2
		exit 1
	fi
	echo "$there" | xargs docker rm --force --volumes >/dev/null
fi
kind create cluster --name @CLUSTER@ @IMAGE@ --config "$place/config" --kubeconfig "$place/kubeconfig" >"$place/log" 2>&1 || {
	reason=$(grep '^ERROR' "$place/log" | tail -n 1)
	last=$(grep -v '^ *$' "$place/log" | tail -n 1)
	echo "kind create cluster: ${reason:-$last}$([ "$reason" = "$last" ] || [ -z "$reason" ] || echo ": $last")" >&2
	exit 1
}
