"""The fields whose change replaces an object, as in the CLI's provider.

Most of these fields are immutable in the API server. The provider also replaces a Secret or ConfigMap for a change
of its data, unless the provider's configuration says that such data is mutable.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.values import Properties

_SELECTOR = ("spec.selector",)
_CONTAINER = (
    "args",
    "command",
    "env",
    "image",
    "imagePullPolicy",
    "lifecycle",
    "livenessProbe",
    "ports",
    "readinessProbe",
    "resources",
    "securityContext",
    "stdin",
    "stdinOnce",
    "terminationMessagePath",
    "terminationMessagePolicy",
    "tty",
    "volumeDevices",
    "volumeMounts",
    "workingDir",
)
_OF_POD = (
    "affinity",
    "automountServiceAccountToken",
    "dnsConfig",
    "dnsPolicy",
    "enableServiceLinks",
    "hostAliases",
    "hostIPC",
    "hostNetwork",
    "hostPID",
    "hostname",
    "imagePullSecrets",
    "nodeName",
    "nodeSelector",
    "overhead",
    "preemptionPolicy",
    "priority",
    "priorityClassName",
    "readinessGates",
    "restartPolicy",
    "runtimeClassName",
    "schedulerName",
    "securityContext",
    "serviceAccount",
    "serviceAccountName",
    "shareProcessNamespace",
    "subdomain",
    "terminationGracePeriodSeconds",
    "volumes",
)
_VOLUMES = (
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "csi",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "glusterfs",
    "hostPath",
    "iscsi",
    "local",
    "nfs",
    "photonPersistentDisk",
    "portworxVolume",
    "quobyte",
    "rbd",
    "scaleIO",
    "storageos",
    "vsphereVolume",
)

# Group -> kind -> property paths, as in pulumi-kubernetes 4.34.
_PATHS: dict[str, dict[str, tuple[str, ...]]] = {
    "": {
        "Pod": (
            *(f"spec.{name}" for name in _OF_POD),
            *(f"spec.{where}[*].{name}" for where in ("containers", "initContainers") for name in _CONTAINER),
        ),
        "PersistentVolume": tuple(f"spec.{name}" for name in _VOLUMES),
        "PersistentVolumeClaim": ("spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"),
        "ResourceQuota": ("spec.scopes",),
        "Secret": ("type",),
        "Service": ("spec.clusterIP",),
    },
    "apps": {
        "DaemonSet": _SELECTOR,
        "Deployment": _SELECTOR,
        "StatefulSet": (
            "spec.podManagementPolicy",
            "spec.revisionHistoryLimit",
            *_SELECTOR,
            "spec.serviceName",
            "spec.volumeClaimTemplates",
        ),
    },
    "batch": {"Job": ("spec.completions", "spec.parallelism", *_SELECTOR, "spec.template")},
    "rbac.authorization.k8s.io": {"ClusterRoleBinding": ("roleRef",), "RoleBinding": ("roleRef",)},
    "storage.k8s.io": {"StorageClass": ("parameters", "provisioner")},
}
_DATA = {"Secret": ("type", "stringData", "data"), "ConfigMap": ("binaryData", "data")}


def made_anew(manifest: Properties, provider: Properties) -> Iterable[str]:
    """Property paths whose change replaces an object, besides its identity."""
    kind, group = str(manifest.get("kind")), str(manifest.get("apiVersion")).rpartition("/")[0]
    if not group and kind in _DATA:
        mutable = str(provider.get(f"enable{kind}Mutable", "")).lower() == "true"
        if not mutable or manifest.get("immutable") is True:
            return _DATA[kind]
    return _PATHS.get(group, {}).get(kind, ())
