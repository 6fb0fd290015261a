"""Runs work on resources in dependency order; work on independent resources runs in parallel."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from config.errors import EdgeError
from engine.resource import Resource

PARALLEL = 16


def dependents_first(resources: list[Resource], work: Callable[[Resource], None], stop: Callable[[], bool]) -> None:
    """Call `work` for each resource after `work` on everything that refers to the resource has ended.

    Starts no new work once `stop()` is true, and waits for running work. Work on a resource does not start if work on
    a resource that refers to it failed. An EdgeError is not raised again, because `work` has recorded the error. Any
    other exception is raised when all work has ended.
    """
    waiting = {id(r): r for r in resources}
    needed: dict[int, set[int]] = {key: set() for key in waiting}
    by_urn: dict[str, list[int]] = {}
    for key, resource in waiting.items():
        by_urn.setdefault(resource.urn, []).append(key)
    for key, resource in waiting.items():
        for urn in resource.references():
            for target in by_urn.get(urn, []):
                if target != key:
                    needed[target].add(key)
    unexpected: list[BaseException] = []
    with ThreadPoolExecutor(PARALLEL, "delete") as pool:
        running: dict[Future[None], int] = {}
        while waiting or running:
            ready = [key for key in waiting if not needed[key]] if not stop() else []
            for key in ready:
                running[pool.submit(work, waiting.pop(key))] = key
            if not running:
                break
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                key = running.pop(future)
                error = future.exception()
                if error is not None:
                    unexpected += [] if isinstance(error, EdgeError) else [error]
                    continue
                for others in needed.values():
                    others.discard(key)
    if unexpected:
        raise unexpected[0]
