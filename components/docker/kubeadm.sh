# shellcheck shell=sh
set -eu
umask 077
mkdir -p /etc/kubernetes
if [ ! -e @DONE@ ]; then
	rm -rf /etc/kubernetes/pki /etc/kubernetes/manifests /etc/kubernetes/*.conf /var/lib/kubelet/config.yaml
	[ ! -d /var/lib/etcd ] || kubeadm reset --force >/dev/null 2>&1 || true
	cat > /etc/kubernetes/cilium-edge.yaml
	log=$(mktemp)
	trap 'rm -f "$log"' EXIT
	# A container that was made anew is the Node of before once the API has noticed that that one is gone.
	until kubeadm @COMMAND@ --config /etc/kubernetes/cilium-edge.yaml >"$log" 2>&1; do
		tries=$((${tries:-0} + 1))
		if [ "$tries" -lt 40 ] && grep -q 'already exists in the cluster' "$log"; then
			sleep 3
			continue
		fi
		{ grep -E '^(error|E[0-9]|\[ERROR|fatal)' "$log" || tail -n 1 "$log"; } | tail -n 1 >&2
		exit 1
	done
	touch @DONE@
fi
