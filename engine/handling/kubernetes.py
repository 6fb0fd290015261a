"""How the engine handles settings of the Kubernetes provider. Objects of Kubernetes are applied whole."""

from __future__ import annotations

from collections.abc import Mapping

from engine.handling.fate import Fate, Handled, each

PROVIDER = "pulumi:providers:kubernetes"

PROPERTIES: Mapping[str, Handled] = {
    PROVIDER: {
        **each(
            Fate.DONE,
            "kubeconfig",
            "enableSecretMutable",
            "enableConfigMapMutable",
            "enableServerSideApply",
        ),
        **each(
            Fate.REFUSED,
            "context",
            "cluster",
            "namespace",
            "clusterIdentifier",
            "deleteUnreachable",
            "skipUpdateUnreachable",
            "enablePatchForce",
            "helmReleaseSettings",
            "kubeClientSettings",
            "renderYamlToDirectory",
            "upsertExistingObjects",
        ),
        **each(
            Fate.NOTHING,
            "alwaysRender",
            "suppressDeprecationWarnings",
            "suppressHelmHookWarnings",
        ),
    }
}
