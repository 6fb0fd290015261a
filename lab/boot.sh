#!/bin/sh
# Runs as the first process of a lab host, in fresh namespaces: builds the host's file system over
# the machine's own (read-only underneath, a tmpfs takes all writes), then becomes its init.
#   boot.sh NAME STATE_DIR TOOL_DIRS HIDDEN_DIR [SOURCE:TARGET ...]
set -eu
name=$1 state=$2 tools=$3 hidden=$4
shift 4
base=$state/fs
mkdir -p "$base"
mount -t tmpfs -o mode=755,size=2g tmpfs "$base"
mkdir "$base/upper" "$base/work" "$base/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$base/upper,workdir=$base/work" "$base/root"
root=$base/root

mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t bpf bpf "$root/sys/fs/bpf"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
for dir in run tmp root; do mount -t tmpfs -o mode=755,size=512m tmpfs "$root/$dir"; done
chmod 1777 "$root/tmp"
chmod 700 "$root/root"
if [ -n "$tools" ]; then
	mount -t overlay overlay -o "ro,lowerdir=$tools" "$root/usr/local/bin"
fi
for pair in "$@"; do
	target=$root${pair#*:}
	mkdir -p "$target"
	mount --bind "${pair%%:*}" "$target"
done
if [ -d "$root$hidden" ]; then mount -t tmpfs tmpfs "$root$hidden"; fi

mkdir -p "$root/run/sshd" "$root/run/lock" "$root/run/netns" "$root/run/cilium/cgroupv2"
# `ip netns add` wants /run/netns to be a shared mount of its own, and would make it one.
mount --bind "$root/run/netns" "$root/run/netns"
mount --make-shared "$root/run/netns"
mount -t cgroup2 cgroup2 "$root/run/cilium/cgroupv2"

hostname "$name"
echo "$name" > "$root/etc/hostname"
: > "$root/etc/resolv.conf"

mkdir "$root/run/oldroot"
cd "$root"
pivot_root . run/oldroot
touch "/run/oldroot$state/booted"
umount -l /run/oldroot
rmdir /run/oldroot
ip link set lo up
exec tini -s -- sleep infinity
