"""edge lab: up, down, status, list, prune, exec and shell."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from cli import lab_docker, screen
from cli.context import JsonOption, StackContext, StackOption, need_root

app = typer.Typer(
    help="The embedded lab: the stack's hosts as namespaces of this machine.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


app.add_typer(lab_docker.app, name="docker")


@app.command()
def up(stack: StackOption = "dev") -> None:
    """Start the lab: hosts, links, sshd, FRR, and an empty Kubernetes cluster."""
    from cli.deploy import start_lab

    context = StackContext(stack)
    with context.alone():
        start_lab(context, screen.Clock())


@app.command()
def down(stack: StackOption = "dev") -> None:
    """End the lab. The stack's state stays; `edge down` removes that too."""
    from lab import life

    need_root()
    clock = screen.Clock()
    context = StackContext(stack)
    with context.alone():
        life.down(context.name, lambda text: clock.say(f"lab: {text}"))


@app.command()
def status(stack: StackOption = "dev", as_json: JsonOption = False) -> None:
    """Which hosts run, and where their sshd listens inside the lab. Exit status 1 if one is down."""
    from lab import life

    context = StackContext(stack)
    hosts = life.status(stack, context.stack)
    if as_json:
        screen.print_json([vars(host) for host in hosts])
    else:
        table = screen.table("host", "role", "management address", "state")
        for host in hosts:
            state = "[green]running[/]" if host.running else "[red]down[/]"
            if host.missing:
                state = f"[red]lacks {', '.join(host.missing)}[/]"
            table.add_row(host.name, host.role, host.address, state)
        screen.out.print(table)
    if not all(host.well for host in hosts):
        raise typer.Exit(1)


@app.command("list")
def list_labs(as_json: JsonOption = False) -> None:
    """Show every lab and lab's Docker engine that runs on this machine, of every checkout and test run, and whose."""
    from lab.docker.inventory import engines
    from lab.inventory import labs

    found, running = labs(), engines()
    if as_json:
        screen.print_json(
            [
                {
                    "name": lab.name,
                    "directory": str(lab.directory),
                    "hosts": sorted(lab.hosts),
                    "owner": lab.owner,
                    "abandoned": lab.abandoned,
                }
                for lab in found
            ]
            + [
                {
                    "name": "docker",
                    "directory": str(one.engine.home),
                    "hosts": [],
                    "owner": one.owner,
                    "abandoned": one.abandoned,
                }
                for one in running
            ]
        )
        return
    table = screen.table("lab", "hosts", "directory", "whose")
    for lab in found:
        table.add_row(
            lab.name, str(len(lab.hosts)), str(lab.directory), f"[red]{lab.owner}[/]" if lab.abandoned else lab.owner
        )
    for one in running:
        whose = f"[red]{one.owner}[/]" if one.abandoned else one.owner
        table.add_row("docker engine", f"process {one.pid}", str(one.engine.home), whose)
    screen.out.print(table if found or running else "no lab runs on this machine")


@app.command()
def prune() -> None:
    """End labs and their Docker engines whose owner is gone: of killed test runs, of removed directories."""
    from lab.docker.inventory import engines
    from lab.inventory import labs

    need_root()
    clock = screen.Clock()
    for lab in labs():
        if lab.abandoned:
            clock.say(f"lab {lab.name}: {len(lab.hosts)} hosts end ({lab.owner})")
            lab.end()
    for one in engines():
        if one.abandoned:
            clock.say(f"docker engine {one.engine.home}: process {one.pid} ends ({one.owner})")
            one.end()


@app.command("exec", context_settings={"ignore_unknown_options": True})
def execute(
    host: Annotated[str, typer.Argument(help="A host of the lab; mgmt is where kubectl works.")],
    command: Annotated[list[str], typer.Argument(help="The command and its arguments, after --.")],
    stack: StackOption = "dev",
) -> None:
    """Run a command on a lab host, such as: edge lab exec cilium-r -- vtysh -c 'show bgp summary'.

    Of a stack of kind docker the hosts are containers, of an engine on this machine.
    """
    _enter(stack, host, command)


@app.command()
def shell(host: Annotated[str, typer.Argument(help="A host of the lab.")], stack: StackOption = "dev") -> None:
    """Open a shell on a lab host."""
    _enter(stack, host, ["/bin/bash", "--norc"])


def _enter(stack: str, name: str, command: list[str]) -> None:
    from cli.context import use_tools
    from config.stack import MANAGEMENT
    from lab.host import Host
    from lab.places import kubeconfig
    from lab.topology import topology

    need_root()
    context = StackContext(stack)
    if context.is_docker:
        from cli.inside import command_in

        os.execvp("nsenter", command_in(context, name, command))
    topology(context.stack).host(name)
    outside = name == MANAGEMENT
    if outside:
        # The management host keeps this machine's files, so that kubeconfig and tools are at hand.
        use_tools()
        os.environ["KUBECONFIG"] = str(kubeconfig(stack))
        # Nothing else leads to Hubble's relay from outside the cluster.
        os.environ.setdefault("HUBBLE_PORT_FORWARD", "true")
    os.environ["PS1"] = f"[{name}] \\w # "
    argv = Host(stack, name).command(command, net_only=outside)
    sys.stdout.flush()
    os.execvp(argv[0], argv)  # this process becomes the command
