"""Runs `__main__.py` in this process with the built-in monitor instead of Pulumi's."""

from __future__ import annotations

import asyncio
import runpy
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from config.errors import DeploymentFailed, EdgeError
from engine.deployment import Deployment
from engine.monitor import Monitor, Stopped
from engine.program_log import Log
from engine.settings import StackSettings

# Each pending registration waits in a thread of its own.
PARALLEL = 32


def run(project_dir: Path, settings: StackSettings, deployment: Deployment) -> None:
    """Run the program to its end. Raises what the program raised, or DeploymentFailed."""
    asyncio.run(_run(project_dir, settings, deployment))


class _Inline(ThreadPoolExecutor):
    """Runs calls at once, in the caller's thread: a plan waits for nothing, and threads only slow it down.

    asyncio accepts only a ThreadPoolExecutor as the default executor.
    """

    def submit(self, call: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call now; the returned future is done."""
        future: Future[Any] = Future()
        try:
            future.set_result(call(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


async def _run(project_dir: Path, settings: StackSettings, deployment: Deployment) -> None:
    from pulumi.errors import RunError
    from pulumi.runtime import Settings, configure, run_in_stack, set_all_config
    from pulumi.runtime.settings import ROOT

    loop = asyncio.get_running_loop()
    loop.set_default_executor(_Inline() if deployment.dry_run else ThreadPoolExecutor(PARALLEL, "step"))
    # After a failure the SDK leaves the futures of all dependents unread. They add nothing to the failure itself.
    unread: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: unread.append(context))
    monitor = Monitor(deployment, settings.project, settings.stack)
    ROOT.set(None)
    configure(
        Settings(
            project=settings.project,
            stack=settings.stack,
            monitor=monitor,
            engine=Log(deployment),
            parallel=PARALLEL,
            dry_run=deployment.dry_run,
            organization="organization",
            root_directory=str(project_dir),
        )
    )
    set_all_config(settings.values, list(settings.secrets))

    def program() -> None:
        if str(project_dir) not in sys.path:
            sys.path.insert(0, str(project_dir))
        ours = sys.argv
        # The program must not see the arguments of `edge`.
        sys.argv = [str(project_dir)]
        try:
            runpy.run_path(str(project_dir / "__main__.py"), run_name="__main__")
        finally:
            sys.argv = ours

    try:
        await run_in_stack(program)
    except (EdgeError, KeyboardInterrupt):
        raise
    except SystemExit as end:
        reason = _edge_error(end)
        if reason is not None:
            raise reason from None
        if end.code and not deployment.explained:
            raise DeploymentFailed([f"the program ended with status {end.code}"]) from None
    except (Stopped, RunError) as error:
        if not deployment.explained:
            reason = _edge_error(error)
            if reason is not None:
                raise reason from None
            raise DeploymentFailed([str(error) or "stopped"]) from None
    except Exception as error:
        # After a failed step the SDK raises an error about the missing answer. The step's own failure is the reason.
        if not deployment.explained:
            cause = _edge_error(error)
            if cause is None:
                raise
            raise cause from None
    if deployment.failures:
        raise DeploymentFailed(deployment.failures)
    for context in unread:
        loop.default_exception_handler(context)


def _edge_error(error: BaseException | None) -> EdgeError | None:
    while error is not None:
        if isinstance(error, EdgeError):
            return error
        error = error.__cause__ or error.__context__
    return None
