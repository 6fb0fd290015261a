"""The scripts that add a return route to a node and remove it again."""

from __future__ import annotations

from components.hosts import boot_script
from components.hosts.observe import OBSERVE
from effective.return_routes import ReturnRoute


def apply_script(route: ReturnRoute, owner: str) -> str:
    """Adds the route now and at every boot."""
    command = f"ip route replace {route.to} via {route.via} dev {route.device}"
    again = f'[ -n "$(ip route show exact {route.to} via {route.via} dev {route.device})" ] || {command}'
    return f"""set -eu
{command} || {{ echo "the route {route.to} via {route.via} was refused; is {route.device} up?" >&2; exit 1; }}
{boot_script.install(_NAME, owner, "Route to the pods of other nodes", [again], _undo(route))}{OBSERVE}
ip route show {route.to} | sed 's/ *$//'
"""


def delete_script(route: ReturnRoute, owner: str) -> str:
    """Removes the route and its boot script."""
    return boot_script.remove(_NAME, owner, _undo(route))


def _undo(route: ReturnRoute) -> str:
    return f"ip route del {route.to} via {route.via}"


_NAME = "return-route"
