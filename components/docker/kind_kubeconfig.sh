# shellcheck shell=sh
set -eu
# In a pipe, a docker that fails would print an empty kubeconfig.
kubeconfig=$(docker exec @CLUSTER@-control-plane cat /etc/kubernetes/admin.conf)
printf '%s\n' "$kubeconfig" | sed 's#^\( *server:\).*#\1 https://@SERVER@#'
