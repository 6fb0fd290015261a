echo "frr.conf $(sha256sum < /etc/frr/frr.conf | cut -c1-16)"
/usr/lib/frr/frr-reload.py --test --stdout /etc/frr/frr.conf 2>/dev/null | grep -q '^Lines To' && echo "running: changed" || echo "running: as the file"
