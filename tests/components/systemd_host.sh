#!/bin/sh
# Runs as the first process of a host in fresh namespaces: its file system is the machine's own under a
# directory that takes all writes, without the machine's own services; then systemd is its init.
#   systemd_host.sh DIR
set -eu
root=$1/root
fresh=; [ -d "$1/upper" ] || fresh=yes
mkdir -p "$1/upper" "$1/work" "$root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$root"
if [ -n "$fresh" ]; then rm -rf "$root/etc/systemd/system" "$root/etc/systemd/network"; fi
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
	touch "$root/dev/$device"
	mount --bind "/dev/$device" "$root/dev/$device"
done
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
for directory in run tmp; do mount -t tmpfs tmpfs "$root/$directory"; done
hostname rebooted
mkdir "$root/run/oldroot"
cd "$root"
pivot_root . run/oldroot
umount -l /run/oldroot
rmdir /run/oldroot
exec env -i container=test /usr/bin/systemd
