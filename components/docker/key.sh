# shellcheck shell=sh
set -eu
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
ssh-keygen -q -t ed25519 -N '' -C cilium-edge -f "$place/key"
cat "$place/key"
