"""Looks at a host, as a command: what is to be run there, and how it is reached, come by standard input as JSON.

    python -m transport.look < {"connection": {"host": ..., "hostKey": ..., "privateKey": ...}, "script": ...}

Prints what the script prints. Exit status 1 with one line where the host cannot be asked.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace

from config.errors import HostError
from transport.ssh import SshPool, endpoint_of

# Seconds; what only looks is done in one.
_PATIENCE = 30.0
_DIAL = 5.0


def main() -> int:
    """Run the command line."""
    asked = json.load(sys.stdin)
    # A host that does not answer is looked at the next time.
    where, pool = replace(endpoint_of(asked["connection"]), dial_attempts=1, dial_timeout=_DIAL), SshPool()
    try:
        done = pool.run(where, asked["script"], timeout=_PATIENCE)
    except HostError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        pool.close()
    if done.status != 0:
        print(f"{where}: exit status {done.status}: {done.stderr.strip() or 'no output'}", file=sys.stderr)
        return 1
    print(done.stdout, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
