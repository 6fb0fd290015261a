# shellcheck shell=sh
set -eu
docker exec @CLUSTER@-control-plane cat /etc/kubernetes/admin.conf | sed 's#^\( *server:\).*#\1 https://@SERVER@#'
