"""RouterFRR: one FRR router, with its daemons file and its whole frr.conf."""

from collections.abc import Mapping
from typing import Any, NotRequired, Optional, TypedDict

import pulumi
from pulumi_command.remote import Command

from components.args.node import InterfaceArgs
from components.args.router import RouterBgpArgs, StaticRouteArgs
from components.hosts.connection import SshArgs, connection
from components.hosts.host_of import living_on
from components.hosts.owner import owner
from components.inputs.arguments import only, read
from components.inputs.judged import judged
from components.inputs.late import then
from components.inputs.passwords import needed
from components.router import scripts
from components.router.render import daemons, frr_conf, password_names
from config.router import Router

# Seconds. A session that a reload had to reset returns within its connect retry time. A longer absence is a fault.
_SESSION_WAIT = 30


class RouterFRRArgs(TypedDict):
    """An FRR router as in the stack file, and the connection to it.

    `passwords` maps the names in `passwordConfig` of neighbors and peer groups to passwords. `adopt` takes over a
    frr.conf that the program did not write, if no line is lost (`replace`: in any case). Without `adopt`, a router with
    such a file is refused.
    """

    connection: pulumi.Input[SshArgs]
    interfaces: pulumi.Input[list[pulumi.Input[InterfaceArgs]]]
    bgp: pulumi.Input[RouterBgpArgs]
    static_routes: NotRequired[pulumi.Input[list[pulumi.Input[StaticRouteArgs]]]]
    raw: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]
    adopt: NotRequired[Any]
    passwords: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]


class RouterFRR(pulumi.ComponentResource):
    """An FRR router over SSH. The component's name is the host name of the router.

    Children: `<name>-daemons` (bgpd=yes, and bfdd if needed) and `<name>-conf` (frr.conf, which is applied as a
    difference, and rolled back if an established session does not return).
    """

    router_id: pulumi.Output[Optional[str]]  # noqa: UP045 - the SDK's analyzer accepts no other form
    asn: pulumi.Output[float]  # 32 bits unsigned: too large for an int of C# and Java
    addresses: pulumi.Output[list[str]]

    def __init__(self, name: str, args: RouterFRRArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("cilium-edge:frr:RouterFRR", name, None, opts)
        given = only(name, args, RouterFRRArgs.__annotations__)
        passwords = given.pop("passwords", None)
        ssh = connection(name, given.pop("connection", None))
        router = judged(self, given, read(name, Router, {"name": name, **given}, ""), lambda it: {"routers": (it,)})
        mine, after = owner(name), (opts.depends_on if opts else None) or []
        # A host has only one FRR. A replacement therefore deletes the old resource first.
        switched = Command(
            f"{name}-daemons",
            connection=ssh,
            create=then(router, lambda it: scripts.daemons(daemons(it), mine)),
            delete=scripts.daemons_delete(mine),
            add_previous_output_in_env=False,
            opts=living_on(ssh, pulumi.ResourceOptions(parent=self, delete_before_replace=True, depends_on=after)),
        )
        script = scripts.apply(given.get("adopt", False), _SESSION_WAIT, mine)
        self.conf = Command(
            f"{name}-conf",
            connection=ssh,
            create=script,
            update=script,
            delete=scripts.delete(mine),
            stdin=_conf(name, router, passwords),
            add_previous_output_in_env=False,
            opts=living_on(ssh, pulumi.ResourceOptions(parent=self, depends_on=[switched], delete_before_replace=True)),
        )
        outputs = {
            "routerId": then(router, lambda it: str(it.bgp.router_id) if it.bgp.router_id else None),
            "asn": then(router, lambda it: it.bgp.asn),
            "addresses": then(router, lambda it: [str(i.address.ip) for i in it.interfaces]),
        }
        self.router_id, self.asn, self.addresses = map(pulumi.Output.from_input, outputs.values())
        self.register_outputs(outputs)


def _conf(name: str, router: pulumi.Input[Router], passwords: Any) -> pulumi.Input[str]:
    if not isinstance(router, pulumi.Output) and not password_names(router):
        return frr_conf(router)

    def text(it: Router, secrets: Mapping[str, Any]) -> str:
        return frr_conf(it, needed(name, password_names(it), secrets))

    made = pulumi.Output.all(router, passwords or {}).apply(lambda both: text(*both))
    return pulumi.Output.secret(made) if passwords else made
