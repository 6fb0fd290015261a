#!/bin/sh
# Sets up a node so that an agent can run on it.
#   node_prepare.sh OPERATOR_RUN SYSCTL...
operator=$1
shift
sysctl -qw "$@"
mkdir -p /opt/cni/bin /etc/cni/net.d /var/lib/cilium "$operator"
ln -sf /usr/local/bin/cilium-cni /opt/cni/bin/cilium-cni
ln -sf /usr/bin/llc-19 /usr/bin/llc
ln -sf /usr/local/bin/cilium-dbg /usr/bin/cilium
