"""How the engine handles properties of Helm releases."""

from __future__ import annotations

from collections.abc import Mapping

from engine.handling.fate import Fate, Handled, each
from engine.providers.helm import RELEASE

PROPERTIES: Mapping[str, Handled] = {
    RELEASE: {
        **each(
            Fate.DONE,
            "name",
            "namespace",
            "chart",
            "version",
            "values",
            "repositoryOpts.repo",
            "createNamespace",
            "atomic",
            "cleanupOnFail",
            "skipCrds",
            "skipAwait",
            "timeout",
            "dependencyUpdate",
            "description",
            "devel",
            "disableOpenapiValidation",
            "disableWebhooks",
            "forceUpdate",
            "maxHistory",
            "renderSubchartNotes",
            "resetValues",
            "reuseValues",
            "takeOwnership",
            "waitForJobs",
        ),
        **each(
            Fate.REFUSED,
            "allowNullValues",
            "disableCRDHooks",
            "keyring",
            "lint",
            "postrender",
            "recreatePods",
            "replace",
            "valueYamlFiles",
            "verify",
            "repositoryOpts.caFile",
            "repositoryOpts.certFile",
            "repositoryOpts.keyFile",
            "repositoryOpts.username",
            "repositoryOpts.password",
        ),
        # The CLI's provider writes these properties itself.
        **each(
            Fate.NOTHING,
            "manifest",
            "resourceNames",
            "compat",
        ),
    }
}
