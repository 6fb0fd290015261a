"""RouterFRR: one FRR router, its daemons file and its whole frr.conf."""

from __future__ import annotations

import pulumi
from pulumi_command.remote import Command, ConnectionArgs

from components.frr import scripts
from components.frr.render import frr_conf, password_names
from components.owner import owner
from components.secrets import password
from config.router import Router

# A session that a reload had to reset is back within its connect retry; then it is a fault.
_SESSION_WAIT = 30


class RouterFRR(pulumi.ComponentResource):
    """An FRR router over SSH.

    Children: `<name>-daemons` (bgpd=yes) and `<name>-conf` (frr.conf, applied as a difference and
    rolled back when a session that was up does not return). Outputs: `routerId`, `asn`.
    """

    def __init__(self, name: str, router: Router, connection: ConnectionArgs,
                 opts: pulumi.ResourceOptions | None = None) -> None:  # fmt: skip
        super().__init__("cilium-edge:frr:RouterFRR", name, None, opts)
        mine = owner(name)
        # A host has one FRR: what is forced to be made anew goes first.
        daemons = Command(
            f"{name}-daemons", connection=connection, create=scripts.daemons(mine),
            delete=scripts.daemons_delete(mine), add_previous_output_in_env=False,
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )  # fmt: skip
        script = scripts.apply(router.adopt, _SESSION_WAIT, mine)
        self.conf = Command(
            f"{name}-conf", connection=connection, create=script, update=script,
            delete=scripts.delete(mine), stdin=_conf(router), add_previous_output_in_env=False,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[daemons], delete_before_replace=True),
        )  # fmt: skip
        self.register_outputs({"routerId": str(router.bgp.router_id), "asn": router.bgp.asn})


def _conf(router: Router) -> pulumi.Input[str]:
    names = password_names(router)
    if not names:
        return frr_conf(router)
    passwords = pulumi.Output.all(**{name: password(name) for name in names})
    return pulumi.Output.secret(passwords.apply(lambda values: frr_conf(router, values)))
