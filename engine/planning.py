"""Runs the program as a plan, and refuses what this engine does not support, before anything is changed."""

from __future__ import annotations

from pathlib import Path

from config.errors import DeploymentFailed, UnsupportedResource
from engine import program
from engine.deployment import Deployment
from engine.leftovers import leftovers
from engine.registry import INSTALL
from engine.settings import StackSettings


def planned(project_dir: Path, settings: StackSettings, deployment: Deployment) -> None:
    """Run the program as a plan. Raises UnsupportedResource with all requests that this engine does not support."""
    try:
        program.run(project_dir, settings, deployment)
    except DeploymentFailed:
        # The failure may come from a refused request alone.
        if not deployment.refused:
            raise
    deployment.selection.check([*deployment.order, *(r.urn for r in deployment.state.resources)])
    if deployment.refused:
        raise UnsupportedResource(f"the built-in engine does not support: {'; '.join(deployment.refused)}; {INSTALL}")


def refuse_unsupported(plan: Deployment) -> None:
    """Raises UnsupportedResource with the planned changes that no provider of this engine can apply."""
    refused = [
        f"{step.name} ({step.type})"
        for step in plan.summary.changed
        if step.custom and not plan.providers.supports(step.type)
    ]
    refused += [
        f"{old.name} ({old.type}), to be deleted"
        for old in leftovers(plan)
        if old.custom and not old.external and not old.retain_on_delete and not plan.providers.supports(old.type)
    ]
    if refused:
        raise UnsupportedResource(f"the built-in engine plans but cannot apply: {', '.join(refused)}; {INSTALL}")
