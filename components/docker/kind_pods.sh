# shellcheck shell=sh
set -eu
docker exec @CLUSTER@-control-plane kubectl --kubeconfig /etc/kubernetes/admin.conf get nodes \
	-o 'jsonpath={range .items[*]}{.metadata.name} {.spec.podCIDR}{"\n"}{end}'
