"""render: the stack's artefacts as files. schema, reference: the fields of a stack file, for editors and people."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import screen
from cli.context import StackContext, StackOption


def render(
    directory: Annotated[Path, typer.Argument(help="Where to write; created if missing.")],
    stack: StackOption = "dev",
) -> None:
    """Write each router's frr.conf, every manifest, and the Helm values as files. Secrets are redacted.

    For a router that the project does not manage, a file describes the required settings in vendor-neutral words.
    """
    files = artefacts(StackContext(stack))
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        screen.out.print(str(path))


def artefacts(context: StackContext) -> dict[str, str]:
    """File name -> content, in a fixed order."""
    import yaml

    from components.router.render import frr_conf
    from components.workloads.workloads import service_manifest, workload_manifest
    from effective.helm import helm_values
    from effective.objects import bgp as bgp_objects
    from effective.objects import gateways as gateway_objects
    from effective.objects import ingress as ingress_objects
    from effective.objects import l2 as l2_objects
    from effective.objects.policies import network_policy
    from effective.other_end import other_end

    stack = context.stack
    result = {f"routers/{router.name}/frr.conf": frr_conf(router) for router in stack.routers}
    # An unmanaged router need not be FRR, so its file describes the settings in vendor-neutral words.
    result |= {
        f"routers/{router.name}/other-end.txt": other_end(stack, router)
        for router in stack.routers
        if not router.managed
    }

    def put(folder: str, manifest: dict[str, Any]) -> None:
        name = f"{manifest['kind'].lower()}-{manifest['metadata']['name']}"
        result[f"{folder}/{name}.yaml"] = yaml.safe_dump(manifest, sort_keys=False)

    result["cilium/values.yaml"] = yaml.safe_dump(helm_values(stack), sort_keys=True)
    if stack.bgp is not None:
        for item in stack.bgp.advertisements:
            put("cilium", bgp_objects.advertisement_set(item, stack.cilium))
        for config in stack.bgp.peer_configs:
            put("cilium", bgp_objects.peer_config(config, stack.cilium))
        for override in stack.bgp.node_overrides:
            put("cilium", bgp_objects.node_override(override, stack.cilium))
        for cluster in stack.bgp.cluster_configs:
            put("cilium", bgp_objects.cluster_config(cluster, stack.cilium))
    for pool in stack.pools:
        put("cilium", bgp_objects.pool(pool, stack.cilium))
    for policy in stack.l2_policies:
        put("edge", l2_objects.l2_policy(policy))
    for ingress in stack.ingresses:
        put("edge", ingress_objects.ingress(ingress))
    gated: list[tuple[Callable[[Any], dict[str, Any]], Sequence[Any]]]
    gated = [
        (gateway_objects.gateway, stack.gateways),
        (gateway_objects.http_route, stack.http_routes),
        (gateway_objects.grpc_route, stack.grpc_routes),
        (gateway_objects.tls_route, stack.tls_routes),
    ]
    for write, items in gated:
        for entry in items:
            put("edge", write(entry))
    for _, guard in stack.guards():
        put("edge", network_policy(guard))
    for other in stack.manifests:
        put("edge", other.document())
    for workload in stack.workloads:
        put("apps", workload_manifest(workload))
    for service in stack.services:
        put("apps", service_manifest(service))
    return result


def schema(
    file: Annotated[Path | None, typer.Argument(help="Write to this file instead of standard output.")] = None,
) -> None:
    """Print the JSON Schema of a stack file, for editors (docs/stack.schema.json)."""
    from config.schema import stack_file_schema

    text = json.dumps(stack_file_schema(), indent=2) + "\n"
    if file is None:
        print(text, end="")
    else:
        file.write_text(text)


def reference(
    file: Annotated[Path | None, typer.Argument(help="Write to this file instead of standard output.")] = None,
) -> None:
    """Print every field of a stack file as one Markdown document (docs/stack.md)."""
    from cli.stack_page import markdown

    text = markdown(Path.cwd())
    if file is None:
        print(text, end="")
    else:
        file.write_text(text)
