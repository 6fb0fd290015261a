"""The command tree. Turns errors into one line and an exit status."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from cli import check, deploy, doctor, drill, lab, plan, proof, render, snapshot, stack, stack_secrets, why
from cli.signals import end_as_ctrl_c
from config.errors import EdgeError
from config.home import project

_EPILOG = (
    "Exit status: 0 all well; 1 wrong usage, or something failed or is red; 2 a wrong stack file or a rule's error;"
    " 3 there are changes and --expect-no-changes was given; 130 stopped by Ctrl-C, SIGTERM or SIGHUP."
)

app = typer.Typer(
    name="edge",
    epilog=_EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def options(
    directory: Annotated[
        Path | None,
        typer.Option("--cwd", "-C", help="Directory of Pulumi.yaml and the stack files (default: the project)."),
    ] = None,
) -> None:
    """The network edge of a Cilium cluster: routers, BGP and LoadBalancer addresses, planned, applied, proven."""
    os.chdir(directory or project())


app.command("doctor")(doctor.doctor)
app.command("setup")(doctor.setup)
app.add_typer(lab.app, name="lab")
app.command("plan")(plan.plan)
app.command("snapshot", hidden=True)(snapshot.snapshot)
app.command("check")(check.check)
app.command("explain")(check.explain)
app.command("rules")(check.rules_page)
app.command("up")(deploy.up)
app.command("refresh")(deploy.refresh)
app.command("verify")(proof.verify)
app.command("why")(why.why)
app.command("drill")(drill.drill)
app.command("destroy")(deploy.destroy)
app.command("down")(deploy.down)
app.add_typer(stack.app, name="stack")
app.add_typer(stack_secrets.app, name="config")
app.command("render")(render.render)
app.command("schema")(render.schema)
app.command("reference")(render.reference)


def main() -> None:
    """Run the command line. A user's mistake, a dead host or a full disk never causes a traceback."""
    # Status 2 is reserved for faults of a stack.
    usage_error = typer.BadParameter.__mro__[1]
    usage_error.exit_code = 1  # type: ignore[attr-defined]
    end_as_ctrl_c()
    try:
        app(prog_name="edge")
    except EdgeError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("stopped by Ctrl-C or a signal", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        # The reader of the output has ended (`edge verify | head`), which is no error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        print(f"error: {error.strerror or error}{where}", file=sys.stderr)
        sys.exit(1)
