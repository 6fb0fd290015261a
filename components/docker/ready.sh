# shellcheck shell=sh disable=SC2034
# The controller manager makes the ServiceAccount a moment later, and a Pod before that is refused.
for i in $(seq 300); do
	kubectl --kubeconfig /etc/kubernetes/admin.conf get serviceaccount default >/dev/null 2>&1 && break
	sleep 0.2
done
cat /etc/kubernetes/admin.conf
