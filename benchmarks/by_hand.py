"""From nothing to a proven edge: `edge up` of the dev stack, compared with a shell script that does the same.

The script starts the same lab, installs the chart with helm, writes frr.conf, adds routes and labels, and
applies the same manifests with kubectl as soon as their kinds exist. The script keeps no state, checks nothing
beforehand, and cannot be run twice. Two times are measured: until the router has four sessions and all five
routes, and until every pod is Ready.

    .venv/bin/python -m benchmarks.by_hand [RUNS]
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.e2e.harness import Edge

ROUTER, NODES = "cilium-r", ("cilium-ctr", "cilium-w1", "cilium-w2", "cilium-w3")
POLL = 0.2


class Clock(threading.Thread):
    """Watches the router, without `edge`, until it has all sessions and routes."""

    def __init__(self, edge: Edge) -> None:
        super().__init__(daemon=True)
        self._edge = edge
        self._began = time.monotonic()
        self.routed: float | None = None

    def run(self) -> None:
        while self.routed is None:
            if self._complete():
                self.routed = time.monotonic() - self._began
            time.sleep(POLL)

    def stop(self) -> tuple[float, float]:
        """Seconds until the routes were complete, and until now."""
        whole = time.monotonic() - self._began
        self.join(120)
        assert self.routed is not None, "the router does not have all sessions and routes"
        return self.routed, whole

    def _complete(self) -> bool:
        try:
            pid = (self._edge.home / f"lab/dev/hosts/{ROUTER}/pid").read_text().split()[0]
            words = [
                "nsenter",
                "--target",
                pid,
                "--all",
                "sh",
                "-c",
                "vtysh -c 'show bgp ipv4 unicast summary json'; echo =-=; ip -j route show proto bgp",
            ]
            answer = subprocess.run(words, capture_output=True, text=True, check=False).stdout.partition("=-=")
            peers = json.loads(answer[0])["peers"].values()
            return [p["state"] for p in peers] == ["Established"] * 4 and len(json.loads(answer[2])) == 5
        except (OSError, ValueError, KeyError):
            return False


def by_hand(edge: Edge, files: Path) -> tuple[float, float]:
    """Times of the shell script, as an engineer would write it in an afternoon."""
    clock = Clock(edge)
    edge.run("lab", "up", timeout=300)
    clock.start()
    kubeconfig = edge.home / "lab/dev/kubeconfig"
    conf = (files / f"routers/{ROUTER}/frr.conf").read_text()
    router = in_host(edge, ROUTER, f"cat > /etc/frr/frr.conf; {_FRR}", conf)
    routes = [in_host(edge, node, _ROUTE) for node in NODES]
    script = _CLUSTER.format(files=files, chart=_chart(), nodes=" ".join(NODES))
    env = {**edge.env, "KUBECONFIG": str(kubeconfig)}
    edge_exec = edge.argv("lab", "exec", "mgmt", "--", "sh", "-c", script)
    cluster = subprocess.run(edge_exec, env=env, capture_output=True, text=True, check=False)
    assert cluster.returncode == 0, cluster.stderr
    assert all(process.wait() == 0 for process in (router, *routes))
    return clock.stop()


def by_edge(edge: Edge) -> tuple[float, float]:
    """Times of `edge up`, from nothing."""
    clock = Clock(edge)
    clock.start()
    edge.run("up", timeout=500)
    return clock.stop()


_FRR = "sed -i s/^bgpd=no/bgpd=yes/ /etc/frr/daemons && /usr/lib/frr/frrinit.sh restart >/dev/null 2>&1 </dev/null"
_ROUTE = (
    "case $(hostname) in *w3) via=192.168.20.200;; *) via=192.168.10.200;; esac;"
    " until ip route replace 172.20.0.0/16 via $via; do sleep 0.2; done"
)
_CLUSTER = """set -e
helm install cilium {chart} --namespace kube-system --values {files}/cilium/values.yaml >/dev/null
until kubectl label --overwrite node {nodes} enable-bgp=true >/dev/null 2>&1; do sleep 0.2; done
kubectl apply -f {files}/apps >/dev/null
rm -f {files}/cilium/values.yaml
until kubectl apply -f {files}/cilium >/dev/null 2>&1; do sleep 0.2; done
kubectl wait --for=condition=Ready pod --all --timeout=120s >/dev/null
"""


def in_host(edge: Edge, host: str, script: str, text: str = "") -> subprocess.Popen[str]:
    """Start a script on a host, as over SSH, without waiting for its end."""
    process = subprocess.Popen(
        edge.argv("lab", "exec", host, "--", "sh", "-c", script), env=edge.env, stdin=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    process.stdin.write(text)
    process.stdin.close()
    return process


def _chart() -> Path:
    from lab.toolchain.build import module_dir

    return module_dir("cilium") / "install/kubernetes/cilium"


def main() -> None:
    """Run both in turns, and print medians and ratios."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    seen: dict[str, list[tuple[float, float]]] = {"by hand": [], "edge up": []}
    for number in range(runs):
        with tempfile.TemporaryDirectory() as directory:
            for name in seen:
                edge = Edge(Path(directory) / name.replace(" ", "-"))
                try:
                    files = Path(directory) / f"files-{number}"
                    edge.run("render", str(files))
                    seen[name].append(by_hand(edge, files) if name == "by hand" else by_edge(edge))
                finally:
                    edge.run("down", ok=False)
    hand, ours = (tuple(statistics.median(times) for times in zip(*seen[name], strict=True)) for name in seen)
    for what, theirs, own in zip(("sessions and routes", "every pod Ready"), hand, ours, strict=True):
        print(f"{what}: by hand {theirs:.1f} s, edge up {own:.1f} s, {own / theirs:.2f}x")


if __name__ == "__main__":
    main()
