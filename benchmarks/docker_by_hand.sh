#!/bin/bash
# dev's topology as containers, as an engineer would write it in an afternoon: no state, no checks, no second run.
# Arguments: a directory that `edge render` wrote, kubeadm's configuration, the chart.
set -euo pipefail
files=$1 kubeadm=$2 chart=$3
node_image=cilium-edge/node:v1.34.4 router_image=cilium-edge/router:8.4.4
unmasked="--opt com.docker.network.bridge.enable_ip_masquerade=false"

# shellcheck disable=SC2086
docker network create --subnet 192.168.10.0/24 --gateway 192.168.10.254 $unmasked hand-left >/dev/null
# shellcheck disable=SC2086
docker network create --subnet 192.168.20.0/24 --gateway 192.168.20.254 $unmasked hand-right >/dev/null

node() { # name network address next-hop
	docker run --detach --name "hand-$1" --hostname "$1" --privileged --cgroupns private --tty \
		--tmpfs /run --tmpfs /tmp --volume /var --network "hand-$2" --ip "$3" --add-host cilium-ctr:192.168.10.100 \
		"$node_image" >/dev/null
	until docker exec "hand-$1" systemctl is-active -q containerd 2>/dev/null; do sleep 0.2; done
	docker exec "hand-$1" sh -c "ip route replace 192.168.0.0/16 via $4; ip route replace 172.20.0.0/16 via $4"
}

router() {
	docker create --name hand-cilium-r --hostname cilium-r --cap-add NET_ADMIN --cap-add SYS_ADMIN \
		--sysctl net.ipv4.ip_forward=1 --sysctl net.ipv4.conf.all.rp_filter=0 \
		--sysctl net.ipv4.conf.default.rp_filter=0 --network hand-left --ip 192.168.10.200 "$router_image" >/dev/null
	docker network connect --ip 192.168.20.200 hand-right hand-cilium-r
	docker start hand-cilium-r >/dev/null
	for loop in 1 2; do
		docker exec hand-cilium-r sh -c "ip link add loop$loop type bridge; ip link set loop$loop up
			ip address add 10.10.$loop.200/24 dev loop$loop"
	done
	docker exec --interactive hand-cilium-r sh -c "cat > /etc/frr/frr.conf; sed -i s/^bgpd=no/bgpd=yes/ /etc/frr/daemons
		/usr/lib/frr/frrinit.sh restart >/dev/null 2>&1 </dev/null" <"$files/routers/cilium-r/frr.conf"
}

inside() { docker exec --interactive hand-cilium-ctr "$@"; }
kubectl() { inside kubectl --kubeconfig /etc/kubernetes/admin.conf "$@"; }

router &
node cilium-w1 left 192.168.10.101 192.168.10.200 &
node cilium-w2 left 192.168.10.102 192.168.10.200 &
node cilium-w3 right 192.168.20.100 192.168.20.200 &
node cilium-ctr left 192.168.10.100 192.168.10.200
inside sh -c 'cat > /kubeadm.json' <"$kubeadm"
inside kubeadm init --config /kubeadm.json >/dev/null 2>&1
wait
join=$(inside kubeadm token create --print-join-command 2>/dev/null)
for name in cilium-w1 cilium-w2 cilium-w3; do
	docker exec "hand-$name" sh -c "$join --ignore-preflight-errors=all" >/dev/null 2>&1 &
done
inside cat /etc/kubernetes/admin.conf >"$files/kubeconfig"
helm --kubeconfig "$files/kubeconfig" install cilium "$chart" --namespace kube-system \
	--values "$files/cilium/values.yaml" >/dev/null
rm -f "$files/cilium/values.yaml"
number=0
for name in cilium-ctr cilium-w1 cilium-w2 cilium-w3; do
	until kubectl label --overwrite node "$name" enable-bgp=true >/dev/null 2>&1; do sleep 0.2; done
	kubectl patch node "$name" --type=merge \
		-p "{\"spec\":{\"podCIDR\":\"172.20.$number.0/24\",\"podCIDRs\":[\"172.20.$number.0/24\"]}}" >/dev/null
	number=$((number + 1))
done
apply() { cat "$1"/*.yaml | sed 's/^apiVersion:/---\n&/' | kubectl apply -f -; }
until apply "$files/apps" >/dev/null 2>&1; do sleep 0.2; done
until apply "$files/cilium" >/dev/null 2>&1; do sleep 0.2; done
wait
kubectl wait --for=condition=Ready pod --all --timeout=180s >/dev/null
