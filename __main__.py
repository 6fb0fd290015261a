"""What Pulumi runs: the program of a stack; with the engine's address as an argument, the component provider."""

import sys

if sys.argv[1:]:
    from components.provider import serve

    serve()
else:
    from components.program import run

    run()
