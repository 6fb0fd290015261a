"""The in-process resource monitor for the SDK: decodes requests, answers with outputs."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NoReturn

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import resource_pb2

from config.errors import EdgeError
from engine.bugs import as_failure
from engine.deployment import STACK_TYPE, Deployment, Halted
from engine.goal import Goal
from engine.handling.options import CALLBACK, refused_options
from engine.names import Names
from engine.provider_references import References
from engine.resource import Resource
from engine.values import from_struct, from_value, to_struct

_FEATURES = (
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    resource_pb2.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACEMENT_TRIGGER,
    resource_pb2.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
    # Requests for these are refused by name. Without these features the SDK demands a newer CLI, which does not apply.
    resource_pb2.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_INVOKE_TRANSFORMS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS,
    resource_pb2.RESOURCE_MONITOR_FEATURE_STATE_MIGRATIONS,
)


class Stopped(grpc.RpcError):  # type: ignore[misc]
    """Makes the SDK end the program: this step or an earlier one failed."""

    def code(self) -> grpc.StatusCode:
        """The code that means "the monitor has shut down" to the SDK, which then ends without a message."""
        return grpc.StatusCode.UNAVAILABLE

    def details(self) -> str:
        """Empty: the deployment has the reason."""
        return ""


class Monitor:
    """Serves the calls of `pulumi.runtime` from a Deployment. Method names are those of the protocol."""

    def __init__(self, deployment: Deployment, project: str, stack: str) -> None:
        self._deployment = deployment
        self._names = Names(project, stack)
        self._root = ""
        self._references = References(deployment, self._names)

    def SupportsFeature(self, request: Any) -> Any:  # noqa: N802
        """Older SDKs query one feature a call."""
        names = ("secrets", "resourceReferences", "deletedWith", "aliasSpecs")
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in names)

    def GetDeploymentInfo(self, request: Any) -> Any:  # noqa: N802
        """Newer SDKs query all features in one call."""
        return resource_pb2.DeploymentInfo(supportedFeatures=_FEATURES)

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802
        """Plan or apply one resource, and answer when that is done."""
        for what in refused_options(request):
            self._deployment.refuse(f"{request.name} ({request.type}): {what}")
        resource = self._step(request, lambda: self._deployment.register(self._goal(request)))
        outputs = {**resource.inputs, **resource.outputs} if resource.custom else {}
        answer = resource_pb2.RegisterResourceResponse(urn=resource.urn, id=resource.id, object=to_struct(outputs))
        for key, urns in resource.property_dependencies.items():
            answer.propertyDependencies[key].urns.extend(urns)
        return answer

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802
        """Record the outputs of a component."""
        self._deployment.register_outputs(request.urn, from_struct(request.outputs))
        return empty_pb2.Empty()

    def RegisterPackage(self, request: Any) -> Any:  # noqa: N802
        """Register a parameterised package. Only its name matters here."""
        return resource_pb2.RegisterPackageResponse(ref=request.name)

    def SignalAndWaitForShutdown(self, request: Any) -> Any:  # noqa: N802
        """Accept the end of the program. The engine has nothing to finish here."""
        return empty_pb2.Empty()

    def ReadResource(self, request: Any) -> Any:  # noqa: N802
        """Read an existing resource: a Kubernetes object or another stack of the project."""
        inputs = from_struct(request.properties)
        parent = request.parent or self._root
        goal = Goal(
            urn=self._names.urn(parent, request.type, request.name),
            type=request.type,
            name=request.name,
            custom=True,
            inputs=inputs,
            parent=parent,
            provider=self._references.of(request),
            dependencies=list(request.dependencies),
            additional_secret_outputs=list(request.additionalSecretOutputs),
            import_id=request.id,
        )
        resource = self._step(request, lambda: self._deployment.read(goal))
        return resource_pb2.ReadResourceResponse(urn=resource.urn, properties=to_struct(resource.outputs))

    def Invoke(self, request: Any) -> Any:  # noqa: N802
        """Refused: this engine's resource types need no provider functions."""
        self._refuse(f"{request.tok}: a call of a provider's function")

    Call = Invoke

    def ExistsResource(self, request: Any) -> Any:  # noqa: N802
        """Refused: only a provider knows whether an id exists."""
        self._refuse(f"{request.type}: the question whether a resource exists")

    def RegisterStackTransform(self, request: Any) -> Any:  # noqa: N802
        """Refused: the engine calls no function of the program."""
        self._deployment.refuse(f"transforms of the stack ({CALLBACK})")
        return empty_pb2.Empty()

    RegisterStackInvokeTransform = RegisterStackTransform

    def RegisterResourceHook(self, request: Any) -> Any:  # noqa: N802
        """Refused: the engine calls no function of the program."""
        self._deployment.refuse(f"{request.name}: hooks ({CALLBACK})")
        return empty_pb2.Empty()

    RegisterErrorHook = RegisterResourceHook

    def _refuse(self, what: str) -> NoReturn:
        """Refuse a request that the program cannot go on without."""
        self._deployment.refuse(what)
        self._deployment.halt.set()
        raise Stopped

    def _step(self, request: Any, step: Callable[[], Resource]) -> Resource:
        try:
            return step()
        except Halted:
            raise Stopped from None
        except (EdgeError, UnicodeDecodeError) as error:
            # UnicodeDecodeError comes from assets that are no text.
            self._deployment.stop(request.name, error)
        except Exception as error:
            self._deployment.stop(request.name, as_failure(error))
        raise Stopped

    def _goal(self, request: Any) -> Goal:
        parent = request.parent or ("" if request.type == STACK_TYPE else self._root)
        urn = self._names.urn(parent if request.type != STACK_TYPE else "", request.type, request.name)
        if request.type == STACK_TYPE:
            self._root = urn
        inputs = from_struct(request.object)
        timeouts = {
            name: seconds
            for name in ("create", "update", "delete")
            if (seconds := _seconds(getattr(request.customTimeouts, name)))
        }
        aliases = self._names.aliases(request, urn, parent)
        return Goal(
            urn=urn,
            type=request.type,
            name=request.name,
            custom=request.custom,
            inputs=inputs,
            parent=parent,
            provider=self._references.of(request),
            dependencies=list(request.dependencies),
            property_dependencies={
                key: sorted(value.urns) for key, value in sorted(request.propertyDependencies.items())
            },
            protect=request.protect,
            retain_on_delete=request.retainOnDelete,
            deleted_with=request.deletedWith,
            ignore_changes=list(request.ignoreChanges),
            replace_on_changes=list(request.replaceOnChanges),
            delete_before_replace=request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
            additional_secret_outputs=list(request.additionalSecretOutputs),
            aliases=aliases,
            timeouts=timeouts,
            import_id=request.importId,
            hide_diffs=list(request.hideDiffs),
            replace_with=list(request.replace_with),
            replacement_trigger=from_value(request.replacement_trigger),
        )


def _seconds(text: str) -> float:
    """A duration as the SDK sends it: `1h2m3s`, `1500ms`."""
    units = {"h": 3600, "m": 60, "s": 1, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
    return sum(float(n) * units[unit] for n, unit in re.findall(r"([0-9.]+)(ms|us|µs|ns|h|m|s)", text))
