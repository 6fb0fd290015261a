"""Runs a read-only script on a host, as a command. Standard input has the script and the connection as JSON:

    python -m transport.look < {"connection": {"host": ..., "hostKey": ..., "privateKey": ...}, "script": ...}

Prints the script's output. Exit status 1 and one line if the script cannot be run.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace

from config.errors import HostError
from transport.ssh import SshPool, endpoint_of

# Seconds. A read-only script ends within one.
_PATIENCE = 30.0
_DIAL = 5.0


def main() -> int:
    """Run the command line."""
    asked = json.load(sys.stdin)
    # One attempt is enough: the caller runs this again later.
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
