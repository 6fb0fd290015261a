"""etcd and the Kubernetes control plane on a lab host: real programs, real TLS."""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Callable

from config.cluster import LabCluster
from config.errors import LabError
from lab.host import Host
from lab.pki import Pki

_PKI = "/etc/kubernetes/pki"


def start(host: Host, cluster: LabCluster, pki: Pki, management_address: str) -> None:
    """Start etcd, API server, controller manager and scheduler. They retry until they reach each other."""
    service_address = str(next(cluster.service_cidr.hosts()))
    names = ("kubernetes", "kubernetes.default", "kubernetes.default.svc", host.name, "localhost")
    addresses = ("127.0.0.1", service_address, str(cluster.api_server), management_address)
    server, server_key = pki.issue("apiserver", "kube-apiserver", hosts=names + addresses)
    client, client_key = pki.issue("apiserver-kubelet", "kube-apiserver", ("system:masters",))
    sa_public, sa_private = pki.service_account_key()
    for path in (pki.ca_certificate, pki.dir / "ca.key", server, server_key, client, client_key, sa_public, sa_private):
        host.write(f"{_PKI}/{path.name}", path.read_bytes(), 0o600)
    for component in ("controller-manager", "scheduler"):
        issued = pki.issue(component, f"system:kube-{component}", ("system:masters",))
        text = pki.kubeconfig(f"https://127.0.0.1:{cluster.api_port}", *issued)
        host.write(f"/etc/kubernetes/{component}.conf", text, 0o600)
    host.spawn(
        "etcd",
        [
            "etcd",
            "--data-dir=/var/lib/etcd-lab",
            "--log-level=warn",
            # The lab's data is in memory anyway: fsync would only slow it down.
            "--unsafe-no-fsync",
            "--listen-client-urls=http://127.0.0.1:2379",
            "--advertise-client-urls=http://127.0.0.1:2379",
            "--listen-peer-urls=http://127.0.0.1:2380",
        ],
    )
    host.spawn(
        "kube-apiserver",
        [
            "kube-apiserver",
            "--etcd-servers=http://127.0.0.1:2379",
            f"--advertise-address={cluster.api_server}",
            f"--secure-port={cluster.api_port}",
            f"--service-cluster-ip-range={cluster.service_cidr}",
            f"--client-ca-file={_PKI}/ca.crt",
            f"--tls-cert-file={_PKI}/apiserver.crt",
            f"--tls-private-key-file={_PKI}/apiserver.key",
            f"--kubelet-client-certificate={_PKI}/apiserver-kubelet.crt",
            f"--kubelet-client-key={_PKI}/apiserver-kubelet.key",
            "--kubelet-preferred-address-types=InternalIP",
            f"--service-account-key-file={_PKI}/sa.pub",
            f"--service-account-signing-key-file={_PKI}/sa.key",
            "--service-account-issuer=https://kubernetes.default.svc",
            "--authorization-mode=Node,RBAC",
            "--allow-privileged=true",
            "--profiling=false",
        ],
    )
    host.spawn(
        "kube-controller-manager",
        [
            "kube-controller-manager",
            "--kubeconfig=/etc/kubernetes/controller-manager.conf",
            f"--root-ca-file={_PKI}/ca.crt",
            f"--service-account-private-key-file={_PKI}/sa.key",
            # One identity for all controllers: fetching a token for each controller takes seconds at the start.
            "--use-service-account-credentials=false",
            "--kube-api-qps=200",
            "--kube-api-burst=400",
            "--leader-elect=false",
            "--profiling=false",
        ],
    )
    host.spawn(
        "kube-scheduler",
        [
            "kube-scheduler",
            "--kubeconfig=/etc/kubernetes/scheduler.conf",
            "--leader-elect=false",
            "--profiling=false",
        ],
    )


def wait_ready(address: str, cluster: LabCluster, pki: Pki, seconds: float, alive: Callable[[], bool]) -> None:
    """Wait until the API server is ready. Must be called in the management namespace.

    Raises LabError at the deadline, or at once if the host is gone.
    """
    context = ssl.create_default_context(cafile=str(pki.ca_certificate))
    certificate, key = pki.issue("admin", "kubernetes-admin", ("system:masters",))
    context.load_cert_chain(certificate, key)
    deadline = time.monotonic() + seconds
    last = "no answer"
    while time.monotonic() < deadline:
        if not alive():
            raise LabError("the control plane's host died while it started")
        connection = http.client.HTTPSConnection(address, cluster.api_port, context=context, timeout=3)
        try:
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            body = answer.read().decode(errors="replace")
            if answer.status == 200:
                return
            last = f"HTTP {answer.status}: {body.splitlines()[0] if body else ''}"
        except (OSError, http.client.HTTPException) as error:
            last = str(error)
        finally:
            connection.close()
        time.sleep(0.05)
    raise LabError(
        f"the API server was not ready within {seconds:.0f} s: {last}; "
        "its log: edge lab exec <control plane> -- tail /var/log/kube-apiserver.log"
    )
