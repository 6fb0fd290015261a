"""B15: The two ends of a session have different passwords, or only one end has a password.

Why: With TCP MD5 the kernel drops every segment with a wrong or a missing signature. The connection times out, and
neither daemon sees the reason.
Seen: Only in the kernel's counters TCPMD5Failure (wrong signature), TCPMD5NotFound (missing signature) and
TCPMD5Unexpected.
Since: 1.16
Source: RFC 2385; Cilium BGP control plane configuration

Bad: the router's peer group has `passwordConfig: bgpPassword`, and the peer config has no `authSecretRef`
Good: both ends name the same secret of the stack
"""

from __future__ import annotations

from collections.abc import Iterator

from rules.facts import Facts
from rules.finding import Finding, error


def check(facts: Facts) -> Iterator[Finding]:
    """Compares the names of the two secrets. Their values are not in the stack file."""
    secrets = {item.name: item.password_config for item in facts.bgp.auth_secrets}
    for session in facts.sessions:
        config, far = session.peer_config, session.far
        if config is None or far is None or not far.known:
            continue
        ours = secrets.get(config.auth_secret_ref or "") if config.auth_secret_ref else None
        if config.auth_secret_ref and ours is None:
            continue
        theirs = far.password_config
        if ours != theirs:
            index = facts.bgp.peer_configs.index(config)
            yield error(
                f"bgp.peerConfigs[{index}].authSecretRef",
                f"{theirs or 'no password'} (router {far.router.name})",
                ours or "no password",
                "give both sides the same passwordConfig",
            )
