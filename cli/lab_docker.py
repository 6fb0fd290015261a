"""edge lab docker: a Docker engine of the lab's own, in namespaces."""

from __future__ import annotations

import typer

from cli import screen
from cli.context import JsonOption, need_root

app = typer.Typer(
    help="A Docker engine in namespaces of its own, for stacks of kind docker.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def up() -> None:
    """Start the engine, and make the missing images of the stacks of kind docker.

    Commands on such stacks find it by themselves; for other programs DOCKER_HOST is printed.
    """
    from cli.doctor import prepare_containers
    from lab.docker.engine import OURS

    need_root()
    clock = screen.Clock()
    prepare_containers(clock)
    clock.say(f"export DOCKER_HOST={OURS.host}", "bold")


@app.command()
def down() -> None:
    """End the engine and the containers on it. Its images stay; so do stopped containers, until `edge destroy`."""
    from lab.docker.engine import OURS

    need_root()
    screen.Clock().say("the engine has ended" if OURS.down() else "the engine does not run")


@app.command()
def status(as_json: JsonOption = False) -> None:
    """Whether the engine runs, where it listens, and what it has. Exit status 1 where it does not run."""
    from lab.docker import images
    from lab.docker.engine import OURS

    running = OURS.pid is not None
    found = images.inventory() if running else []
    if as_json:
        screen.print_json(
            {"running": running, "host": OURS.host, "process": OURS.pid, "images": [vars(one) for one in found]}
        )
    else:
        table = screen.table("image", "size", "state")
        for one in found:
            state = "[green]there[/]" if one.there else "[yellow]missing: edge lab docker up makes it[/]"
            table.add_row(one.name, f"{one.megabytes} MB" if one.there else "", state)
        screen.out.print(table if running else "the engine does not run: edge lab docker up starts it")
        if running:
            screen.out.print(f"process {OURS.pid}, {OURS.host}")
    if not running:
        raise typer.Exit(1)
